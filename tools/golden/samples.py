"""How tensors are written into the golden files."""

import torch

import weights


def full(x):
    """A whole tensor, for small ones."""
    return {"shape": list(x.shape), "value": x.detach().flatten().tolist()}


def some(x, count):
    """At most count values by flat index in PyTorch's order, and the whole tensor's statistics."""
    flat = x.detach().double().flatten()
    count = min(count, flat.numel())
    index = [i * flat.numel() // count + (i * 7919) % (flat.numel() // count) for i in range(count)]
    return {
        "shape": list(x.shape),
        "mean": flat.mean().item(),
        "std": flat.std(correction=0).item(),
        "min": flat.min().item(),
        "max": flat.max().item(),
        "index": index,
        "value": flat[index].tolist(),
    }


def error(x, x64):
    """The greatest difference of a float32 result from the float64 one."""
    return (x.detach().double() - x64.detach()).abs().max().item()


def gradients(want, got, sampled):
    """The norm of every gradient, and some values of the sampled ones; got is what float32 makes of want."""
    entries = []
    for name, grad in want.items():
        entry = {"name": name, "norm": grad.norm().item(), "float32_error": error(got[name], grad)}
        if name in sampled:
            entry["sample"] = some(grad, 20)
        entries.append(entry)
    return entries


def values(name, *shape):
    """A float64 tensor of multiples of 1/64 in [-1, 1): short to write, exact in float32."""
    u = weights.uniform(name, torch.Size(shape).numel())
    return torch.from_numpy((u * 128).astype("int64") / 64.0 - 1).reshape(shape)
