"""Values and gradients of losses on small logits [n, c, h, w], in float64."""

import segmentation_models_pytorch as smp
import torch
from torch.nn import functional as F

import samples

IGNORE = 255
# The classes of two masks 3×4; class 4 of five is absent.
TARGET = [[0, 1, 2, 3, 3, 1, 0, 0, 2, 1, 1, 3], [2, 2, 0, 1, 3, 3, 0, 1, 2, 0, 0, 3]]
WEIGHTS = [1.0, 0.5, 2.0, 0.25, 1.5]

CROSS_ENTROPY = [
    ("plain", {}),
    ("ignore", {"ignore_index": IGNORE}),
    ("everything ignored but one pixel", {"ignore_index": IGNORE, "keep": 1}),
    ("label smoothing", {"label_smoothing": 0.1}),
    ("label smoothing, ignore", {"label_smoothing": 0.1, "ignore_index": IGNORE}),
    ("class weights", {"class_weights": WEIGHTS}),
    ("class weights, ignore", {"class_weights": WEIGHTS, "ignore_index": IGNORE}),
    ("all three", {"class_weights": WEIGHTS, "label_smoothing": 0.1, "ignore_index": IGNORE}),
    ("large logits", {"scale": 128.0}),
]
DICE = [
    ("plain", {}),
    ("smooth 1", {"smooth": 1.0}),
    ("ignore", {"ignore_index": IGNORE}),
    ("smooth 1, ignore", {"smooth": 1.0, "ignore_index": IGNORE}),
    ("large logits", {"scale": 128.0}),
]


def golden():
    cases = [case("cross_entropy", name, dict(options), cross_entropy) for name, options in CROSS_ENTROPY]
    return {"cases": cases + [case("dice", name, dict(options), dice) for name, options in DICE]}


def case(loss, name, options, compute):
    scale, keep = options.pop("scale", 4.0), options.pop("keep", None)
    logits = (samples.values(f"losses.{name}", 2, 5, 3, 4) * scale).requires_grad_()
    target = mask(options.get("ignore_index"), keep)
    value = compute(logits, target, **options)
    value.backward()
    return {
        "loss": loss,
        "name": name,
        **options,
        "logits": samples.full(logits),
        "target": target.flatten().tolist(),
        "value": value.item(),
        "grad": samples.full(logits.grad),
    }


def mask(ignore, keep):
    """The masks with every fifth pixel ignored, or with all ignored after the first few."""
    target = torch.tensor(TARGET)
    if keep is not None:
        target.view(-1)[keep:] = ignore
    elif ignore is not None:
        target.view(-1)[::5] = ignore
    return target.reshape(2, 3, 4)


def cross_entropy(logits, target, ignore_index=-100, label_smoothing=0.0, class_weights=None):
    weight = None if class_weights is None else torch.tensor(class_weights, dtype=logits.dtype)
    return F.cross_entropy(logits, target, weight, ignore_index=ignore_index, label_smoothing=label_smoothing)


def dice(logits, target, **options):
    return smp.losses.DiceLoss("multiclass", **options)(logits, target)
