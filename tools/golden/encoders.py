"""Encoders of segmentation_models_pytorch: names, feature maps and gradients, one file for each family.

A feature map is compared by a sample; a gradient by its norm and its projections on a few generated directions, of
which the mean square is that of the difference. Nothing is dropped in training, so that results can be compared.
"""

import hashlib

import segmentation_models_pytorch as smp
import torch

import samples
import weights

ODD, EVEN, GRADIENT = (1, 65, 97), (2, 96, 96), (2, 64, 64)  # pictures, height, width
PROJECTIONS = 3

# Encoders of a family, and those of them whose gradients are compared with the number of the first picture.
FAMILIES = {
    "efficientnet": ([f"efficientnet-b{i}" for i in range(8)], {"efficientnet-b1": 0}),
    "resnet": (["resnet18", "resnet34", "resnet50", "resnet101", "resnext50_32x4d"], {"resnet18": 0, "resnext50_32x4d": 0}),
    "mobilenet": (["mobilenet_v2"], {"mobilenet_v2": 6}),
    "lite": ([f"timm-tf_efficientnet_lite{i}" for i in range(5)], {"timm-tf_efficientnet_lite0": 9}),
    "mit": (["mit_b0", "mit_b1", "mit_b2"], {"mit_b0": 0}),
    "senet": (["se_resnext50_32x4d"], {"se_resnext50_32x4d": 1}),
}
# Deep residual networks need smaller weights than weights.GAIN gives, or the signal explodes in evaluation.
GAINS = {f"efficientnet-b{i}": 2.0 for i in range(1, 4)}
GAINS |= {"resnet18": 1.5, "resnet34": 1.2, "mobilenet_v2": 1.6}
GAINS |= {name: 1.6 for name in FAMILIES["lite"][0]}
GAINS |= {f"efficientnet-b{i}": 1.75 for i in range(4, 8)}
# Bottlenecks enlarge a rounding from block to block, unless what they add is small: a quarter of what it would be.
DAMPED = {name: "bn3.weight" for name in ("resnet50", "resnet101", "resnext50_32x4d", "se_resnext50_32x4d")}


def golden(family):
    names, first = FAMILIES[family]
    return {"encoders": [entry(name, first.get(name), name == names[0]) for name in names]}


def entry(name, first, variants):
    state = make(name).state_dict()
    listing = "".join(f"{key} {list(x.shape)} {x.dtype}\n" for key, x in state.items())
    cases = [case(name, {}, False, ODD), case(name, {}, True, EVEN)]
    if variants:
        cases.append(case(name, {"in_channels": 4, "depth": 3}, False, ODD))
        cases.append(case(name, {"depth": 4, "output_stride": 8}, False, EVEN))
        cases.append(case(name, {"output_stride": 8}, False, ODD))
        cases.append(case(name, {"output_stride": 16}, True, EVEN))
    result = {
        "name": name,
        "gain": GAINS.get(name, weights.GAIN),
        "damped": DAMPED.get(name, ""),
        "entries": len(state),
        "parameters": sum(p.numel() for p in make(name).parameters()),
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        "cases": cases,
    }
    if first is not None:
        result["gradients"] = gradients(name, first)
    return result


def make(name, in_channels=3, depth=5, output_stride=32):
    """An encoder with generated weights that drops nothing."""
    encoder = smp.encoders.get_encoder(name, in_channels, depth, None, output_stride)
    for module in encoder.modules():
        if hasattr(module, "drop_prob"):
            module.drop_prob = 0.0
    if hasattr(encoder, "_drop_connect_rate"):
        encoder._drop_connect_rate = 0.0
    weights.fill(encoder, GAINS.get(name, weights.GAIN))
    with torch.no_grad():
        for key, x in encoder.named_parameters():
            if name in DAMPED and key.endswith(DAMPED[name]):
                x /= 4
    return encoder


def push(encoder):
    """Moves the shifts of batch normalisations up by 3, so that few numbers ahead of a ReLU or a ReLU6 are near a bend:
    a rounding there changes a gradient by as much as one pixel gives."""
    with torch.no_grad():
        for module in encoder.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.bias += 3


def features(name, options, training, first, size, dtype, change=lambda encoder: None):
    """The encoder, and its feature maps of pictures, without the picture itself and maps without channels."""
    n, h, w = size
    encoder = make(name, **options).to(dtype).train(training)
    change(encoder)
    x = torch.from_numpy(weights.pictures(first, n, options.get("in_channels", 3), h, w)).to(dtype)
    return encoder, [f for f in encoder(x)[1:] if f.shape[1] > 0]


def case(name, options, training, size):
    with torch.no_grad():
        _, want = features(name, options, training, 0, size, torch.float64)
        _, got = features(name, options, training, 0, size, torch.float32)
    return {
        **options,
        "training": training,
        "input": list(size),
        "features": [{"float32_error": samples.error(g, f), **samples.some(f, 10)} for f, g in zip(want, got)],
    }


def gradients(name, first):
    want, got = [backward(name, first, dtype) for dtype in (torch.float64, torch.float32)]
    return {"first": first, "input": list(GRADIENT), "parameters": [gradient(key, g, got[key]) for key, g in want.items()]}


def backward(name, first, dtype):
    """The gradients of the sum of all features times generated numbers."""
    encoder, maps = features(name, {}, True, first, GRADIENT, dtype, push)
    loss = 0
    for i, f in enumerate(maps):
        loss = loss + (f * torch.from_numpy(weights.weights(f"loss.{i}.bias", f.shape)).to(dtype)).sum()
    loss.backward()
    return {key: p.grad for key, p in encoder.named_parameters() if p.grad is not None}


def gradient(key, g, g32):
    directions = [weights.uniform(f"{key}.direction.{i}", g.numel()) * 2 - 1 for i in range(PROJECTIONS)]
    return {
        "name": key,
        "norm": g.norm().item(),
        "float32_error": (g32.double() - g).norm().item(),
        "projections": [(g.flatten() @ torch.from_numpy(d)).item() for d in directions],
    }
