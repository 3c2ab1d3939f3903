"""The stem that halves pictures ahead of an encoder, put together of PyTorch's modules: upstream has none.

A strided 3×3 convolution with batch norm and ReLU beside 2×2 max pooling of sides rounded up, joined, pooled maps first, and a
1×1 convolution back to the pictures' channels. Weights have the names of a checkpoint. The loss is Σ slope·result.
"""

import torch
from torch import nn

import samples
import weights

CASES = [(2, 3, 9, 12), (1, 1, 8, 7), (2, 9, 5, 6)]  # n, c, h, w


def golden():
    return {"cases": [case(*shape) for shape in CASES]}


def case(n, c, h, w):
    learned = max(16 - c, c)
    stem = nn.ModuleDict({
        "conv": nn.Sequential(nn.Conv2d(c, learned, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(learned), nn.ReLU()),
        "project": nn.Conv2d(c + learned, c, 1),
    })
    model = nn.ModuleDict({"stem": stem})
    weights.fill(model)
    model = model.double()
    key = f"stem.{n}.{c}.{h}.{w}"
    x = samples.values(key, n, c, h, w).requires_grad_()

    def forward():
        pooled = nn.functional.max_pool2d(x, 2, ceil_mode=True)
        return stem["project"](torch.cat([pooled, stem["conv"](x)], 1))

    model.eval()
    evaluation = forward()
    model.train()
    result = forward()
    (result * samples.values(key + ".slope", *result.shape)).sum().backward()
    grads = {name: numbers(p.grad) for name, p in model.named_parameters()} | {"input": numbers(x.grad)}
    running = {name: numbers(b) for name, b in model.named_buffers() if b.dtype.is_floating_point}
    return {"key": key, "shape": [n, c, h, w], "evaluation": numbers(evaluation), "result": numbers(result), "gradients": grads, "running": running}


def numbers(x):
    return [float(f"{v:.9g}") for v in x.flatten().tolist()]
