"""PyTorch's contestant from start to first mask: start_torch.py weights.safetensors picture.png mask.png"""
import sys

import numpy as np
import segmentation_models_pytorch as smp
import torch
from PIL import Image
from safetensors.torch import load_file

weights, picture, mask = sys.argv[1:]
model = smp.Unet("efficientnet-b0", encoder_weights=None, classes=11).eval()
model.load_state_dict(load_file(weights), strict=True)
model = model.to(memory_format=torch.channels_last)
pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=np.float32) / 255
pixels = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
x = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
with torch.inference_mode():
    classes = model(x).argmax(1)[0].to(torch.uint8).numpy()
Image.fromarray(classes).save(mask)
