"""Writes names and shapes of state dicts in other libraries' dialects for the tests of nn/checkpoint: names.py

A line is a name and a shape. The files of one network hold the same tensors in the same order of computation.
"""

import gzip
import pathlib

import segmentation_models_pytorch as smp
import timm
import torchvision

OUT = pathlib.Path(__file__).resolve().parents[2] / "nn" / "checkpoint" / "testdata"


def write(name, module):
    state = module.state_dict() if hasattr(module, "state_dict") else module
    lines = [f"{k} {' '.join(map(str, v.shape))}".strip() for k, v in state.items()]
    (OUT / f"{name}.names.gz").write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(name, len(lines))


def main():
    for name in ("efficientnet-b0", "efficientnet-b3", "timm-efficientnet-b0", "timm-tf_efficientnet_lite0"):
        write(f"smp.{name}", smp.encoders.get_encoder(name, weights=None))
    write("timm.efficientnet-b0", timm.create_model("efficientnet_b0"))
    write("timm.efficientnet-b3", timm.create_model("efficientnet_b3"))
    write("timm.efficientnet-lite0", timm.create_model("efficientnet_lite0"))
    write("torchvision.efficientnet-b0", torchvision.models.efficientnet_b0())
    write("torchvision.efficientnet-b3", torchvision.models.efficientnet_b3())
    for name in ("resnet34", "mobilenet_v2"):
        write(f"smp.{name}", smp.encoders.get_encoder(name, weights=None))
        write(f"torchvision.{name}", getattr(torchvision.models, name)())


if __name__ == "__main__":
    main()
