"""Values and gradients of losses on small logits [n, c, h, w], in float64.

Where segmentation_models_pytorch divides by pixels that are ignored, or counts absent classes in a mean, the case is
computed without them: see "differs on purpose" in the Go package autograd.
"""

import segmentation_models_pytorch as smp
import torch
from segmentation_models_pytorch.losses import _functional
from segmentation_models_pytorch.losses import lovasz as lovasz_module
from torch.nn import functional as F

import samples
import weights

IGNORE = 255
# The classes of two masks 3×4; class 4 of five is absent.
TARGET = [[0, 1, 2, 3, 3, 1, 0, 0, 2, 1, 1, 3], [2, 2, 0, 1, 3, 3, 0, 1, 2, 0, 0, 3]]
PRESENT = [0, 1, 2, 3]
WEIGHTS = [1.0, 0.5, 2.0, 0.25, 1.5]

CROSS_ENTROPY = [
    ("plain", {}),
    ("ignore", {"ignore_index": IGNORE}),
    ("everything ignored but one pixel", {"ignore_index": IGNORE, "first": 1}),
    ("label smoothing", {"label_smoothing": 0.1}),
    ("label smoothing, ignore", {"label_smoothing": 0.1, "ignore_index": IGNORE}),
    ("class weights", {"class_weights": WEIGHTS}),
    ("class weights, ignore", {"class_weights": WEIGHTS, "ignore_index": IGNORE}),
    ("all three", {"class_weights": WEIGHTS, "label_smoothing": 0.1, "ignore_index": IGNORE}),
    ("large logits", {"scale": 128.0}),
    ("mixed", {"mixed": True}),
]
REGION = [
    ("plain", {}),
    ("smooth 1", {"smooth": 1.0}),
    ("smooth 1, ignore", {"smooth": 1.0, "ignore_index": IGNORE}),
    ("large logits", {"scale": 128.0}),
    ("log", {"log_loss": True}),
    ("some classes, weights", {"classes": [0, 2], "class_weights": WEIGHTS}),
    ("binary, ignore", {"mode": "binary", "ignore_index": IGNORE}),
    ("multilabel", {"mode": "multilabel", "smooth": 0.5}),
    ("mixed", {"mixed": True}),
]
TVERSKY = [
    ("unequal", {"alpha": 0.3, "beta": 0.7}),
    ("focal", {"alpha": 0.3, "beta": 0.7, "gamma": 0.75}),
    ("focal, multilabel, ignore", {"alpha": 0.3, "beta": 0.7, "gamma": 2.0, "mode": "multilabel", "ignore_index": IGNORE}),
    ("weights", {"alpha": 0.6, "beta": 0.4, "gamma": 1.5, "class_weights": WEIGHTS}),
]
MCC = [("binary", {"mode": "binary"}), ("multiclass", {"ignore_index": IGNORE})]
BCE = [
    ("binary", {"mode": "binary"}),
    ("binary, ignore", {"mode": "binary", "ignore_index": IGNORE, "label_smoothing": 0.1, "pos_weight": [3.0]}),
    ("multilabel, ignore", {"mode": "multilabel", "ignore_index": IGNORE, "pos_weight": WEIGHTS}),
    ("one-vs-rest", {}),
    ("binary, large logits", {"mode": "binary", "scale": 80.0}),
]
SIGMOID_FOCAL = [
    ("one-vs-rest", {"gamma": 2.0}),
    ("one-vs-rest, ignore", {"gamma": 1.5, "alpha": 0.25, "ignore_index": IGNORE}),
    ("multilabel, weights", {"mode": "multilabel", "gamma": 2.0, "class_weights": WEIGHTS}),
    ("binary, ignore", {"mode": "binary", "gamma": 3.0, "alpha": 0.75, "ignore_index": IGNORE}),
    ("binary, large logits", {"mode": "binary", "gamma": 2.0, "scale": 80.0}),
    ("reduced, ignore", {"gamma": 2.0, "reduced_threshold": 0.5, "ignore_index": IGNORE}),
    ("multilabel, reduced", {"mode": "multilabel", "gamma": 1.5, "alpha": 0.75, "reduced_threshold": 0.25}),
]
FOCAL = [
    ("plain", {"gamma": 2.0}),
    ("ignore, weights", {"gamma": 0.5, "ignore_index": IGNORE, "class_weights": WEIGHTS}),
    ("large logits", {"gamma": 2.0, "scale": 64.0}),
]

