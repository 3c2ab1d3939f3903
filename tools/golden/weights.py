"""Weights, pictures and labels computed from names, so that no weight file is kept.

The Go package internal/golden computes the same bits. The definition, in 64-bit wrapping arithmetic:

    h    = FNV-1a of the name's UTF-8 bytes
    z_i  = finalizer of splitmix64 at state h + (i+1)·0x9e3779b97f4a7c15      i = 0, 1, … in row-major order
    u_i  = (z_i >> 40) / 2^24                                               in [0, 1)

Values are computed in float64 and rounded to float32 once.
"""

import math

import numpy as np

GAIN = 2.375  # keeps the standard deviation of every activation of the U-Net between 0.2 and 1.1
CELL = 8  # side of the flat squares that give pictures and labels their large shapes


def fnv1a(name):
    """The 64-bit FNV-1a hash of a name."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def uniform(name, count):
    """The first count numbers in [0, 1) of a name, as float64."""
    i = np.arange(1, count + 1, dtype=np.uint64)
    z = np.uint64(fnv1a(name)) + i * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def weights(name, shape, gain=GAIN):
    """One entry of a state dict, in PyTorch's order (OIHW), as a float32 array."""
    shape = tuple(shape)
    u = uniform(name, math.prod(shape))
    kind = name.rpartition(".")[2]
    if kind == "num_batches_tracked":
        v = np.full(len(u), 7.0)
    elif kind == "running_mean" or kind == "bias":
        v = (2 * u - 1) * 0.1
    elif kind == "running_var":
        v = 0.5 + u
    elif kind == "weight" and len(shape) >= 2:
        v = (2 * u - 1) * math.sqrt(3 * gain / math.prod(shape[1:]))
    elif kind == "weight" and len(shape) == 1:
        v = 0.8 + 0.4 * u
    else:
        raise ValueError(f"no rule for {name} {shape}")
    return v.astype(np.float32).reshape(shape)


def fill(model, gain=GAIN):
    """Gives every parameter and buffer of a torch module its generated values; returns the module."""
    import torch

    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(torch.from_numpy(weights(name, value.shape, gain)))
    return model


def pictures(first, n, c, h, w):
    """Pictures first … first+n-1 of an endless series [n, c, h, w]: flat squares in (-1, 1), noise on them."""
    x = np.empty((n, c, h, w), np.float32)
    for i in range(n):
        coarse = _cells(f"picture.{first + i}.coarse", c, h, w) * 2 - 1
        fine = uniform(f"picture.{first + i}.fine", c * h * w).reshape(c, h, w) - 0.5
        x[i] = coarse + fine
    return x


def labels(n, h, w, classes):
    """n masks [n, h, w] of flat squares, 0 … classes; the value classes itself is to be ignored."""
    u = _cells("labels", n, h, w)
    return np.floor(u * (classes + 1)).astype(np.int64)


def _cells(name, planes, h, w):
    rows, cols = -(-h // CELL), -(-w // CELL)
    u = uniform(name, planes * rows * cols).reshape(planes, rows, cols)
    return u.repeat(CELL, axis=1).repeat(CELL, axis=2)[:, :h, :w]
