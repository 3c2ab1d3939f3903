"""Models of segmentation_models_pytorch by architecture: names, logits and gradients, one file for each.

To compare another encoder or other settings, add a line to MODELS here and one of the same name to the table of
nn/decoder/golden_test.go. Nothing is dropped in training, so that results can be compared. A picture whose size a model
does not take is enlarged by zeros at the bottom and at the right, and the logits are cut.
"""

import hashlib

import segmentation_models_pytorch as smp
import torch
from torch.nn import functional as F

import samples
import weights

CLASSES = 5
PROJECTIONS = 3
SCSE = {"decoder_attention_type": "scse"}
AUX = {"aux_params": {"classes": 4, "pooling": "max", "dropout": 0.3}}
B0, R18 = "efficientnet-b0", "resnet18"
# Residual networks need smaller weights than weights.GAIN gives, or the signal explodes in evaluation.
GAINS = {R18: 1.5}
EVEN, ODD, STEP = (2, 64, 64), (1, 65, 97), (4, 64, 64)  # pictures, height, width

# By architecture: name, encoder, settings, number of the first picture of the step (None for none). The picture is chosen
# (search) so that neither float32 run, PyTorch's and that of this project, changes the sign of a number ahead of a ReLU:
# one sign of a hundred thousand moves all gradients before it by some thousandths.
MODELS = {
    "unet": [
        ("unet", B0, {}, 1),
        ("unet_scse", B0, {**SCSE, **AUX}, 1),
        ("unet_identity", B0, {"decoder_use_norm": "identity", "decoder_interpolation": "bilinear"}, 1),
        ("unet_depth3", B0, {"encoder_depth": 3, "decoder_channels": (48, 32, 16), **SCSE}, None),
        ("unet_resnet18", R18, {}, None),
    ],
    "unetplusplus": [
        ("unetplusplus", B0, {}, 1),
        ("unetplusplus_scse", B0, {"encoder_depth": 3, "decoder_channels": (48, 32, 16), **SCSE}, 1),
        ("unetplusplus_resnet18", R18, {}, None),
    ],
    "manet": [
        ("manet", B0, {}, 1),
        ("manet_bilinear", B0, {"decoder_pab_channels": 16, "decoder_interpolation": "bilinear"}, 1),
        ("manet_resnet18", R18, {}, None),
    ],
    "linknet": [
        ("linknet", B0, {}, 1),
        ("linknet_identity", B0, {"encoder_depth": 4, "decoder_use_norm": "identity"}, 1),
        ("linknet_resnet18", R18, {}, None),
    ],
    "fpn": [
        ("fpn", B0, {}, 1),
        ("fpn_cat", B0, {"decoder_merge_policy": "cat", "decoder_interpolation": "bilinear", **AUX}, 1),
        ("fpn_resnet18", R18, {}, None),
    ],
    "pspnet": [
        ("pspnet", B0, {}, 1),
        ("pspnet_depth5", B0, {"encoder_depth": 5, "upsampling": 32, "decoder_use_norm": "identity"}, 1),
        ("pspnet_resnet18", R18, {}, None),
    ],
    "deeplabv3": [
        ("deeplabv3", B0, {}, 1),
        ("deeplabv3_separable", B0, {"encoder_output_stride": 16, "decoder_aspp_separable": True, "decoder_channels": 48}, 1),
        ("deeplabv3_resnet18", R18, {}, None),
    ],
    "deeplabv3plus": [
        ("deeplabv3plus", B0, {}, 1),
        ("deeplabv3plus_stride8", B0, {"encoder_output_stride": 8, "decoder_aspp_separable": False, "decoder_channels": 48}, 1),
        ("deeplabv3plus_resnet18", R18, {}, None),
    ],
    "pan": [
        ("pan", B0, {}, 1),
        ("pan_stride32", B0, {"encoder_depth": 4, "encoder_output_stride": 32, "decoder_interpolation": "nearest"}, 1),
        ("pan_resnet18", R18, {}, None),
    ],
    "upernet": [
        ("upernet", B0, {"decoder_channels": 64}, 1),
        ("upernet_identity", B0, {"encoder_depth": 4, "decoder_channels": 32, "decoder_use_norm": "identity"}, 1),
        ("upernet_resnet18", R18, {"decoder_channels": 32}, None),
    ],
    "segformer": [
        ("segformer", B0, {}, 1),
        ("segformer_depth4", B0, {"encoder_depth": 4, "decoder_segmentation_channels": 64, **AUX}, 1),
        ("segformer_resnet18", R18, {}, None),
    ],
}


def golden(arch):
    return {"arch": arch, "models": [entry(arch, *model) for model in MODELS[arch]]}


def entry(arch, name, encoder, settings, first):
    state = make(arch, encoder, settings).state_dict()
    listing = "".join(f"{key} {list(x.shape)} {x.dtype}\n" for key, x in state.items())
    result = {
        "name": name,
        "encoder": encoder,
        "gain": GAINS.get(encoder, weights.GAIN),
        "entries": len(state),
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        "cases": [case(arch, encoder, settings, False, ODD), case(arch, encoder, settings, False, EVEN)],
    }
    result["cases"].append(case(arch, encoder, settings, True, EVEN))
    if name == arch:
        result["init"] = init(arch, encoder, settings)
    if first is not None:
        result["step"] = step(arch, encoder, settings, first)
    return result


