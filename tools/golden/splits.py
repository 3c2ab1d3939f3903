"""How alike the folds of a split are, beside those of other libraries: see docs/validation.md

    splits.py longtail DIR [N]     draws a set whose classes are each half as frequent as the one before
    splits.py compare --classes 11 --k 5 [--group REGEXP] MASKS NAME=GLOB ...

compare measures tables of folds that `segtrain split --out` wrote, and folds of scikit-learn and iterative-stratification on
the same masks, ten seeds each. Deviations are those that segtrain prints: the mean and the largest over folds and classes
of |share / share of all - 1|, of pixels and of images that have the class.
"""

import argparse
import csv
import glob
import pathlib
import re
import warnings

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from PIL import Image
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold

SEEDS = range(10)


def longtail(folder, n):
    """n masks of 24x24 with 8 classes: a class covers a random rectangle, more often in some groups than in others."""
    rng = np.random.default_rng(1)
    groups = n // 8
    taste = rng.gamma(2, 0.5, (groups, 8))
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for i in range(n):
        group = int(rng.integers(groups))
        mask = np.zeros((24, 24), np.uint8)
        for c in range(1, 8):
            if rng.random() < min(0.9, taste[group, c] * 0.5**c):
                y, x = rng.integers(0, 16, 2)
                h, w = rng.integers(2, 9, 2)
                mask[y : y + h, x : x + w] = c
        name = f"g{group:03d}_{i:04d}.png"
        Image.fromarray(mask).save(folder / "masks" / name)
        Image.fromarray(np.stack([mask * 30] * 3, 2)).save(folder / "images" / name)


def count(folder, classes):
    """IDs, and pixels of each class in each mask."""
    files = sorted(folder.glob("*.png"))
    pixels = np.array([np.bincount(np.asarray(Image.open(f)).ravel(), minlength=256)[:classes] for f in files])
    return [f.stem for f in files], pixels


def deviation(pixels, folds):
    """Mean and largest deviation of pixel shares, the same of images with a class, smallest and largest fold."""
    here = pixels.sum(0) > 0
    share = pixels.sum(0) / pixels.sum()
    having = (pixels > 0).mean(0)
    a, b = [], []
    for f in np.unique(folds):
        p = pixels[folds == f]
        a.append(np.abs((p.sum(0) / p.sum())[here] / share[here] - 1))
        b.append(np.abs((p > 0).mean(0)[here] / having[here] - 1))
    sizes = np.unique(folds, return_counts=True)[1]
    return np.mean(a), np.max(a), np.mean(b), np.max(b), sizes.min(), sizes.max()


def assign(splitter, n, y, groups=None):
    folds = np.full(n, -1)
    for f, (_, val) in enumerate(splitter.split(np.zeros(n), y, groups)):
        folds[val] = f
    return folds


def peers(pixels, groups, k):
    """Folds of the other libraries by name. The single label of an image is its set of classes, or its rarest class."""
    n, has = len(pixels), pixels > 0
    frequent = np.where(has.sum(0) > 0, has.sum(0), n + 1)
    labels = {
        "set of classes": np.array(["".join(map(str, row.astype(int))) for row in has]),
        "rarest class": np.array([np.argmin(np.where(row, frequent, n + 2)) for row in has]),
    }
    make = lambda cls, s: cls(n_splits=k, shuffle=True, random_state=s)
    yield "KFold", [assign(make(KFold, s), n, None) for s in SEEDS]
    for name, y in labels.items():
        yield f"StratifiedKFold, {name}", [assign(make(StratifiedKFold, s), n, y) for s in SEEDS]
    yield "MultilabelStratifiedKFold", [assign(make(MultilabelStratifiedKFold, s), n, has.astype(int)) for s in SEEDS]
    if groups is not None:
        for name, y in labels.items():
            yield f"StratifiedGroupKFold, {name}", [assign(make(StratifiedGroupKFold, s), n, y, groups) for s in SEEDS]


def compare(a):
    ids, pixels = count(a.masks, a.classes)
    groups = None
    if a.group:
        groups = np.array([re.search(a.group, i).group(1) for i in ids])
        print(len(set(groups)), "groups")
    print(f"{len(ids)} masks, {a.k} folds\n\n| | pixels: mean | worst | images: mean | worst | images in a fold |\n|---|---|---|---|---|---|")
    tables = list(peers(pixels, groups, a.k))
    for text in a.tables:
        name, pattern = text.split("=", 1)
        folds = []
        for file in sorted(glob.glob(pattern)):
            rows = {r["id"]: int(r["fold"]) for r in csv.DictReader(open(file))}
            folds.append(np.array([rows[i] for i in ids]))
        tables.append((name, folds))
    for name, folds in tables:
        d = np.array([deviation(pixels, f) for f in folds])
        print(f"| {name} | " + " | ".join(f"{100 * v:.2f} %" for v in d[:, :4].mean(0)), end="")
        print(f" | {int(d[:, 4].min())} to {int(d[:, 5].max())} |")


def main():
    warnings.filterwarnings("ignore")
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(required=True)
    c = sub.add_parser("longtail")
    c.add_argument("folder", type=pathlib.Path)
    c.add_argument("n", type=int, nargs="?", default=1000)
    c.set_defaults(run=lambda a: longtail(a.folder, a.n))
    c = sub.add_parser("compare")
    c.add_argument("masks", type=pathlib.Path)
    c.add_argument("tables", nargs="*")
    c.add_argument("--classes", type=int, required=True)
    c.add_argument("--k", type=int, default=5)
    c.add_argument("--group")
    c.set_defaults(run=compare)
    a = p.parse_args()
    a.run(a)


if __name__ == "__main__":
    main()
