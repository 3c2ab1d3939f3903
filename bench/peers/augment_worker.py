"""Albumentations' contestant in the race of transforms: augment_worker.py. One thread, bytes, the rows of augment.json."""
import json
import pathlib
import time
import warnings

import albumentations as A
import cv2
import numpy as np

from operands import noise

cv2.setNumThreads(1)
warnings.simplefilter("ignore")
SIDE = 512


def picture():
    y, x, c = np.meshgrid(np.arange(SIDE), np.arange(SIDE), np.arange(3), indexing="ij")
    grain = ((noise(1, 0, SIDE * SIDE * 3) + 1) * 12).astype(np.int64).reshape(SIDE, SIDE, 3)
    return (15 + (2 * x + y * (c + 1)) % 90 + (x // 9 + y // 7 + c) % 3 * 60 + grain).astype(np.uint8)


def build(name, settings):
    fixed = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    return getattr(A, name)(**{"p": 1, **fixed})


def prepare(row):
    if "chain" not in row:
        return build(row["name"], row.get("settings", {}))
    chain = [build(name, settings) for entry in row["chain"] for name, settings in entry.items()]
    return A.Compose([*chain, A.Normalize()])


def measure(once):
    for _ in range(3):
        once()
    seconds, begin = [], time.perf_counter()
    while len(seconds) < 10 or time.perf_counter() - begin < 0.3:
        start = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - start)
    return seconds


image = picture()
rows = []
for row in json.loads((pathlib.Path(__file__).parent / "augment.json").read_text()):
    try:
        transform = prepare(row)
        seconds = measure(lambda: transform(image=image))
    except (AttributeError, TypeError, ValueError):  # it has no such transform
        seconds = []
    rows.append({"name": row["name"], "seconds": seconds})
print(json.dumps({"rows": rows, "images": 1, "note": A.__version__}))
