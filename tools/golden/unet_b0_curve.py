"""Twenty steps of AdamW on the U-Net of unet_b0_train, with a usual learning rate, held to a thousandth.

Rounding decides the sign of the few numbers ahead of a ReLU that lie at zero, and each sign moves the gradients of all that
comes before by some thousandths: after five steps float32 runs of the same program differ by a hundredth of the loss, whatever
the learning rate, ε or the weights' scale (see `rough`). So the shifts of the decoder's normalisations start 3 away from zero
here; its ReLUs then keep their sides, and what is compared over twenty steps is arithmetic. The encoder has none.
"""

import torch
from torch.nn import functional as F

import unet_b0
import weights

INPUT = (2, 3, 64, 64)
STEPS, LR, WEIGHT_DECAY, PUSH = 20, 1e-3, 1e-2, 3.0


def golden():
    return {
        "input": list(INPUT),
        "classes": unet_b0.CLASSES,
        "ignore_index": unet_b0.CLASSES,
        "lr": LR,
        "weight_decay": WEIGHT_DECAY,
        "push": PUSH,
        "losses": train(torch.float64, PUSH, 1),
        "float32_losses": [train(torch.float32, PUSH, threads) for threads in (1, 2)],
        # The same without the push: what float32 is worth then.
        "rough": {"losses": train(torch.float64, 0, 1), "float32_losses": [train(torch.float32, 0, threads) for threads in (1, 2)]},
    }


def train(dtype, push, threads):
    """The losses before each step."""
    torch.set_num_threads(threads)
    unet = pushed(unet_b0.model(), push).to(dtype).train()
    x = torch.from_numpy(weights.pictures(0, *INPUT)).to(dtype)
    y = torch.from_numpy(weights.labels(INPUT[0], *INPUT[2:], unet_b0.CLASSES))
    optimizer = torch.optim.AdamW(unet.parameters(), lr=LR, weight_decay=WEIGHT_DECAY)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(unet(x), y, ignore_index=unet_b0.CLASSES)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    torch.set_num_threads(1)
    return losses


def pushed(unet, push):
    """Moves the shifts of the decoder's normalisations away from zero."""
    state = unet.state_dict()
    for name, x in state.items():
        if name.startswith("decoder.") and name.endswith(".weight") and x.dim() == 1:
            bias = state[name.removesuffix("weight") + "bias"]
            bias += push * bias.sign()
    return unet