GCE = [
    ("plain", {"q": 0.7}),
    ("ignore, weights", {"q": 0.5, "ignore_index": IGNORE, "class_weights": WEIGHTS}),
    ("mean absolute error", {"q": 1.0}),
    ("binary, ignore", {"q": 0.7, "mode": "binary", "ignore_index": IGNORE}),
    ("multilabel", {"q": 0.7, "mode": "multilabel"}),
    ("large logits", {"q": 0.7, "scale": 64.0}),
]
SCE = [
    ("plain", {"alpha": 0.125, "beta": 1.0, "log_zero": 4.0}),
    ("ignore, weights", {"alpha": 6.0, "beta": 0.5, "log_zero": 4.0, "ignore_index": IGNORE, "class_weights": WEIGHTS}),
    ("binary, ignore", {"alpha": 0.125, "beta": 1.0, "log_zero": 4.0, "mode": "binary", "ignore_index": IGNORE}),
    ("multilabel", {"alpha": 0.5, "beta": 0.5, "log_zero": 9.0, "mode": "multilabel"}),
]
BOOTSTRAP = [
    ("soft", {"beta": 0.75}),
    ("hard", {"beta": 0.75, "hard": True}),
    ("soft, ignore, weights", {"beta": 0.5, "ignore_index": IGNORE, "class_weights": WEIGHTS}),
    ("hard, binary, ignore", {"beta": 0.75, "hard": True, "mode": "binary", "ignore_index": IGNORE}),
    ("soft, binary", {"beta": 0.75, "mode": "binary"}),
    ("soft, multilabel", {"beta": 0.75, "mode": "multilabel"}),
]
LOVASZ = [
    ("plain", {}),
    ("ignore, per image", {"ignore_index": IGNORE, "per_image": True}),
    ("binary", {"mode": "binary", "scale": 2.0}),
    ("binary, ignore, per image", {"mode": "binary", "ignore_index": IGNORE, "per_image": True}),
    ("multilabel", {"mode": "multilabel", "scale": 2.0}),
]
BOUNDARY = [
    ("all classes, ignore", {"ignore_index": IGNORE}),
    ("some classes", {"classes": [1, 3]}),
    ("binary", {"mode": "binary"}),
]
HARD = [
    ("top half", {"keep": 0.5}),
    ("threshold, ignore", {"keep": 0.1, "threshold": 0.4, "ignore_index": IGNORE}),
]
HARD_BCE = [
    ("binary, top half", {"mode": "binary", "keep": 0.5, "threshold": 0.0}),
    ("multilabel, threshold, ignore", {"mode": "multilabel", "keep": 0.1, "threshold": 0.6, "ignore_index": IGNORE}),
]


def golden():
    families = [
        ("cross_entropy", CROSS_ENTROPY, cross_entropy),
        ("dice", REGION, region("DiceLoss")),
        ("jaccard", REGION[:3], region("JaccardLoss")),
        ("tversky", TVERSKY, region("TverskyLoss")),
        ("mcc", MCC, mcc),
        ("bce", BCE, bce),
        ("sigmoid_focal", SIGMOID_FOCAL, sigmoid_focal),
        ("focal", FOCAL, focal),
        ("lovasz", LOVASZ, lovasz),
        ("hard_cross_entropy", HARD, hard),
        ("hard_bce", HARD_BCE, hard_bce),
        ("boundary", BOUNDARY, boundary),
        ("generalized_cross_entropy", GCE, generalized),
        ("symmetric_cross_entropy", SCE, symmetric),
        ("bootstrapped_cross_entropy", BOOTSTRAP, bootstrapped),
    ]
    return {"cases": [case(loss, name, dict(o), compute) for loss, cases, compute in families for name, o in cases]}


def case(loss, name, options, compute):
    """One case; its logits are samples.values(key)·scale, which Go computes too."""
    scale, first, mixed = options.pop("scale", 4.0), options.pop("first", None), options.pop("mixed", False)
    mode, ignore = options.get("mode", "multiclass"), options.get("ignore_index")
    key = f"losses.{loss}.{name}"
    classes = 1 if mode == "binary" else 5
    logits = (samples.values(key, 2, classes, 3, 4) * scale).requires_grad_()
    target = mask(ignore, first) if mode == "multiclass" else flags(key, classes, ignore)
    entry = {"loss": loss, "name": name, "key": key, "scale": scale, **options}
    if mixed:
        share = samples.values(key + ".share", 2, 3, 4).abs()
        second = target.flip(2)
        entry |= {"mixed": second.flatten().tolist(), "share": share.flatten().tolist()}
        options["soft"] = share.unsqueeze(1) * onehot(target) + (1 - share).unsqueeze(1) * onehot(second)
    value = compute(logits, target, **options)
    value.backward()
    grad = [float(f"{g:.9g}") for g in logits.grad.flatten().tolist()]
    return entry | {"target": target.flatten().tolist(), "value": value.item(), "grad": grad}


