"""PyTorch's contestant in the works of single kernels: torch_kernel.py gemm|conv|dwweight sizes channels_last|nchw"""
import os
import sys

import torch
import torch.nn.functional as F

from operands import checksum, operand
from timing import measure

kind, sizes, layout = sys.argv[1:]
sizes = [int(x) for x in sizes.split(",")]
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
layout = torch.channels_last if layout == "channels_last" else torch.contiguous_format


def images(key, *shape):
    """Images of shape N, H, W, C as PyTorch names the axes, in the layout of this contestant."""
    return torch.from_numpy(operand(key, *shape)).permute(0, 3, 1, 2).contiguous(memory_format=layout)


if kind == "gemm":
    m, k, n = sizes
    a, b = torch.from_numpy(operand(1, m, k)), torch.from_numpy(operand(2, k, n))
    once, order = lambda: torch.matmul(a, b), (0, 1)
elif kind == "conv":
    c = sizes[3]
    x, w = images(1, *sizes), torch.from_numpy(operand(2, 3, 3, c, c)).permute(3, 2, 0, 1).contiguous(memory_format=layout)
    once, order = lambda: F.conv2d(x, w, padding=1), (0, 2, 3, 1)
elif kind == "dwweight":
    c = sizes[3]
    x, dy, w = images(1, *sizes), images(2, *sizes), torch.zeros(c, 1, 5, 5).contiguous(memory_format=layout)
    once, order = (
        lambda: torch.ops.aten.convolution_backward(
            dy, x, w, None, [1, 1], [2, 2], [1, 1], False, [0, 0], c, [False, True, False]
        )[1],
        (2, 3, 1, 0),
    )
else:
    sys.exit(f"no work {kind!r}; there are: gemm, conv, dwweight")

with torch.inference_mode():
    measure(once, 1, note=torch.__version__, checksum=lambda y: checksum(y.permute(order).contiguous().numpy()))
