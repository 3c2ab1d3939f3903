"""Makes the golden files of internal/golden/testdata: make.py [NAME…], all of them without a name."""

import importlib
import json
import pathlib
import sys

import torch

NAMES = ["weights_first", "unet_b0", "unet_b0_train", "unet_b0_curve", "heads", "stem", "parts_b0_train", "losses", "ops", "optim", "schedules", "init", "augment", "augment_pixel", "augment_defaults", "coco", "metrics"]
# A module and what its golden is given.
NAMES += [f"encoders.{family}" for family in ("efficientnet", "resnet", "mobilenet", "lite", "senet", "mit")]
ARCHITECTURES = "unet unetplusplus manet linknet fpn pspnet deeplabv3 deeplabv3plus pan upernet segformer"
NAMES += [f"decoders.{arch}" for arch in ARCHITECTURES.split()]
OUT = pathlib.Path(__file__).resolve().parents[2] / "internal" / "golden" / "testdata"


def text(value, depth=0):
    """JSON with one line for each object or list that holds no other, so that differences can be read."""
    children = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)) or not any(isinstance(c, (dict, list)) for c in children):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    lines = [text(c, depth + 1) for c in children]
    if isinstance(value, dict):
        lines = [f"{json.dumps(k)}: {line}" for k, line in zip(value, lines)]
    pad = " " * (depth + 1)
    body = ",\n".join(pad + line for line in lines)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{body}\n{' ' * depth}{closing}"


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    OUT.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or NAMES:
        module, *part = name.split(".")
        path = OUT / f"{'_'.join([module, *part])}.json"
        path.write_text(text(importlib.import_module(module).golden(*part)) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
