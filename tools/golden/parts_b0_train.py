"""Gradients of the encoder alone and of the decoder alone, in training mode.

Through the whole U-Net float32 gradients are good to a percent only: ahead of some ReLU a rounding changes a
sign, and with it the mask of the backward pass. The encoder has no ReLU, and the decoder is fed features that
keep what comes before its ReLUs away from zero, so here every digit that float32 has can be asked for.
"""

import torch
from torch.nn import functional as F

import samples
import unet_b0
import unet_b0_train
import weights

IMAGES = (2, 3, 96, 128)
FEATURES = [(2, 32, 32, 32), (2, 24, 16, 16), (2, 40, 8, 8), (2, 112, 4, 4), (2, 320, 2, 2)]
FIRST = 10610  # nothing before a ReLU lies within 2e-5 of zero


def golden():
    return {"encoder": part(encoder, "encoder."), "decoder": part(decoder, "decoder.")}


def part(compute, prefix):
    """The loss and gradients of one part in float64, with the errors of float32."""
    want, got = compute(torch.float64), compute(torch.float32)
    sampled = [name for name in unet_b0_train.SAMPLED if name.startswith((prefix, "segmentation_head."))]
    sampled += [name for name in want["grads"] if name.startswith("features.")]
    return {
        **want["about"],
        "loss": want["loss"].item(),
        "float32_loss": got["loss"].item(),
        "gradients": samples.gradients(want["grads"], got["grads"], sampled),
    }


def encoder(dtype):
    """Cross-entropy of the last feature, its 320 channels taken as classes."""
    unet = unet_b0.model().to(dtype).train()
    logits = unet.encoder(torch.from_numpy(weights.pictures(0, *IMAGES)).to(dtype))[-1]
    n, classes, h, w = logits.shape
    loss = F.cross_entropy(logits, torch.from_numpy(weights.labels(n, h, w, classes)), ignore_index=classes)
    loss.backward()
    about = {"first": 0, "input": list(IMAGES), "classes": classes, "ignore_index": classes}
    return {"about": about, "loss": loss, "grads": grads(unet)}


def decoder(dtype, first=FIRST):
    """Cross-entropy of the logits of generated features; feature i is two pictures from number first + 2i on."""
    unet = unet_b0.model().to(dtype).train()
    features = [torch.from_numpy(weights.pictures(first + 2 * i, *s)).to(dtype) for i, s in enumerate(FEATURES)]
    for x in features:
        x.requires_grad_()
    n, _, h, w = FEATURES[0]
    image = torch.zeros(n, 3, 2 * h, 2 * w, dtype=dtype)
    logits = unet.segmentation_head(unet.decoder([image, *features]))
    target = torch.from_numpy(weights.labels(n, 2 * h, 2 * w, unet_b0.CLASSES))
    loss = F.cross_entropy(logits, target, ignore_index=unet_b0.CLASSES)
    loss.backward()
    about = {"first": first, "features": [list(s) for s in FEATURES]}
    about |= {"classes": unet_b0.CLASSES, "ignore_index": unet_b0.CLASSES}
    by_features = {f"features.{i}": x.grad for i, x in enumerate(features)}
    return {"about": about, "loss": loss, "grads": grads(unet) | by_features}


def grads(unet):
    return {name: p.grad for name, p in unet.named_parameters() if p.grad is not None}
