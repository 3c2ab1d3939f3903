"""Optimizer steps on one small vector, gradient clipping and learning rate schedules, in float64."""

import torch

import samples

STEPS, SIZE = 10, 7

OPTIMIZERS = [
    ("adamw", torch.optim.AdamW, {"lr": 1e-2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 1e-2}),
    ("adamw", torch.optim.AdamW, {"lr": 1e-1, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.0}),
    ("sgd", torch.optim.SGD, {"lr": 1e-1, "momentum": 0.9, "weight_decay": 1e-2, "nesterov": False}),
    ("sgd", torch.optim.SGD, {"lr": 1e-1, "momentum": 0.9, "weight_decay": 1e-2, "nesterov": True}),
]


def golden():
    return {
        "optimizers": [optimizer(*entry) for entry in OPTIMIZERS],
        "clips": [clip(limit) for limit in (0.5, 2.0, 100.0)],
        "schedules": [cosine(20, 0.0), cosine(7, 1e-5)],
    }


def optimizer(name, make, options):
    """The vector before the first step and after each; step k is given gradient k."""
    p = torch.nn.Parameter(samples.values("optim.start", SIZE))
    grads = samples.values("optim.grads", STEPS, SIZE)
    grads[:, 3] = 0  # never a gradient: only decay moves it
    entry = {"optimizer": name, **options, "start": p.tolist(), "grads": grads.tolist(), "steps": []}
    rule = make([p], **options)
    for grad in grads:
        p.grad = grad.clone()
        rule.step()
        entry["steps"].append(p.tolist())
    return entry


def clip(limit):
    """Two gradients whose common norm is brought down to limit."""
    grads = [samples.values("clip.a", 5), samples.values("clip.b", 3)]
    params = [torch.nn.Parameter(torch.zeros_like(g)) for g in grads]
    for p, g in zip(params, grads):
        p.grad = g.clone()
    norm = torch.nn.utils.clip_grad_norm_(params, limit)
    after = [p.grad.tolist() for p in params]
    return {"max_norm": limit, "norm": norm.item(), "before": [g.tolist() for g in grads], "after": after}


def cosine(steps, least):
    """The learning rate of steps 0 … steps of a cosine from 1e-3 down to least."""
    rule = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(rule, steps, least)
    rates = []
    for _ in range(steps + 1):
        rates.append(rule.param_groups[0]["lr"])
        rule.step()
        schedule.step()
    return {"schedule": "cosine", "lr": 1e-3, "min_lr": least, "steps": steps, "rates": rates}
