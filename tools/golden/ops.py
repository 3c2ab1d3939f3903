"""Operations on small odd shapes: results and gradients in float64, from inputs that float32 holds exactly."""

import torch
from torch.nn import functional as F

import samples


def golden():
    return {"cases": conv2d() + resize() + pool() + batch_norm() + activation()}


def case(op, name, attr, inputs, compute, after=None):
    """One forward and one backward from the gradient grad_out of the result; after lists buffers changed in place."""
    inputs = {k: v.clone().requires_grad_() for k, v in inputs.items()}
    out = compute(*inputs.values())
    grad_out = samples.values(f"{op}.{name}.grad", *out.shape)
    out.backward(grad_out)
    entry = {"op": op, "name": name, "attr": attr}
    entry["in"] = {k: samples.full(v) for k, v in inputs.items()}
    entry["out"] = samples.full(out)
    entry["grad_out"] = samples.full(grad_out)
    entry["grad"] = {k: samples.full(v.grad) for k, v in inputs.items()}
    if after:
        entry["after"] = {k: samples.full(v) for k, v in after.items()}
    return entry


# name, x, weight (OIHW), stride, padding (top, bottom, left, right), dilation, groups
CONVOLUTIONS = [
    ("3x3 same", (2, 3, 5, 7), (4, 3, 3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 1),
    ("1x1", (2, 5, 3, 4), (3, 5, 1, 1), (1, 1), (0, 0, 0, 0), (1, 1), 1),
    ("3x3 stride 2, padding right and below", (1, 3, 7, 6), (4, 3, 3, 3), (2, 2), (0, 1, 0, 1), (1, 1), 1),
    ("5x5 stride 2, padding 1 and 2", (1, 2, 9, 8), (3, 2, 5, 5), (2, 2), (1, 2, 1, 2), (1, 1), 1),
    ("3x3 dilation 2", (1, 2, 7, 9), (3, 2, 3, 3), (1, 1), (2, 2, 2, 2), (2, 2), 1),
    ("2x3 unequal everything", (1, 2, 8, 7), (3, 2, 2, 3), (2, 1), (1, 0, 2, 1), (1, 2), 1),
    ("3x3 two groups", (1, 4, 5, 5), (6, 2, 3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 2),
    ("depthwise 3x3", (2, 5, 5, 6), (5, 1, 3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 5),
    ("depthwise 3x3 stride 2", (1, 5, 7, 6), (5, 1, 3, 3), (2, 2), (0, 1, 0, 1), (1, 1), 5),
    ("depthwise 5x5 stride 2", (1, 3, 9, 8), (3, 1, 5, 5), (2, 2), (1, 2, 1, 2), (1, 1), 3),
    ("depthwise 3x3 dilation 2", (1, 3, 7, 6), (3, 1, 3, 3), (1, 1), (2, 2, 2, 2), (2, 2), 3),
]


def conv2d():
    cases = []
    for name, x, weight, stride, pad, dilation, groups in CONVOLUTIONS:
        top, bottom, left, right = pad

        def compute(x, weight, bias):
            return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride, 0, dilation, groups)

        attr = {"stride": list(stride), "pad": list(pad), "dilation": list(dilation), "groups": groups}
        inputs = {
            "x": samples.values(f"conv2d.{name}.x", *x),
            "weight": samples.values(f"conv2d.{name}.weight", *weight),
            "bias": samples.values(f"conv2d.{name}.bias", weight[0]),
        }
        cases.append(case("conv2d", name, attr, inputs, compute))
    return cases


# mode, align_corners, from, to
RESIZES = [
    ("bilinear", False, (3, 4), (6, 8)),
    ("bilinear", True, (3, 4), (6, 8)),
    ("bilinear", False, (7, 6), (3, 4)),
    ("bilinear", True, (7, 6), (3, 4)),
    ("bilinear", False, (3, 5), (7, 4)),
    ("bilinear", True, (1, 5), (4, 1)),
    ("nearest", None, (3, 4), (6, 8)),
    ("nearest", None, (2, 3), (5, 7)),
    ("nearest", None, (7, 6), (3, 4)),
]


def resize():
    cases = []
    for mode, align, source, size in RESIZES:
        name = f"{source[0]}x{source[1]} to {size[0]}x{size[1]}" + (", corners aligned" if align else "")
        attr = {"size": list(size)} if align is None else {"size": list(size), "align_corners": align}
        x = samples.values(f"{mode}.{name}.x", 1, 2, *source)
        compute = lambda x: F.interpolate(x, size, mode=mode, align_corners=align)
        cases.append(case(mode, name, attr, {"x": x}, compute))
    return cases


# op, name, input, kernel, stride, padding (both sides), count_include_pad
POOLS = [
    ("max_pool", "2x2", (1, 3, 5, 6), 2, 2, 0, None),
    ("max_pool", "3x3 stride 2 padding 1", (1, 2, 7, 6), 3, 2, 1, None),
    ("avg_pool", "2x2", (1, 3, 5, 6), 2, 2, 0, True),
    ("avg_pool", "3x3 stride 2 padding 1", (1, 2, 7, 6), 3, 2, 1, True),
    ("avg_pool", "3x3 stride 2 padding 1, padding not counted", (1, 2, 7, 6), 3, 2, 1, False),
]


def pool():
    cases = []
    for op, name, shape, kernel, stride, pad, count in POOLS:
        attr = {"kernel": [kernel] * 2, "stride": [stride] * 2, "pad": [pad] * 4}
        if count is None:
            compute = lambda x: F.max_pool2d(x, kernel, stride, pad)
        else:
            attr["count_include_pad"] = count
            compute = lambda x: F.avg_pool2d(x, kernel, stride, pad, count_include_pad=count)
        # Distinct values, so that a maximum's place is not a matter of taste.
        x = samples.values(f"{op}.{name}.x", *shape)
        x = x.flatten().argsort().argsort().reshape(shape).double() / 64 - 1
        cases.append(case(op, name, attr, {"x": x}, compute))
    x = samples.values("global_avg_pool.x", 2, 5, 3, 7)
    cases.append(case("global_avg_pool", "3x7", {}, {"x": x}, lambda x: x.mean((2, 3), keepdim=True)))
    return cases


def batch_norm():
    cases = []
    for name, shape, eps, momentum, training in [
        ("train", (3, 5, 3, 7), 1e-5, 0.1, True),
        ("train, as in the encoder", (2, 4, 5, 3), 1e-3, 0.01, True),
        ("eval", (2, 4, 5, 3), 1e-3, 0.01, False),
    ]:
        c = shape[1]
        inputs = {
            "x": samples.values(f"batch_norm.{name}.x", *shape),
            "weight": samples.values(f"batch_norm.{name}.weight", c) + 1.5,
            "bias": samples.values(f"batch_norm.{name}.bias", c),
        }
        mean = samples.values(f"batch_norm.{name}.running_mean", c)
        var = samples.values(f"batch_norm.{name}.running_var", c) + 1.5
        attr = {
            "eps": eps,
            "momentum": momentum,
            "training": training,
            "running_mean": mean.tolist(),
            "running_var": var.tolist(),
        }
        compute = lambda x, weight, bias: F.batch_norm(x, mean, var, weight, bias, training, momentum, eps)
        cases.append(case("batch_norm", name, attr, inputs, compute, {"running_mean": mean, "running_var": var}))
    return cases


def activation():
    x = samples.values("activation.x", 2, 5, 1, 3) * 16
    return [
        case("relu", "2x5x1x3", {}, {"x": x}, F.relu),
        case("silu", "2x5x1x3", {}, {"x": x}, F.silu),
        case("sigmoid", "2x5x1x3", {}, {"x": x}, torch.sigmoid),
        case("softmax", "over channels", {}, {"x": x}, lambda x: F.softmax(x, 1)),
        case("log_softmax", "over channels", {}, {"x": x}, lambda x: F.log_softmax(x, 1)),
    ]
