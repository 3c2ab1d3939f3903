"""Optimizer steps on a small matrix and a vector, gradient clipping and averages of weights, in float64.

AdamP, Lion and Lookahead are not in torch.optim; they are written here from their papers.
"""

import math

import torch
from timm.utils import ModelEmaV3

import samples

STEPS, KEPT = 50, [1, 2, 6, 7, 20, 50]
SHAPES = {"matrix": (4, 3), "vector": (5,)}


class AdamP(torch.optim.Optimizer):
    """Heo et al., ICLR 2021, algorithm 2, with the tests of the authors' code: all channels, else the layer."""

    def __init__(self, params, lr, betas, eps, weight_decay, delta, wd_ratio, nesterov):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, delta=delta,
                                      wd_ratio=wd_ratio, nesterov=nesterov))
        self.taken = {"none": 0, "channel": 0, "layer": 0}

    @torch.no_grad()
    def step(self):
        for o in self.param_groups:
            b1, b2 = o["betas"]
            for p in o["params"]:
                s = self.state.setdefault(p, {})
                s["t"] = s.get("t", 0) + 1
                s["m"] = b1 * s.get("m", 0) + (1 - b1) * p.grad
                s["v"] = b2 * s.get("v", 0) + (1 - b2) * p.grad**2
                ahead = b1 * s["m"] + (1 - b1) * p.grad if o["nesterov"] else s["m"]
                d = ahead / ((s["v"] / (1 - b2 ** s["t"])).sqrt() + o["eps"])
                ratio = 1
                if p.dim() > 1:
                    d, ratio = self.project(p, d, o)
                p.mul_(1 - o["lr"] * o["weight_decay"] * ratio)
                p.sub_(o["lr"] / (1 - b1 ** s["t"]) * d)

    def project(self, p, d, o):
        for name, rows in (("channel", p.shape[0]), ("layer", 1)):
            w, g, q = p.reshape(rows, -1), p.grad.reshape(rows, -1), d.reshape(rows, -1)
            cosine = (w * g).sum(1) / (w.norm(dim=1).clamp(min=o["eps"]) * g.norm(dim=1).clamp(min=o["eps"]))
            if cosine.abs().max() < o["delta"] / math.sqrt(w.shape[1]):
                unit = w / (w.norm(dim=1, keepdim=True) + o["eps"])
                self.taken[name] += 1
                return (q - unit * (unit * q).sum(1, keepdim=True)).reshape(p.shape), o["wd_ratio"]
        self.taken["none"] += 1
        return d, 1


