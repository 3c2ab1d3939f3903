"""Evaluation of Unet("efficientnet-b0", classes=11) on an even and an odd size, stage by stage."""

import segmentation_models_pytorch as smp
import torch

import samples
import weights

CLASSES = 11
SIZES = [(1, 64, 96), (2, 65, 97)]


def model():
    """The U-Net with generated weights and without drop-connect, in float32."""
    unet = weights.fill(smp.Unet("efficientnet-b0", encoder_weights=None, classes=CLASSES))
    unet.encoder._drop_connect_rate = 0.0
    return unet


def golden():
    return {"model": "Unet(efficientnet-b0, classes=11)", "cases": [case(*size) for size in SIZES]}


def case(n, h, w):
    x = torch.from_numpy(weights.pictures(0, n, 3, h, w))
    want = run(model().eval().double(), x.double())
    got = run(model().eval(), x)
    stages = []
    for name, y in want.items():
        stages.append({"name": name, "float32_error": samples.error(got[name], y), **samples.some(y, 24)})
    logits = want["segmentation_head"]
    return {
        "input": list(x.shape),
        "logits": {"float32_error": stages.pop()["float32_error"], **samples.some(logits, 300)},
        "classes": [samples.some(logits[:, c], 0) for c in range(CLASSES)],
        "stages": stages,
    }


def run(unet, x):
    """What every stage returns, in order: stem (before its activation), encoder blocks, decoder blocks, head."""
    seen, hooks = {}, []
    for name, module in unet.named_modules():
        if is_stage(name):
            keep = lambda module, args, y, name=name: seen.__setitem__(name, y.clone())
            hooks.append(module.register_forward_hook(keep))
    with torch.no_grad():
        unet(x)
    for hook in hooks:
        hook.remove()
    return seen


def is_stage(name):
    block = name.startswith(("encoder._blocks.", "decoder.blocks.")) and name.count(".") == 2
    return block or name in ("encoder._conv_stem", "encoder._bn0", "segmentation_head")
