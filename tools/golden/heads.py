"""One step of what trains beside the masks: a classification head, deep supervision, and an encoder that is frozen.

The model is Unet("efficientnet-b0") with aux_params, after freeze_encoder and in training mode, so that its features are those
of evaluation. Each stage of the decoder but the last and the first has a 1×1 convolution whose logits are enlarged to the
picture's size; the cross-entropies weigh 1, 1/2, 1/4 … as in nnU-Net, divided by their sum. To that comes half the binary
cross-entropy of the classes that a mask shows in a fifth of the pixels that count. Shifts of normalisations start 3 away from zero: see decoders.py.
"""

import segmentation_models_pytorch as smp
import torch
from torch.nn import functional as F

import decoders
import weights

INPUT, CLASSES, AUX_WEIGHT, MIN_SHARE = (2, 64, 96), 5, 0.5, 0.2
# Number of the first picture: chosen as in decoders.py.
CASES = [("unet", 1), ("unetplusplus", 1)]


def golden():
    return {"input": list(INPUT), "classes": CLASSES, "aux_weight": AUX_WEIGHT, "min_share": MIN_SHARE, "cases": [case(*c) for c in CASES]}


def case(arch, first):
    want, want_grads, labels = step(arch, first, torch.float64)
    got, got_grads, _ = step(arch, first, torch.float32)
    return {
        "arch": arch,
        "first": first,
        "loss": want,
        "float32_loss": got,
        "labels": labels.flatten().tolist(),
        "gradients": {key: decoders.gradient(key, g, got_grads[key]) for key, g in want_grads.items()},
    }


def step(arch, first, dtype):
    aux = {"classes": CLASSES, "pooling": "avg", "dropout": 0.0, "activation": None}
    model = smp.create_model(arch, "efficientnet-b0", encoder_weights=None, classes=CLASSES, aux_params=aux)
    weights.fill(model)
    decoders.pushed(model.decoder)
    model = model.to(dtype)
    model.encoder._drop_connect_rate = 0.0
    model.freeze_encoder()
    model.train()
    n, h, w = INPUT
    x = torch.from_numpy(weights.pictures(first, n, 3, h, w)).to(dtype)
    y = torch.from_numpy(weights.labels(n, h, w, CLASSES))  # the value CLASSES is ignored
    stages = {}
    blocks = [model.decoder.blocks[k] for k in names(arch, model)]
    for i, block in enumerate(blocks):
        block.register_forward_hook(lambda module, args, out, i=i: stages.__setitem__(i, out))
    masks, labels = model(x)
    heads, losses = [], [F.cross_entropy(masks, y, ignore_index=CLASSES)]
    for k, i in enumerate(range(len(blocks) - 2, 0, -1)):
        head = torch.nn.Conv2d(stages[i].shape[1], CLASSES, 1)
        with torch.no_grad():
            for name, p in head.named_parameters():
                p.copy_(torch.from_numpy(weights.weights(f"deep_supervision.{k}.{name}", p.shape)))
        heads.append(head.to(dtype))
        deep = F.interpolate(heads[-1](stages[i]), size=(h, w), mode="bilinear", align_corners=False)
        losses.append(F.cross_entropy(deep, y, ignore_index=CLASSES))
    shares = [0.5**i for i in range(len(losses))]
    loss = sum(share * l for share, l in zip(shares, losses)) / sum(shares)
    counted = (y != CLASSES).flatten(1).sum(1)
    shown = torch.stack([(y == c).flatten(1).sum(1) >= MIN_SHARE * counted for c in range(CLASSES)], 1).to(dtype)
    loss = loss + AUX_WEIGHT * F.binary_cross_entropy_with_logits(labels, shown)
    loss.backward()
    named = [*model.named_parameters(), *torch.nn.ModuleDict({"deep_supervision": torch.nn.ModuleList(heads)}).named_parameters()]
    return loss.item(), {k: p.grad for k, p in named if p.grad is not None}, shown


def names(arch, model):
    """The blocks whose results are the stages, smallest first."""
    if arch == "unetplusplus":
        return [f"x_0_{i}" for i in range(5)]
    return range(len(model.decoder.blocks))
