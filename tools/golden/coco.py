"""Polygons and run-lengths of the COCO API (pycocotools)."""

import random

import numpy as np
from pycocotools import mask as api


def polygon(rng, h, w):
    """Corners around a center, to two decimals; some lie outside of the picture, some on whole or half pixels."""
    n = rng.randint(3, 9)
    cx, cy, r = rng.uniform(-3, w + 3), rng.uniform(-3, h + 3), rng.uniform(0.3, max(h, w))
    places = rng.choice([0, 1, 2])
    xy = []
    for _ in range(n):
        x, y = cx + rng.uniform(-r, r), cy + rng.uniform(-r, r)
        half = rng.choice([0, 0, 0.5])
        xy += [round(x, places) + half, round(y, places)]
    return xy


def region(rle):
    return {"counts": rle["counts"].decode(), "area": int(api.area(rle))}


def golden():
    rng = random.Random(7)
    polygons, unions, masks = [], [], []
    for _ in range(60):
        h, w = rng.randint(1, 30), rng.randint(1, 30)
        xy = polygon(rng, h, w)
        polygons.append({"h": h, "w": w, "xy": xy, **region(api.frPyObjects([xy], h, w)[0])})
    for _ in range(12):
        h, w = rng.randint(8, 40), rng.randint(8, 40)
        parts = [polygon(rng, h, w) for _ in range(rng.randint(2, 4))]
        unions.append({"h": h, "w": w, "polygons": parts, **region(api.merge(api.frPyObjects(parts, h, w)))})
    for k in range(12):
        h, w = rng.randint(1, 90), rng.randint(1, 90)
        bits = np.array([[rng.random() < (k + 1) / 13 if k % 3 else (x // 7 + y // 5) % 2 for x in range(w)] for y in range(h)])
        rle = api.encode(np.asfortranarray(bits.astype(np.uint8)))
        counts, inside = [0], 0
        for bit in bits.T.flatten():
            if int(bit) != inside:
                counts.append(0)
                inside = int(bit)
            counts[-1] += 1
        masks.append({"h": h, "w": w, "plain": counts, **region(rle)})
    return {"polygons": polygons, "unions": unions, "masks": masks}
