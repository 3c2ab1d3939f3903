"""Writes segtrain/weights/hub.txt: the pretrained encoders of segmentation_models_pytorch and where they are.

A line is: encoder, weights, the commit of the hub's repository, what pictures were normalized with, and a second
source (whose file name ends in the first digits of its SHA-256), if there is one.
"""

import pathlib

import torchvision
from segmentation_models_pytorch.encoders import encoders
from timm.models import get_pretrained_cfg

OUT = pathlib.Path(__file__).resolve().parents[2] / "segtrain" / "weights" / "hub.txt"
FAMILIES = ("resnet", "resnext", "vgg", "densenet", "efficientnet", "timm-", "mobilenet", "mit_", "mobileone")
TORCHVISION = {  # the same weights, saved anew
    "resnet18": "ResNet18", "resnet34": "ResNet34", "resnet50": "ResNet50", "resnet101": "ResNet101",
    "resnet152": "ResNet152", "mobilenet_v2": "MobileNet_V2",
}
HEAD = """# Pretrained encoders of segmentation_models_pytorch, written by tools/golden/hub.py.
# encoder weights revision normalization second-source
"""


def second(encoder, weights):
    """Where the same weights are, too."""
    if weights == "imagenet" and encoder in TORCHVISION:
        return getattr(torchvision.models, TORCHVISION[encoder] + "_Weights").IMAGENET1K_V1.url
    if encoder.startswith("timm-tf_efficientnet_lite"):
        return get_pretrained_cfg(encoder.removeprefix("timm-") + ".in1k").url
    return "-"


def main():
    lines = []
    for encoder, entry in encoders.items():
        if not encoder.startswith(FAMILIES):
            continue
        for weights, where in entry.get("pretrained_settings", {}).items():
            assert where["repo_id"] == f"smp-hub/{encoder}.{weights}", where
            half = weights == "advprop" or "lite" in encoder
            lines.append(f"{encoder} {weights} {where['revision']} {'half' if half else 'imagenet'} "
                         f"{second(encoder, weights)}")
    OUT.write_text(HEAD + "\n".join(lines) + "\n")
    print(len(lines), OUT.stat().st_size)


if __name__ == "__main__":
    main()