def make(arch, encoder, settings):
    """A model with generated weights that drops nothing."""
    model = smp.create_model(arch, encoder, encoder_weights=None, classes=CLASSES, **settings)
    for module in model.modules():
        if isinstance(module, (torch.nn.Dropout, torch.nn.Dropout2d)):
            module.p = 0.0
    model.encoder._drop_connect_rate = 0.0
    return weights.fill(model, GAINS.get(encoder, weights.GAIN))


def init(arch, encoder, settings):
    """The least, the largest, the mean and the standard deviation of fresh parameters of decoder and heads."""
    torch.manual_seed(0)
    model = smp.create_model(arch, encoder, encoder_weights=None, classes=CLASSES, **settings)
    return {
        key: [float(f"{x.item():.6g}") for x in (p.min(), p.max(), p.mean(), p.std(correction=0))]
        for key, p in model.named_parameters()
        if not key.startswith("encoder.")
    }


def run(arch, encoder, settings, training, first, size, dtype):
    """The model, and its results for pictures: logits, and labels if it has them."""
    n, h, w = size
    model = make(arch, encoder, settings).to(dtype).train(training)
    x = torch.from_numpy(weights.pictures(first, n, 3, h, w)).to(dtype)
    if model.requires_divisible_input_shape:
        stride = model.encoder.output_stride
        least = LEAST.get(arch, 1) * stride
        x = F.pad(x, [0, max(least - w, -w % stride), 0, max(least - h, -h % stride)])
    y = model(x)
    y = y if isinstance(y, tuple) else (y,)
    return model, (y[0][:, :, :h, :w], *y[1:])


LEAST = {"pan": 8}  # sides of a picture in output strides, where one is not enough


def case(arch, encoder, settings, training, size):
    with torch.no_grad():
        _, want = run(arch, encoder, settings, training, 0, size, torch.float64)
        _, got = run(arch, encoder, settings, training, 0, size, torch.float32)
    return {"training": training, "first": 0, "input": list(size), **results(want, got)}


def results(want, got):
    return {"results": [{"float32_error": samples.error(g, y), **samples.some(y, 40)} for y, g in zip(want, got)]}


def step(arch, encoder, settings, first):
    """Training of decoder and heads alone, on pictures as feature maps: through a whole model rounding grows until it
    changes signs ahead of ReLUs. Of a gradient: norm, norm of the float32 run's error, projections."""
    want, want_grads, features = backward(arch, encoder, settings, first, torch.float64)
    got, got_grads, _ = backward(arch, encoder, settings, first, torch.float32)
    return {
        "first": first,
        "features": [list(f.shape) for f in features],
        **results(want, got),
        "gradients": {key: gradient(key, g, got_grads[key]) for key, g in want_grads.items()},
    }


def backward(arch, encoder, settings, first, dtype):
    """Results, the gradients of the sum of all results times generated numbers, and the feature maps. Map i is made of
    pictures first + 2i and later ones; its gradient is called features.i."""
    model = pushed(make(arch, encoder, settings)).to(dtype).train()
    n, h, w = [max(a, b) for a, b in zip(STEP, (0, *[LEAST.get(arch, 1) * model.encoder.output_stride] * 2))]
    features = []
    for i, c in enumerate(model.encoder.out_channels[1:]):
        stride = min(2 << i, model.encoder.output_stride)
        f = torch.from_numpy(weights.pictures(first + 2 * i, n, c, h // stride, w // stride)).to(dtype)
        features.append(f.requires_grad_())
    picture = torch.zeros(n, 3, h, w, dtype=dtype)
    y = [model.segmentation_head(model.decoder([picture, *features]))]
    if model.classification_head is not None:
        y.append(model.classification_head(features[-1]))
    loss = 0
    for i, x in enumerate(y):
        loss = loss + (x * torch.from_numpy(weights.weights(f"loss.{i}.bias", x.shape)).to(dtype)).sum()
    loss.backward()
    learning = [*model.named_parameters(), *[(f"features.{i}", f) for i, f in enumerate(features)]]
    return y, {key: p.grad for key, p in learning if p.grad is not None}, features


def pushed(model):
    """Moves the shifts of normalisations by 3 away from zero, those of a single channel upwards, so that few numbers ahead
    of a ReLU lie near zero and their signs do not depend on rounding."""
    state = model.state_dict()
    for name, x in state.items():
        if name.endswith(".weight") and x.dim() == 1:
            bias = state[name.removesuffix("weight") + "bias"]
            bias += 3 * (1 if len(bias) == 1 else bias.sign())
    return model


def gradient(key, g, g32):
    directions = [weights.uniform(f"{key}.direction.{i}", g.numel()) * 2 - 1 for i in range(PROJECTIONS)]
    projected = [(g.flatten() @ torch.from_numpy(d)).item() for d in directions]
    return [float(f"{x:.6g}") for x in (g.norm().item(), (g32.double() - g).norm().item(), *projected)]


def search(arch, name, most=40):
    """Prints for pictures 0, 1, … how much PyTorch's float32 run misses a gradient of a model by, to choose one."""
    _, encoder, settings, _ = next(m for m in MODELS[arch] if m[0] == name)
    for first in range(most):
        entries = step(arch, encoder, settings, first)["gradients"]
        large = 1e-6 * max(g[0] for g in entries.values())
        print(first, max((g[1] / g[0], key) for key, g in entries.items() if g[0] > large), flush=True)
