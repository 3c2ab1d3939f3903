"""Writes small files with torch.save for the tests of nn/checkpoint: pth.py

They hold what state dicts are made of, in the format since PyTorch 1.6 and in the one before. Values count up, so
that the tests know them without PyTorch.
"""

import collections
import pathlib

import torch

OUT = pathlib.Path(__file__).resolve().parents[2] / "nn" / "checkpoint" / "testdata"


def count(*shape, dtype=torch.float32):
    """0, 1, 2, … in row-major order."""
    return torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)


def dtypes():
    """One tensor of every element type."""
    names = "float32 float16 bfloat16 float64 int64 int32 int16 int8 uint8 bool".split()
    return collections.OrderedDict((n, count(3, dtype=getattr(torch, n))) for n in names)


def layouts():
    """Tensors in all orders of memory; each counts up in its own row-major order."""
    shared = torch.arange(24.0)
    return {
        "transposed": count(3, 2).t().contiguous().t(),
        "channels_last": count(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        "slice": torch.arange(-4.0, 20.0).reshape(4, 6)[1:, :].flatten()[-14:],
        "columns": torch.stack([count(4), -count(4)], 1)[:, 0],
        "expanded": count(3, 1).expand(3, 1)[:, :1].expand(3, 2),
        "tied_a": shared[:12].reshape(3, 4),
        "tied_b": shared[12:].reshape(3, 4).t(),
        "scalar": torch.tensor(7),
        "empty": torch.zeros(0, 4),
        "ones": count(1, 5, 1),
    }


def wrapped():
    """A training checkpoint: weights of a module behind DataParallel, an optimizer, and what else people keep."""
    torch.manual_seed(0)
    module = torch.nn.DataParallel(torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1), torch.nn.BatchNorm2d(3)))
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(count(*p.shape))
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3)
    module(count(1, 2, 2, 2)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(count(*p.shape))
    return {
        "epoch": 12, "best": 0.5, "name": "run é", "done": True, "none": None,
        "state_dict": module.state_dict(), "optimizer": optimizer.state_dict(),
        "size": torch.Size([4, 5]), "dtype": torch.float16, "device": torch.device("cpu"), "set": {1},
        "milestones": collections.Counter([3, 3, 5]), "bytes": b"\x00\xff", "big": 2**40, "minus": -3,
        "parameters": torch.nn.ParameterList([torch.nn.Parameter(count(2))]).state_dict(),
        "parameter": torch.nn.Parameter(count(2, 2), requires_grad=False),
    }


class Evil:
    """What a hostile file would hold."""

    def __reduce__(self):
        import os

        return os.system, ("true",)


def save(name, value, legacy):
    torch.save(value, OUT / name, _use_new_zipfile_serialization=not legacy)


def main():
    OUT.mkdir(exist_ok=True)
    for make in (dtypes, layouts, wrapped):
        save(f"{make.__name__}.pth", make(), legacy=False)
        save(f"{make.__name__}_legacy.pth", make(), legacy=True)
    save("untyped.pth", {"u": count(4, dtype=torch.uint16)}, legacy=False)
    save("evil.pth", {"w": count(2), "code": Evil()}, legacy=False)
    save("evil_legacy.pth", {"w": count(2), "code": Evil()}, legacy=True)
    save("module.pth", torch.nn.ReLU(), legacy=False)
    save("complex.pth", {"z": count(2, dtype=torch.complex64)}, legacy=False)


if __name__ == "__main__":
    main()
