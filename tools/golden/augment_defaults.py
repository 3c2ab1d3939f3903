"""Goldens of what a configuration may say: names, settings and defaults of all transforms of Albumentations.

A setting without a default is "required"."""

import inspect

import albumentations as A
from albumentations.core.composition import BaseCompose
from albumentations.core.transforms_interface import BasicTransform


def plain(value):
    if value is inspect.Parameter.empty:
        return "required"
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def golden():
    transforms = {}
    for name in sorted(vars(A)):
        c = getattr(A, name)
        if inspect.isclass(c) and issubclass(c, (BasicTransform, BaseCompose)) and not inspect.isabstract(c):
            settings = inspect.signature(c.__init__).parameters
            transforms[name] = {k: plain(v.default) for k, v in settings.items() if k not in ("self", "args", "kwargs")}
    return {"version": A.__version__, "transforms": transforms}
