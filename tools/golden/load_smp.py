"""Loads a safetensors checkpoint into smp.Unet("efficientnet-b0"), strictly, and prints a summary of its logits.

    load_smp.py FILE [N H W]       on the generated picture of that size, 1 64 96 without one
"""

import sys

import segmentation_models_pytorch as smp
import torch
from safetensors.torch import load_file

import weights


def main(path, n=1, h=64, w=96):
    state = load_file(path)
    classes = state["segmentation_head.0.weight"].shape[0]
    attention = "scse" if any(".attention1." in k for k in state) else None
    aux = None
    if "classification_head.3.weight" in state:
        aux = {"classes": state["classification_head.3.weight"].shape[0]}
    unet = smp.Unet("efficientnet-b0", encoder_weights=None, classes=classes, decoder_attention_type=attention, aux_params=aux)
    unet.load_state_dict(state, strict=True)
    torch.set_num_threads(1)
    with torch.no_grad():
        logits = unet.eval()(torch.from_numpy(weights.pictures(0, n, 3, h, w)))
        if aux:
            logits, labels = logits
            print("labels", " ".join(f"{v:.6f}" for v in labels.flatten()[:5].tolist()))
    flat = logits.double().flatten()
    print(f"{len(state)} tensors, {classes} classes, loaded strictly")
    print(f"logits {list(logits.shape)} sum {flat.sum():.6f} sum of squares {flat.square().sum():.6f}")
    print("first", " ".join(f"{v:.6f}" for v in flat[:5].tolist()))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 5):
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))