def mask(ignore, first):
    """The masks with every fifth pixel ignored, or with all ignored after the first few."""
    target = torch.tensor(TARGET)
    if first is not None:
        target.view(-1)[first:] = ignore
    elif ignore is not None:
        target.view(-1)[::5] = ignore
    return target.reshape(2, 3, 4)


def flags(key, classes, ignore):
    """0 or 1 for each pixel and class, [n, c, h, w], every fifth ignored; the last class of several is absent."""
    target = torch.from_numpy(weights.uniform(key + ".labels", 24 * classes) > 0.6).long().reshape(2, classes, 3, 4)
    if classes > 1:
        target[:, -1] = 0
    if ignore is not None:
        target.view(-1)[::5] = ignore
    return target


def onehot(target):
    return F.one_hot(target, 5).movedim(3, 1).double()


def cross_entropy(logits, target, ignore_index=-100, label_smoothing=0.0, class_weights=None, soft=None):
    weight = None if class_weights is None else torch.tensor(class_weights, dtype=logits.dtype)
    target = target if soft is None else soft
    return F.cross_entropy(logits, target, weight, ignore_index=ignore_index, label_smoothing=label_smoothing)


def region(name):
    def compute(logits, target, mode="multiclass", soft=None, classes=None, **options):
        if soft is not None:
            score = _functional.soft_dice_score(logits.softmax(1).flatten(2), soft.flatten(2), dims=(0, 2))
            return 1 - score[PRESENT].mean()
        if classes is None and mode != "binary":
            classes = PRESENT  # absent classes do not count
        loss = getattr(smp.losses, name)(mode, classes=classes, **options)
        if loss.class_weights is not None:
            loss.class_weights = loss.class_weights.double()
        return loss(logits, target)

    return compute


def mcc(logits, target, mode="multiclass", ignore_index=None):
    loss = smp.losses.MCCLoss()
    if mode == "binary":
        return loss(logits.sigmoid(), target)
    p, counts = logits.softmax(1), target != ignore_index
    terms = [loss(p[:, c][counts].reshape(1, 1, -1), (target == c)[counts].double().reshape(1, 1, -1)) for c in PRESENT]
    return torch.stack(terms).mean()


def bce(logits, target, mode="multiclass", ignore_index=None, label_smoothing=None, pos_weight=None):
    target = onehot(target) if mode == "multiclass" else target.double()
    if pos_weight is not None:
        pos_weight = torch.tensor(pos_weight, dtype=logits.dtype).reshape(-1, 1, 1)
    loss = smp.losses.SoftBCEWithLogitsLoss(
        ignore_index=ignore_index, reduction="sum", smooth_factor=label_smoothing, pos_weight=pos_weight
    )
    return loss(logits, target) / target.ne(-1 if ignore_index is None else ignore_index).sum()  # not by ignored pixels


def sigmoid_focal(logits, target, mode="multiclass", class_weights=None, ignore_index=None, **options):
    if class_weights is not None:
        class_weights = torch.tensor(class_weights, dtype=logits.dtype)
    loss = smp.losses.FocalLoss(mode, ignore_index=ignore_index, class_weights=class_weights, **options)
    if class_weights is not None:
        loss.class_weights = class_weights
    return loss(logits, target)


def focal(logits, target, gamma, ignore_index=-100, class_weights=None):
    """The paper's formula on the softmax; as in cross-entropy, weights are divided by."""
    nll = F.cross_entropy(logits, target, ignore_index=ignore_index, reduction="none")
    weight = torch.tensor(class_weights or [1.0] * 5, dtype=logits.dtype)
    w = weight[target.clamp(max=4)] * (target != ignore_index)
    return (w * (-torch.expm1(-nll)) ** gamma * nll).sum() / w.sum()


def lovasz_grad(gt_sorted):
    """Algorithm 1 of the paper in float64, which upstream's own rounds to float32."""
    gt_sorted = gt_sorted.double()
    union = gt_sorted.sum() + (1 - gt_sorted).cumsum(0)
    jaccard = 1 - (gt_sorted.sum() - gt_sorted.cumsum(0)) / union
    return jaccard.diff(prepend=torch.zeros(1, dtype=torch.float64))


class StableTorch:
    """The module torch, but sort keeps the order of ties, which decides between subgradients."""

    def __getattr__(self, name):
        return getattr(torch, name)

    def sort(self, x, dim, descending):
        return torch.sort(x, dim=dim, descending=descending, stable=True)


