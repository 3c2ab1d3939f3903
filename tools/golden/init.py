"""Statistics of a freshly made Unet("efficientnet-b0", classes=11), to test the initialisation rules against."""

import segmentation_models_pytorch as smp
import torch


def golden():
    torch.manual_seed(0)
    unet = smp.Unet("efficientnet-b0", encoder_weights=None, classes=11)
    return {"parameters": [entry(name, x.double()) for name, x in unet.named_parameters()]}


def entry(name, x):
    return {
        "name": name,
        "shape": list(x.shape),
        "min": x.min().item(),
        "max": x.max().item(),
        "mean": x.mean().item(),
        "std": x.std(correction=0).item(),
    }
