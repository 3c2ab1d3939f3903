"""The first generated values of one name of every kind, as float32 bits, to hold the Go side to the same."""

import numpy as np

import weights

ENTRIES = [
    ("encoder._conv_stem.weight", (32, 3, 3, 3)),
    ("encoder._blocks.0._depthwise_conv.weight", (32, 1, 3, 3)),
    ("encoder._blocks.0._se_reduce.weight", (8, 32, 1, 1)),
    ("encoder._blocks.0._se_reduce.bias", (8,)),
    ("encoder._blocks.15._bn2.weight", (320,)),
    ("encoder._blocks.15._bn2.running_mean", (320,)),
    ("encoder._blocks.15._bn2.running_var", (320,)),
    ("encoder._blocks.15._bn2.num_batches_tracked", ()),
    ("decoder.blocks.0.conv1.0.weight", (256, 432, 3, 3)),
    ("segmentation_head.0.bias", (11,)),
]


def golden():
    pictures, labels = weights.pictures(0, 2, 3, 9, 17), weights.labels(2, 9, 17, 11)
    return {
        "weights": [entry(name, weights.weights(name, shape)) for name, shape in ENTRIES],
        "pictures": entry("pictures", pictures),
        "labels": {"shape": list(labels.shape), "value": labels.flatten().tolist()},
    }


def entry(name, x):
    bits = x.reshape(-1).view(np.uint32)
    return {"name": name, "shape": list(x.shape), "first": bits[:8].tolist(), "xor": int(np.bitwise_xor.reduce(bits))}
