"""Goldens of the transforms that change what pixels show: Albumentations on a small 8-bit picture, ranges fixed to a point.

A case has the settings both sides read and a sample of the result. Where upstream is wrong, the case is computed by what
its documentation says: see "on purpose"."""

import warnings

import albumentations as A
import albumentations.augmentations.pixel.functional as F
import cv2
import numpy as np

H, W = 61, 67


def picture(channels=3, h=H, w=W):
    """Stripes, steps and noise below 255; segtrain/augment/golden_test.go draws the same."""
    y, x, c = np.meshgrid(np.arange(h), np.arange(w), np.arange(channels), indexing="ij")
    i = ((y * w + x) * channels + c).astype(np.uint32)
    i = (i ^ i >> 16) * np.uint32(0x85EBCA6B)
    i = (i ^ i >> 13) * np.uint32(0xC2B2AE35)
    noise = ((i ^ i >> 16) % 24).astype(np.int64)
    return ((15 + (2 * x + y * (c + 1)) % 90 + (x // 9 + y // 7 + c) % 3 * 60 + noise)).astype(np.uint8)


def apply(name, settings, upstream):
    settings = settings if upstream is None else upstream
    fixed = {k: tuple(tuple(e) if isinstance(e, list) else e for e in v) if isinstance(v, list) else v for k, v in settings.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transform = getattr(A, name)(**fixed, p=1)
    return lambda im: transform(image=im)["image"]


def case(name, channels=3, tolerance=1, upstream=None, function=None, **settings):
    im = picture(channels)
    out = (function or apply(name, settings, upstream))(im if channels > 1 else im[..., 0] if function else im)
    out = np.asarray(out, np.uint8).reshape(-1)
    return {"name": name, "settings": settings, "channels": channels, "tolerance": tolerance,
            "mean": round(float(out.mean()), 4), "value": out[::61].tolist()}


def point(v):
    return [v, v]


def jpeg(quality):
    """A coefficient in the middle between two steps may round to either. On purpose: OpenCV writes blue, green, red, and Albumentations gives it red, green, blue."""
    def run(im):
        _, data = cv2.imencode(".jpg", im[..., ::-1] if im.ndim == 3 else im, (cv2.IMWRITE_JPEG_QUALITY, quality))
        out = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        return out[..., ::-1] if im.ndim == 3 else out
    return run


def sharp_gaussian(im):
    """On purpose: Albumentations subtracts bytes, which wrap around."""
    x = im.astype(np.float64)
    return np.clip(np.rint(x + 0.4 * (x - cv2.GaussianBlur(x, (5, 5), 1.0))), 0, 255)


def luma_equalize(im):
    return F.equalize(im, mode="cv", by_channels=False)


def colours():
    bc = dict(brightness_limit=point(0.1), contrast_limit=point(0.15))
    jitter = dict(brightness=point(1), contrast=point(1), saturation=point(1), hue=point(0))
    linear = {"downscale": cv2.INTER_LINEAR, "upscale": cv2.INTER_LINEAR}
    return [
        case("RandomBrightnessContrast", **bc), case("RandomBrightnessContrast", channels=5, **bc),
        case("RandomBrightnessContrast", **bc, brightness_by_max=False),
        case("RandomBrightnessContrast", **bc, ensure_safe_range=True),
        case("HueSaturationValue", tolerance=2, hue_shift_limit=point(12.7), sat_shift_limit=point(-20.3), val_shift_limit=point(15.2)),
        case("HueSaturationValue", channels=1, hue_shift_limit=point(0), sat_shift_limit=point(0), val_shift_limit=point(-15.2)),
        *[case("ColorJitter", tolerance=2, **{**jitter, **change}) for change in (
            dict(brightness=point(1.3)), dict(contrast=point(0.7)), dict(saturation=point(1.6)), dict(hue=point(-0.3)))],
        case("RGBShift", tolerance=0, r_shift_limit=point(10), g_shift_limit=point(-15.5), b_shift_limit=point(20)),
        case("RandomGamma", gamma_limit=point(80)), case("RandomGamma", gamma_limit=point(150)),
        case("CLAHE", tolerance=4, clip_limit=point(2), tile_grid_size=[2, 2]), case("CLAHE", channels=1, clip_limit=point(4), tile_grid_size=[3, 4]),
        case("Equalize"), case("Equalize", mode="pil"), case("Equalize", by_channels=False, tolerance=3, function=luma_equalize),
        case("AutoContrast"), case("AutoContrast", method="pil"), case("AutoContrast", cutoff=5),
        case("Solarize", tolerance=0, threshold_range=point(0.4)), case("InvertImg", tolerance=0),
        case("Posterize", tolerance=0, num_bits=3), case("RandomToneCurve", scale=0),
        *[case("ToGray", method=m) for m in ("weighted_average", "from_lab", "desaturation", "average", "max")],
        case("MultiplicativeNoise", multiplier=point(1.1)), case("MultiplicativeNoise", channels=5, multiplier=point(0.85)),
        case("Downscale", tolerance=0, scale_range=point(0.25)), case("Downscale", tolerance=0, scale_range=point(0.4)),
        case("Downscale", scale_range=point(0.4), interpolation_pair={"downscale": "linear", "upscale": "linear"},
             upstream=dict(scale_range=point(0.4), interpolation_pair=linear)),
        *[case("ImageCompression", channels=c, tolerance=12, quality_range=point(q), function=jpeg(q)) for q in (95, 80, 30) for c in (1, 3)],
    ]


def filters():
    motion = dict(allow_shifted=False, blur_limit=point(7))
    return [
        *[case("Blur", blur_limit=point(k)) for k in (3, 7)], case("Blur", channels=5, blur_limit=point(5)),
        *[case("GaussianBlur", sigma_limit=point(s)) for s in (0.5, 1.7, 3)],
        case("GaussianBlur", channels=1, sigma_limit=point(1), blur_limit=point(5)),
        *[case("MedianBlur", tolerance=0, blur_limit=point(k)) for k in (3, 5, 7)],
        case("MotionBlur", **motion, angle_range=point(30), direction_range=point(0)),
        case("MotionBlur", **motion, angle_range=point(200), direction_range=point(0.6)),
        case("MotionBlur", **motion, angle_range=point(90), direction_range=point(-1)),
        case("Defocus", radius=point(3), alias_blur=point(0.1)), case("Defocus", radius=point(10), alias_blur=point(0.5)),
        case("Sharpen", alpha=point(0.4), lightness=point(0.7)),
        case("Sharpen", alpha=point(0.4), method="gaussian", function=sharp_gaussian),
        case("Emboss", alpha=point(0.4), strength=point(0.6)),
        *[case("UnsharpMask", tolerance=3, blur_limit=point(k), alpha=point(0.5)) for k in (3, 7)],
        case("UnsharpMask", tolerance=3, blur_limit=point(5), sigma_limit=point(2), alpha=point(0.3), threshold=5),
    ]


def weather():
    corners = [[[5, 50], [60, 33], [20, 30], [55, 58], [30, 40]], [[3, 3], [40, 10], [10, 45]]]
    im = picture()
    shadow = F.add_shadow(im, [np.array(c) for c in corners], np.array([0.5, 0.3]))
    rng = np.random.default_rng(1)
    discs = [[int(v) for v in row] for row in np.column_stack([rng.integers(0, H, 40), rng.integers(0, W, 40), rng.integers(3, 12, 40)])]
    fog = F.add_fog(im, 0.7, 0.3, [(x, y) for y, x, _ in discs], [r for _, _, r in discs])
    return {"corners": corners, "intensities": [0.5, 0.3], "shadow": shadow.reshape(-1)[::61].tolist(),
            "discs": discs, "alpha": 0.21, "fog": fog.reshape(-1)[::61].tolist()}


def statistics():
    """Mean and standard deviation of what noise adds to a grey area: those of many samples, not these samples."""
    out = []
    for name, settings in [
        ("GaussNoise", dict(std_range=point(0.05), mean_range=point(0.02))), ("ShotNoise", dict(scale_range=point(0.1))),
        ("SaltAndPepper", dict(amount=point(0.05), salt_vs_pepper=point(0.3))),
        ("MultiplicativeNoise", dict(multiplier=[0.8, 1.1], elementwise=True)),
        ("PixelDropout", dict(dropout_prob=0.1)),
    ]:
        run = apply(name, settings, None)
        sums = [run(np.full((512, 512, 3), 120, np.uint8)).astype(np.float64) for _ in range(2)]
        both = np.stack(sums)
        out.append({"name": name, "settings": settings, "mean": round(both.mean(), 3), "std": round(both.std(), 3)})
    return out


def golden():
    A.Compose([], seed=1)
    return {"cases": colours() + filters(), "weather": weather(), "noise": statistics()}