class Lion(torch.optim.Optimizer):
    """Chen et al., NeurIPS 2023, algorithm 2."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for o in self.param_groups:
            b1, b2 = o["betas"]
            for p in o["params"]:
                m = self.state[p].get("m", torch.zeros_like(p))
                p.sub_(o["lr"] * ((b1 * m + (1 - b1) * p.grad).sign() + o["weight_decay"] * p))
                self.state[p]["m"] = b2 * m + (1 - b2) * p.grad


class Lookahead:
    """Zhang et al., NeurIPS 2019, algorithm 1, around an optimizer that keeps its state."""

    def __init__(self, inner, k, alpha):
        self.inner, self.k, self.alpha, self.t = inner, k, alpha, 0
        self.params = [p for o in inner.param_groups for p in o["params"]]
        self.slow = [p.detach().clone() for p in self.params]

    @torch.no_grad()
    def step(self):
        self.inner.step()
        self.t += 1
        if self.t % self.k == 0:
            for slow, p in zip(self.slow, self.params):
                slow += self.alpha * (p - slow)
                p.copy_(slow)


def options(**more):
    return {"lr": 1e-2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0, **more}


def sgd(**more):
    return {"lr": 5e-2, "momentum": 0.9, "weight_decay": 1e-2, **more}


def adamp(**more):
    return options(**{"delta": 0.1, "wd_ratio": 0.1, "nesterov": False, **more})


OPTIMIZERS = [
    ("adamw", torch.optim.AdamW, options(weight_decay=1e-2), None),
    ("adamw", torch.optim.AdamW, options(lr=1e-1, betas=[0.8, 0.95], eps=1e-3), None),
    ("sgd", torch.optim.SGD, sgd(momentum=0.0), None),
    ("sgd", torch.optim.SGD, sgd(), None),
    ("sgd", torch.optim.SGD, sgd(nesterov=True), None),
    ("sgd", torch.optim.SGD, sgd(dampening=0.3), None),
    ("adam", torch.optim.Adam, options(), None),
    ("adam", torch.optim.Adam, options(weight_decay=0.1, betas=[0.8, 0.95], eps=1e-3), None),
    ("adam", torch.optim.Adam, options(betas=[0.8, 0.7], amsgrad=True), None),
    ("adamw", torch.optim.AdamW, options(betas=[0.8, 0.7], weight_decay=0.1, amsgrad=True), None),
    ("nadam", torch.optim.NAdam, options(momentum_decay=4e-3), None),
    ("nadam", torch.optim.NAdam, options(momentum_decay=0.1, weight_decay=0.1), None),
    ("nadam", torch.optim.NAdam, options(momentum_decay=4e-3, weight_decay=0.1, decoupled_weight_decay=True), None),
    ("radam", torch.optim.RAdam, options(), None),
    ("radam", torch.optim.RAdam, options(weight_decay=0.1, betas=[0.8, 0.95]), None),
    ("radam", torch.optim.RAdam, options(weight_decay=0.1, decoupled_weight_decay=True), None),
    ("adamp", AdamP, adamp(weight_decay=0.1), None),
    ("adamp", AdamP, adamp(weight_decay=0.1, delta=1.2), None),
    ("adamp", AdamP, adamp(delta=1.2, nesterov=True), None),
    ("lion", Lion, {"lr": 1e-2, "betas": [0.9, 0.99], "weight_decay": 0.0}, None),
    ("lion", Lion, {"lr": 3e-2, "betas": [0.95, 0.98], "weight_decay": 0.1}, None),
    ("adam", torch.optim.Adam, options(), {"k": 6, "alpha": 0.5}),
    ("sgd", torch.optim.SGD, sgd(nesterov=True), {"k": 5, "alpha": 0.8}),
]


# With the rate and the momentum of OneCycleLR.
CYCLED = [
    ("adamw", torch.optim.AdamW, options(weight_decay=1e-2)),
    ("adam", torch.optim.Adam, options(weight_decay=0.1)),
    ("sgd", torch.optim.SGD, sgd(nesterov=True)),
]


def golden():
    return {
        "start": {name: samples.values(f"optim.start.{name}", *shape).flatten().tolist()
                  for name, shape in SHAPES.items()},
        "grads": {name: gradients(name).flatten(1).tolist() for name in SHAPES},
        "kept": KEPT,
        "optimizers": [optimizer(*entry) for entry in OPTIMIZERS] + [optimizer(*entry, None, True) for entry in CYCLED],
        "clips": [clip(limit) for limit in (0.5, 2.0, 100.0)],
        "clip_values": [clip_value(limit) for limit in (0.25, 2.0)],
        "averages": [average("swa", None), average("ema", 0.9), warm_average(0.7)],
    }


def gradients(name):
    grads = samples.values(f"optim.grads.{name}", STEPS, *SHAPES[name])
    grads.view(STEPS, -1)[:, 2] = 0  # never a gradient: only decay moves it
    return grads


def optimizer(name, make, options, lookahead, cycle=False):
    """The parameters after the kept steps; step k is given gradient k."""
    params = {n: torch.nn.Parameter(samples.values(f"optim.start.{n}", *shape)) for n, shape in SHAPES.items()}
    grads = {n: gradients(n) for n in SHAPES}
    rule = make(list(params.values()), **options)
    entry = {"optimizer": name, **options}
    if lookahead:
        rule = Lookahead(rule, **lookahead)
        entry["lookahead"] = lookahead
    if cycle:
        course = torch.optim.lr_scheduler.OneCycleLR(rule, options["lr"], total_steps=STEPS)
        entry["one_cycle"] = True
    entry["steps"] = []
    for k in range(STEPS):
        for n, p in params.items():
            p.grad = grads[n][k].clone()
        rule.step()
        if cycle and k + 1 < STEPS:
            course.step()
        if k + 1 in KEPT:
            entry["steps"].append({n: p.flatten().tolist() for n, p in params.items()})
    if name == "adamp":
        print("adamp", rule.taken)
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


def clip_value(limit):
    p = torch.nn.Parameter(torch.zeros(8, dtype=torch.float64))
    p.grad = samples.values("clip.value", 8)
    before = p.grad.tolist()
    torch.nn.utils.clip_grad_value_([p], limit)
    return {"limit": limit, "before": before, "after": p.grad.tolist()}


def average(kind, decay):
    """The mean of a vector after each of ten updates, which find it with these values."""
    live = torch.nn.Linear(5, 1, bias=False, dtype=torch.float64)
    rule = torch.optim.swa_utils.get_ema_multi_avg_fn(decay) if decay else torch.optim.swa_utils.get_swa_multi_avg_fn()
    mean = torch.optim.swa_utils.AveragedModel(live, multi_avg_fn=rule)
    values, means = samples.values("average", 10, 5), []
    for v in values:
        with torch.no_grad():
            live.weight.copy_(v[None])
        mean.update_parameters(live)
        means.append(mean.module.weight[0].tolist())
    return {"kind": kind, "decay": decay or 0, "live": values.tolist(), "means": means}


def warm_average(decay):
    """The same by timm's ModelEmaV3 with use_warmup, updated as its training script does: with the steps done."""
    live = torch.nn.Linear(5, 1, bias=False, dtype=torch.float64)
    mean = ModelEmaV3(live, decay=decay, use_warmup=True)
    values, means = samples.values("average", 10, 5), []
    for k, v in enumerate(values):
        with torch.no_grad():
            live.weight.copy_(v[None])
        mean.update(live, step=k + 1)
        means.append(mean.module.weight[0].tolist())
    return {"kind": "warm_ema", "decay": decay, "live": values.tolist(), "means": means}