def lovasz(logits, target, mode="multiclass", **options):
    lovasz_module._lovasz_grad = lovasz_grad
    lovasz_module.torch = StableTorch()
    loss = smp.losses.LovaszLoss("multiclass" if mode == "multiclass" else "binary", **options)
    if mode == "multiclass":
        return loss(logits, target)
    return torch.stack([loss(logits[:, c], target[:, c]) for c in range(logits.shape[1])]).mean()  # each apart


def hard(logits, target, keep, threshold=0.0, ignore_index=-100):
    nll = F.cross_entropy(logits, target, ignore_index=ignore_index, reduction="none")[target != ignore_index]
    n = max(1, int(keep * len(nll)), int((nll.neg().exp() < threshold).sum()))
    return nll.topk(n).values.mean()


def hard_bce(logits, target, keep, threshold, mode, ignore_index=None):
    """Binary cross-entropy of the hardest pixels of each class by itself."""
    each = F.binary_cross_entropy_with_logits(logits, target.reshape(logits.shape).double(), reduction="none")
    each = each[target.reshape(logits.shape) != (-1 if ignore_index is None else ignore_index)]
    n = max(1, int(keep * len(each)), int((each.neg().exp() < threshold).sum()))
    return each.topk(n).values.mean()


def generalized(logits, target, q, **options):
    """The paper's (1 - p^q)/q of the label's probability."""
    return label_mean(logits, target, lambda ln, onehot: (1 - (ln * onehot).sum(1).exp() ** q) / q, **options)


def symmetric(logits, target, alpha, beta, log_zero, **options):
    """The paper's alpha·CE + beta·RCE, where ln 0 is -log_zero."""

    def of(ln, onehot):
        reverse = -(ln.exp() * torch.where(onehot > 0, 0.0, -log_zero)).sum(1)
        return -alpha * (ln * onehot).sum(1) + beta * reverse

    return label_mean(logits, target, of, **options)


def bootstrapped(logits, target, beta, hard=False, **options):
    """The paper's target beta·label + (1 - beta)·prediction, which of the hard kind is a constant."""

    def of(ln, onehot):
        own = F.one_hot(ln.argmax(1), ln.shape[1]).movedim(-1, 1).double() if hard else ln.exp()
        return -((beta * onehot + (1 - beta) * own) * ln).sum(1)

    return label_mean(logits, target, of, **options)


def label_mean(logits, target, of, mode="multiclass", ignore_index=None, class_weights=None):
    """The weighted mean of a loss of the logarithms of probabilities and the labels, both with classes in axis 1; flags are
    labels of two classes each, of logits 0 and x."""
    counts = target != (-1 if ignore_index is None else ignore_index)
    if mode != "multiclass":
        logits = torch.stack([torch.zeros_like(logits), logits], 1)
    label = target.masked_fill(~counts, 0)
    losses = of(logits.log_softmax(1), F.one_hot(label, logits.shape[1]).movedim(-1, 1).double())
    weight = torch.ones(logits.shape[1]) if class_weights is None else torch.tensor(class_weights)
    w = weight.double()[label] * counts
    return (w * losses.reshape(w.shape)).sum() / w.sum()


def boundary(logits, target, mode="multiclass", ignore_index=None, classes=None):
    """The paper's sum of p·φ, with φ as in its authors' code: the distance to the region outside, 1 less that to the
    outside within; over what is not ignored. That code takes distances from scipy; here they are by all pairs."""
    p = logits.sigmoid() if mode == "binary" else logits.softmax(1)
    yes = target == 1 if mode == "binary" else torch.stack([target == c for c in range(5)], 1)
    counts = (target != (-1 if ignore_index is None else ignore_index)).reshape(2, 1, 3, 4)
    phi = torch.stack([torch.stack([signed_distance(plane) for plane in image]) for image in yes])
    classes = list(range(p.shape[1])) if classes is None else classes
    return (p * phi * counts)[:, classes].sum() / (counts.sum() * len(classes))


def signed_distance(region):
    at = torch.cartesian_prod(torch.arange(3.0), torch.arange(4.0)).double()
    inside = region.flatten()
    if inside.all() or not inside.any():
        return torch.zeros(3, 4, dtype=torch.float64)
    d = torch.cdist(at, at, compute_mode="donot_use_mm_for_euclid_dist")
    return torch.where(inside, 1 - d[:, ~inside].min(1).values, d[:, inside].min(1).values).reshape(3, 4)
