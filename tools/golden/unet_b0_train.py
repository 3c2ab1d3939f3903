"""Training of the same U-Net: one loss with its gradients, then five steps of AdamW on one batch."""

import torch
from torch.nn import functional as F

import samples
import unet_b0
import weights

INPUT = (2, 3, 64, 64)
STEPS, LR, WEIGHT_DECAY = 5, 1e-3, 1e-2
SAMPLED = [
    "encoder._conv_stem.weight",
    "encoder._bn0.weight",
    "encoder._bn0.bias",
    "encoder._blocks.0._depthwise_conv.weight",
    "encoder._blocks.0._se_reduce.weight",
    "encoder._blocks.0._se_expand.bias",
    "encoder._blocks.1._expand_conv.weight",
    "encoder._blocks.3._depthwise_conv.weight",
    "encoder._blocks.8._bn2.weight",
    "encoder._blocks.11._depthwise_conv.weight",
    "encoder._blocks.15._se_expand.weight",
    "encoder._blocks.15._project_conv.weight",
    "decoder.blocks.0.conv1.0.weight",
    "decoder.blocks.2.conv2.0.weight",
    "decoder.blocks.4.conv1.1.bias",
    "segmentation_head.0.weight",
    "segmentation_head.0.bias",
]
TRACKED = ["encoder._bn0", "decoder.blocks.4.conv2.1"]


def golden():
    torch.manual_seed(0)
    want, got = train(torch.float64), train(torch.float32)
    running = []
    for name, x in want["running"].items():
        running.append({"name": name, "float32_error": samples.error(got["running"][name], x), **samples.full(x)})
    return {
        "input": list(INPUT),
        "classes": unet_b0.CLASSES,
        "ignore_index": unet_b0.CLASSES,
        "lr": LR,
        "weight_decay": WEIGHT_DECAY,
        "unused": want["unused"],
        "losses": want["losses"],
        "float32_losses": got["losses"],
        "gradients": samples.gradients(want["grads"], got["grads"], SAMPLED),
        "running": running,
    }


def train(dtype):
    """Losses of all steps, gradients of the first and running statistics after the last."""
    unet = unet_b0.model().to(dtype).train()
    x = torch.from_numpy(weights.pictures(0, *INPUT)).to(dtype)
    y = torch.from_numpy(weights.labels(INPUT[0], *INPUT[2:], unet_b0.CLASSES))
    optimizer = torch.optim.AdamW(unet.parameters(), lr=LR, weight_decay=WEIGHT_DECAY)
    out = {"losses": []}
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(unet(x), y, ignore_index=unet_b0.CLASSES)
        loss.backward()
        out["losses"].append(loss.item())
        if step == 0:
            parameters = dict(unet.named_parameters())
            out["grads"] = {k: p.grad.clone() for k, p in parameters.items() if p.grad is not None}
            out["unused"] = [k for k, p in parameters.items() if p.grad is None]
        optimizer.step()
    state = unet.state_dict()
    out["running"] = {f"{bn}.{s}": state[f"{bn}.{s}"] for bn in TRACKED for s in ("running_mean", "running_var")}
    return out
