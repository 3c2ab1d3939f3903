"""PyTorch's contestant: torch_worker.py train|infer batch,height,width channels_last|nchw|compile|bf16|compile_bf16"""
import os
import sys

import segmentation_models_pytorch as smp
import torch

from timing import measure

kind, shape, mode = sys.argv[1:]
n, h, w = (int(x) for x in shape.split(","))
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
torch.manual_seed(1)
model = smp.Unet("efficientnet-b0", encoder_weights=None, classes=11)
if hasattr(model.encoder, "set_swish"):  # nn.SiLU, where there is a slower, memory-saving one
    model.encoder.set_swish(memory_efficient=False)
images = torch.rand(n, 3, h, w) * 4 - 2
layout = torch.contiguous_format if mode == "nchw" else torch.channels_last
model, images = model.to(memory_format=layout), images.contiguous(memory_format=layout)
run = torch.compile(model) if mode.startswith("compile") else model
autocast = torch.autocast("cpu", torch.bfloat16, enabled=mode.endswith("bf16"))  # products in bfloat16, on channels_last

if kind == "train":
    model.train()
    masks = torch.randint(0, 11, (n, h, w))
    loss_fn = torch.nn.CrossEntropyLoss(ignore_index=11)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2, fused=True)

    def once():
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            loss = loss_fn(run(images), masks)
        loss.backward()
        optimizer.step()
else:
    model.eval()

    def once():
        with torch.inference_mode(), autocast:
            run(images)

measure(once, n, note=torch.__version__)
