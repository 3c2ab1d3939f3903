"""Learning rates of the first steps of every schedule of torch.optim.lr_scheduler, in float64."""

import warnings

import torch
from torch.optim import lr_scheduler as torch_schedules
from torch.optim.swa_utils import SWALR

STEPS, LR = 200, 1e-3

SCHEDULES = [
    ("cosine", torch_schedules.CosineAnnealingLR, {"T_max": 200}),
    ("cosine", torch_schedules.CosineAnnealingLR, {"T_max": 220, "eta_min": 1e-5}),
    ("cosine_restarts", torch_schedules.CosineAnnealingWarmRestarts, {"T_0": 30}),
    ("cosine_restarts", torch_schedules.CosineAnnealingWarmRestarts, {"T_0": 12, "T_mult": 2, "eta_min": 1e-5}),
    ("step", torch_schedules.StepLR, {"step_size": 30, "gamma": 0.5}),
    ("multi_step", torch_schedules.MultiStepLR, {"milestones": [40, 90, 150], "gamma": 0.3}),
    ("exponential", torch_schedules.ExponentialLR, {"gamma": 0.98}),
    ("polynomial", torch_schedules.PolynomialLR, {"total_iters": 200, "power": 0.9}),
    ("polynomial", torch_schedules.PolynomialLR, {"total_iters": 150, "power": 2.0}),
    ("one_cycle", torch_schedules.OneCycleLR, {"max_lr": LR, "total_steps": 200}),
    ("one_cycle", torch_schedules.OneCycleLR, {"max_lr": LR, "total_steps": 230, "pct_start": 0.2, "div_factor": 10.0,
                                               "final_div_factor": 100.0, "anneal_strategy": "linear",
                                               "three_phase": True}),
    ("swa", SWALR, {"swa_lr": 5e-4, "anneal_epochs": 20, "anneal_strategy": "cos"}),
    ("swa", SWALR, {"swa_lr": 2e-3, "anneal_epochs": 15, "anneal_strategy": "linear"}),
]

PLATEAUS = [
    {"mode": "min", "factor": 0.5, "patience": 3},
    {"mode": "max", "factor": 0.3, "patience": 5, "threshold": 0.05, "cooldown": 4},
    {"mode": "min", "factor": 0.5, "patience": 2, "threshold": 0.02, "threshold_mode": "abs", "min_lr": 1e-4},
    {"mode": "max", "factor": 0.9, "patience": 0, "threshold": 0.1, "threshold_mode": "abs", "eps": 9e-5},
]


def golden():
    warnings.simplefilter("ignore")
    cases = [schedule(*entry) for entry in SCHEDULES] + [warmup(12), warmup(1), linear(), linear(0.01, 30)]
    return {"lr": LR, "cases": cases, "plateaus": [plateau(options) for options in PLATEAUS]}


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=LR, momentum=0.9)


def rates(rule, course, what="lr"):
    values = []
    for _ in range(STEPS):
        values.append(short(rule.param_groups[0][what]))
        rule.step()
        course.step()
    return values


def short(x):
    """Thirteen digits, to be short to write."""
    return float(f"{x:.13g}")


def schedule(name, make, options):
    rule = optimizer()
    entry = {"schedule": name, **options, "rates": rates(rule, make(rule, **options))}
    if name == "one_cycle":
        rule = optimizer()
        entry["momenta"] = rates(rule, make(rule, **options), "momentum")
    return entry


def warmup(steps):
    """A linear rise and then a cosine."""
    rule = optimizer()
    rise = torch_schedules.LinearLR(rule, 1 / steps, total_iters=max(1, steps - 1))
    fall = torch_schedules.CosineAnnealingLR(rule, STEPS - steps)
    course = torch_schedules.SequentialLR(rule, [rise, fall], [steps])
    return {"schedule": "cosine", "warmup": steps, "T_max": STEPS - steps, "rates": rates(rule, course)}


def linear(start_factor=1 / 3, total_iters=5):
    """LinearLR, with its defaults if nothing is told, and then a cosine."""
    rule = optimizer()
    rise = torch_schedules.LinearLR(rule, start_factor, total_iters=total_iters)
    fall = torch_schedules.CosineAnnealingLR(rule, STEPS - total_iters)
    course = torch_schedules.SequentialLR(rule, [rise, fall], [total_iters])
    return {"schedule": "cosine", "start_factor": start_factor, "linear_iters": total_iters, "T_max": STEPS - total_iters,
            "rates": rates(rule, course)}


def plateau(options):
    """The rates before each measurement. The measurements fall, or rise, in jumps with noise on top."""
    rule = optimizer()
    course = torch_schedules.ReduceLROnPlateau(rule, **options)
    sign = 1 if options["mode"] == "min" else -1
    measured, values = [], []
    for k in range(STEPS):
        level = 2 - 0.9 * min(1, k // 25 / 5) + (k * 7919 % 13) / 200
        measured.append(short(sign * level if sign > 0 else 3 - level))
        values.append(short(rule.param_groups[0]["lr"]))
        course.step(measured[-1])
    return {**options, "measured": measured, "rates": values}
