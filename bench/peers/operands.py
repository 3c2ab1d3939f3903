"""Operands and checksum of the works of single kernels, as in operands.go, in pieces that add little to the peak of memory."""
import numpy as np

PIECE = 1 << 16


def noise(key, begin, end):
    """Numbers begin to end of the operand with this key, in [-1, 1): the finaliser of MurmurHash3 (Appleby, 2011)."""
    h = np.arange(begin, end, dtype=np.uint32) + np.uint32(key * 0x9E3779B9 & 0xFFFFFFFF)
    h = (h ^ h >> 16) * np.uint32(0x85EBCA6B)
    h = (h ^ h >> 13) * np.uint32(0xC2B2AE35)
    return ((h ^ h >> 16) >> 8).astype(np.float32) / np.float32(1 << 23) - np.float32(1)


def operand(key, *shape):
    x = np.empty(int(np.prod(shape)), np.float32)
    for i in range(0, len(x), PIECE):
        x[i : i + PIECE] = noise(key, i, min(i + PIECE, len(x)))
    return x.reshape(shape)


def checksum(y):
    """The sum of the products of y and noise, so that a number in the wrong place shows."""
    y = y.reshape(-1)
    return sum(
        float(np.dot(y[i : i + PIECE].astype(np.float64), noise(0, i, min(i + PIECE, len(y))).astype(np.float64)))
        for i in range(0, len(y), PIECE)
    )
