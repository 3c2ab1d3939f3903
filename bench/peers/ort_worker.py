"""ONNX Runtime's contestant: ort_worker.py batch,height,width"""
import os
import sys
import tempfile

import numpy as np
import onnxruntime as ort

from timing import measure

n, h, w = (int(x) for x in sys.argv[1].split(","))
path = os.path.join(tempfile.gettempdir(), f"peers-unet-{n}-{h}-{w}.onnx")
if not os.path.exists(path):  # made once, by a process of its own: its memory is not ONNX Runtime's
    import subprocess

    export = f"""
import segmentation_models_pytorch as smp, torch
torch.manual_seed(1)
model = smp.Unet("efficientnet-b0", encoder_weights=None, classes=11).eval()
torch.onnx.export(model, (torch.rand({n}, 3, {h}, {w}),), {path!r} + ".part", dynamo=False, input_names=["x"], output_names=["y"])
"""
    subprocess.run([sys.executable, "-c", export], check=True, stdout=subprocess.DEVNULL)
    os.rename(path + ".part", path)
options = ort.SessionOptions()
options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
images = np.random.default_rng(1).uniform(-2, 2, (n, 3, h, w)).astype(np.float32)
measure(lambda: session.run(None, {"x": images}), n, note=ort.__version__)
