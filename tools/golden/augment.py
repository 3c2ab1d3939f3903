"""What Albumentations 2.0.8 and OpenCV make of a smooth picture and a mask, given drawn parameters.

Needs albumentations==2.0.8 beside the other requirements. Pictures are float32, so that OpenCV interpolates without
rounding to 8 bits (its tables of weights have 32 places a pixel all the same). Every case holds samples of the result
at fixed places; the Go test draws nothing, but gives the same parameters to the same formulas.
"""

import albumentations as A
import albumentations.augmentations.geometric.functional as F
import cv2
import numpy as np

H, W = 48, 64
SAMPLES = [(y, x) for y in range(2, H, 5) for x in range(3, W, 7)]


def picture(h=H, w=W):
    """Slow waves, which bilinear interpolation follows closely."""
    y, x = np.mgrid[:h, :w].astype(np.float64) + 0.5
    return (0.5 + 0.2 * np.sin(x / 9) + 0.2 * np.cos(y / 7) + 0.05 * np.sin((x + y) / 11)).astype(np.float32)


def samples(image):
    h, w = image.shape[:2]
    return [float(f"{image[y, x]:.6g}") for y, x in SAMPLES if y < h and x < w]


def affine(scale, shear, rotate, translate):
    matrix = F.create_affine_transformation_matrix(
        {"x": translate[0], "y": translate[1]}, {"x": -shear[0], "y": -shear[1]}, {"x": scale[0], "y": scale[1]},
        rotate, F.center((H, W)))
    return F.warp_affine(picture(), matrix, cv2.INTER_LINEAR, -1, cv2.BORDER_CONSTANT, (H, W))


def safe_rotate(angle):
    """Differs on purpose: centres of pixels are at halves throughout, where upstream is off by up to half a pixel."""
    turn = cv2.getRotationMatrix2D((W / 2, H / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    all_w, all_h = int(H * sin + W * cos), int(H * cos + W * sin)
    turn[:, 2] += (all_w - W) / 2, (all_h - H) / 2
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ np.diag([W / all_w, H / all_h, 1]) @ np.vstack([turn, [0, 0, 1]]) @ half
    return F.warp_affine(picture(), matrix, cv2.INTER_LINEAR, -1, cv2.BORDER_CONSTANT, (H, W))


def rotate(angle, crop):
    t = A.Rotate(limit=(angle, angle), p=1, fill=-1, crop_border=crop)
    return t(image=picture())["image"]


def remapped(map_x, map_y):
    return F.remap(picture(), map_x, map_y, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT, -1)


def grid(steps_x, steps_y, normalized):
    n = len(steps_x) - 1
    if normalized:
        p = F.normalize_grid_distortion_steps((H, W), n, list(steps_x), list(steps_y))
        steps_x, steps_y = p["steps_x"], p["steps_y"]
    return remapped(*F.generate_grid((H, W), steps_x, steps_y, n))


def optical(k, mode):
    if mode == "fisheye":  # differs on purpose: upstream's centre is half a pixel off
        y, x = np.mgrid[:H, :W] + 0.5 - np.array([H, W]).reshape(2, 1, 1) / 2
        r2 = (x * x + y * y) / ((W / 2) ** 2 + (H / 2) ** 2)
        return remapped(x * (1 + k * r2) + W / 2 - 0.5, y * (1 + k * r2) + H / 2 - 0.5)
    map_x, map_y = F.get_camera_matrix_distortion_maps((H, W), k)
    return remapped(map_x - 0.5, map_y - 0.5)  # differs on purpose: upstream shifts by half a pixel


def perspective(points):
    """Differs on purpose: the quadrilateral fills the output once, and corners are corners, not centres of pixels."""
    src = np.array(points, np.float32) - 0.5
    dst = np.array([[0, 0], [W, 0], [W, H], [0, H]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(src, dst)
    return cv2.warpPerspective(picture(), matrix, (W, H), borderValue=-1)


def elastic(alpha, sigma):
    """The noise is a formula, blurred and scaled as upstream does."""
    i = np.arange(2 * H * W, dtype=np.int64)
    fields = ((i * 7919 % 1009) / 504.0 - 1).astype(np.float32).reshape(2, H, W)
    d = [cv2.GaussianBlur(f, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE) * alpha for f in fields]
    x, y = np.meshgrid(np.arange(W, dtype=np.float32), np.arange(H, dtype=np.float32))
    return remapped(x + d[0], y + d[1])


def symmetry(name):
    marks = np.arange(12, dtype=np.uint8).reshape(3, 4)
    return np.ascontiguousarray(F.d4(marks, name))


def border(mode):
    marks = np.arange(1, 7, dtype=np.uint8).reshape(2, 3)
    return cv2.copyMakeBorder(marks, 3, 4, 5, 4, mode)


def case(name, image, **parameters):
    return {"name": name, **parameters, "size": list(image.shape[:2]), "samples": samples(image)}


def golden():
    cases = []
    for scale, shear, angle, shift in [((1.2, 0.9), (0, 0), 0, (0, 0)), ((1, 1), (10, -5), 0, (3, -2)),
                                       ((0.8, 1.1), (7, 4), 33, (-4.5, 2.25)), ((1, 1), (0, 0), -90, (0, 0))]:
        cases.append(case("Affine", affine(scale, shear, angle, shift), numbers=[*scale, *shear, angle, *shift]))
    for angle in (20, -75):
        cases.append(case("SafeRotate", safe_rotate(angle), numbers=[angle]))
        cases.append(case("Rotate", rotate(angle, False), numbers=[angle, 0]))
        cases.append(case("Rotate", rotate(angle, True), numbers=[angle, 1]))
    xs, ys = [1.1, 0.8, 1.25, 0.9, 1.2, 1.05], [0.9, 1.3, 0.75, 1.0, 1.1, 0.8]
    cases.append(case("GridDistortion", grid(xs, ys, True), numbers=[1, *xs, *ys]))
    cases.append(case("GridDistortion", grid(xs, ys, False), numbers=[0, *xs, *ys]))
    for k, mode in [(0.3, "camera"), (-0.2, "camera"), (0.25, "fisheye")]:
        cases.append(case("OpticalDistortion", optical(k, mode), numbers=[k], mode=mode))
    corners = [[3, 2.5], [60.5, 1], [62, 44], [1.5, 47]]
    cases.append(case("Perspective", perspective(corners), numbers=[v for c in corners for v in c]))
    cases.append(case("ElasticTransform", elastic(25, 3), numbers=[25, 3]))
    symmetries = {n: symmetry(n).tolist() for n in ("e", "r90", "r180", "r270", "t", "hvt", "h", "v")}
    modes = {"replicate": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT, "reflect_101": cv2.BORDER_REFLECT_101,
             "wrap": cv2.BORDER_WRAP}
    borders = {name: border(mode).tolist() for name, mode in modes.items()}
    return {"height": H, "width": W, "places": SAMPLES, "cases": cases, "symmetries": symmetries, "borders": borders}
