"""Counts and scores of segmentation_models_pytorch.metrics in its three modes, in float64, and F1 of outlines.

Where weights are given, smp 0.6.0 divides macro, macro-imagewise and weighted-imagewise by the number of classes once
more: they are multiplied by it here, see "differs on purpose" in the Go package metric. Numbers that are not finite
are null.
"""

import numpy as np
import segmentation_models_pytorch as smp
import torch
from scipy import ndimage

import weights

N, H, W, IGNORE = 3, 20, 24, 255
WEIGHTS = [1.0, 0.5, 2.0, 0.25, 1.5, 3.0]
SHARES = [0.5, 0.3, 0.05, 0.0]  # of the flags of each class
SCORES = {
    "f1": ("f1_score", {}), "f2": ("fbeta_score", {"beta": 2.0}), "f0.5": ("fbeta_score", {"beta": 0.5}),
    "iou": ("iou_score", {}),
}
SCORES |= {name: (name, {}) for name in (
    "accuracy precision recall sensitivity specificity balanced_accuracy positive_predictive_value "
    "negative_predictive_value false_negative_rate false_positive_rate false_discovery_rate false_omission_rate "
    "positive_likelihood_ratio negative_likelihood_ratio").split()}
TOLERANCES = [1.0, 1.5, 3.0, 0.05]


def golden():
    torch.set_default_dtype(torch.float64)
    try:
        return {"shape": [N, H, W], "ignore": IGNORE, "shares": SHARES, "weights": WEIGHTS,
                "cases": [multiclass(None), multiclass(IGNORE), binary(), multilabel()]}
    finally:
        torch.set_default_dtype(torch.float32)


def indices():
    """Masks of 0 … 4, of which 4 may be ignored, and what is predicted; class 5 of six is absent in both."""
    truth = weights.labels(N, H, W, 4).reshape(N, H, W).astype(np.int64)
    u, v = (weights.uniform(f"metrics.{name}", N * H * W).reshape(N, H, W) for name in ("right", "other"))
    return truth, np.where(u < 0.75, truth % 4, (v * 4).astype(np.int64))


def multiclass(ignore):
    truth, found = indices()
    if ignore is not None:
        truth = np.where(truth == 4, ignore, truth)
    stats = smp.metrics.get_stats(torch.from_numpy(found), torch.from_numpy(truth), mode="multiclass", num_classes=6,
                                  ignore_index=ignore)
    planes = [(truth == k, found == k) for k in range(6)]
    counted = np.ones_like(truth, bool) if ignore is None else truth != ignore
    return case("multiclass", stats, ignore, WEIGHTS, None, outlines(planes, counted))


def flags():
    """Flags [N, C, H, W] and probabilities, multiples of 1/2048."""
    u, v = (weights.uniform(f"metrics.{name}", N * 4 * H * W).reshape(N, 4, H, W) for name in ("flags", "probabilities"))
    truth = (u < np.array(SHARES).reshape(1, 4, 1, 1)).astype(np.int64)
    return truth, (truth + np.floor(v * 1024) / 1024) / 2


def binary():
    truth, p = (torch.from_numpy(x[:, :1]) for x in flags())
    stats = smp.metrics.get_stats(p, truth, mode="binary", threshold=0.375)
    return case("binary", stats, None, [2.0], 0.375, None)


def multilabel():
    truth, p = flags()
    stats = smp.metrics.get_stats(torch.from_numpy(p), torch.from_numpy(truth), mode="multilabel", threshold=0.5)
    planes = [(truth[:, k] == 1, p[:, k] >= 0.5) for k in range(4)]
    return case("multilabel", stats, None, WEIGHTS[:4], 0.5, outlines(planes, np.ones((N, H, W), bool)))


def case(mode, stats, ignore, class_weights, threshold, boundary):
    return {"mode": mode, "classes": stats[0].shape[1], "ignored": ignore is not None, "threshold": threshold,
            "counts": [[int(s[i, k]) for s in stats] for i in range(N) for k in range(stats[0].shape[1])],
            "scores": {name: score(entry, stats, class_weights) for name, entry in SCORES.items()}, "boundary": boundary}


def score(entry, stats, class_weights):
    name, options = entry
    classes = len(class_weights)

    def of(reduction, factor=1, **more):
        v = getattr(smp.metrics, name)(*stats, reduction=reduction, **options, **more)
        return number(v.item() * factor)

    none = getattr(smp.metrics, name)(*stats, reduction="none", zero_division=0.25, **options)
    reduced = {}
    for zero in (1.0, 0.0):
        for reduction in ("micro", "macro", "micro-imagewise", "macro-imagewise"):
            reduced[f"{reduction} {zero:g}"] = of(reduction, zero_division=zero)
    for reduction, factor in (("macro", classes), ("weighted", 1), ("macro-imagewise", classes),
                              ("weighted-imagewise", classes)):
        reduced[f"{reduction} 1 weights"] = of(reduction, factor, class_weights=class_weights, zero_division=1.0)
    return {"none": [number(v) for v in none.flatten().tolist()], "reduced": reduced}


def number(x):
    return float(f"{x:.12g}") if np.isfinite(x) else None


def edges(region, counted):
    """Pixels of a region with a counted neighbour outside it."""
    outside = np.pad(counted & ~region, 1)
    return region & (outside[2:, 1:-1] | outside[:-2, 1:-1] | outside[1:-1, 2:] | outside[1:-1, :-2])


def outlines(planes, counted):
    """F1 [tolerance][image · class], null where a class is in neither."""
    lists = []
    for tolerance in TOLERANCES:
        reach = tolerance if tolerance >= 1 else np.ceil(tolerance * np.hypot(H, W))
        lists.append([f1(truth[i] & counted[i], found[i] & counted[i], counted[i], reach)
                      for i in range(N) for truth, found in planes])
    return {"tolerances": TOLERANCES, "f1": lists}


def f1(truth, found, counted, reach):
    if not truth.any() and not found.any():
        return None
    a, b = edges(truth, counted), edges(found, counted)
    if not a.any() or not b.any():
        return float(not a.any() and not b.any() and truth.any() and found.any())
    near_a, near_b = (ndimage.distance_transform_edt(~x) <= reach for x in (a, b))
    precision, recall = (b & near_a).sum() / b.sum(), (a & near_b).sum() / a.sum()
    return number(2 * precision * recall / (precision + recall)) if precision + recall > 0 else 0.0
