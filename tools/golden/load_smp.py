"""Loads a checkpoint of this project into segmentation_models_pytorch, strictly.

    load_smp.py FILE [N H W]       a Unet("efficientnet-b0"); prints a summary of its logits on the generated picture of
                                   that size, 1 64 96 without one
    load_smp.py RUN PICTURE OUT    the best weights of a run, of any architecture and encoder; compares what it says of a
                                   picture, as large as data.size, with OUT/probabilities/PICTURE.npy, which
                                   "segtrain predict RUN PICTURE --probabilities --out OUT" writes
"""

import pathlib
import sys

import numpy
import segmentation_models_pytorch as smp
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

import weights

ALLOWED = 1e-5  # difference of a probability from float64, or three times that of PyTorch's own float32


def summary(path, n=1, h=64, w=96):
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


def model_of(config, state):
    """The model that a run's config.yaml describes, with its weights."""
    model, arch, settings = config["model"], config["model"]["arch"], {}
    if isinstance(arch, dict):
        arch, settings = next(iter(arch.items()))
    if channels := model["decoder_channels"]:
        settings["decoder_channels"] = channels if arch in ("unet", "unetplusplus", "manet") else channels[0]
    if "decoder_attention_type" in settings:
        settings["decoder_attention_type"] = settings["decoder_attention_type"] or None
    if "classification_head.3.weight" in state:
        settings["aux_params"] = {"classes": state["classification_head.3.weight"].shape[0], "pooling": model["aux"]["pooling"]}
    classes = state[max(k for k in state if k.startswith("segmentation_head") and k.endswith("weight"))].shape[0]
    encoder = model["encoder"].replace("timm-efficientnet-lite", "timm-tf_efficientnet_lite")  # its name in older versions
    built = smp.create_model(arch, encoder, encoder_weights=None, in_channels=config["data"]["channels"], classes=classes, **settings)
    built.load_state_dict(state, strict=True)
    return built.eval()


def compare(run, picture, out):
    config = yaml.safe_load(pathlib.Path(run, "config.yaml").read_text())
    state = load_file(pathlib.Path(run, "best.safetensors"))
    model, data = model_of(config, state), config["data"]
    pixels = numpy.asarray(Image.open(picture).convert("L" if data["channels"] == 1 else "RGB"), dtype=numpy.float32) / 255
    pixels = (pixels.reshape(*pixels.shape[:2], -1) - numpy.float32(data["mean"])) / numpy.float32(data["std"])
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    theirs = probabilities(model, x, config)
    want = probabilities(model.double(), x.double(), config)
    got = numpy.load(pathlib.Path(out, "probabilities", pathlib.Path(picture).stem + ".npy"))
    off, float32 = numpy.abs(got - want).max(), numpy.abs(theirs - want).max()
    allowed = max(ALLOWED, 3 * float32)
    print(f"{len(state)} tensors loaded strictly; {got.shape} probabilities are off by {off:.1e}, PyTorch's float32 by {float32:.1e}")
    if not off <= allowed:
        sys.exit(f"off by {off:.1e}; allowed: {allowed:.1e}")


def probabilities(model, x, config):
    with torch.no_grad():
        logits = model(x)
    logits = logits[0] if isinstance(logits, tuple) else logits
    return (logits.softmax(1) if config["task"] == "multiclass" else logits.sigmoid())[0].permute(1, 2, 0).numpy()


if __name__ == "__main__":
    if len(sys.argv) == 4:
        compare(*sys.argv[1:])
    elif len(sys.argv) in (2, 5):
        summary(sys.argv[1], *map(int, sys.argv[2:]))
    else:
        sys.exit(__doc__)
