"""Drawing flow ribbons: every pixel finds its nearest ribbon, takes its colour from where it lies on it, and is blended
once, so joints of the polyline cannot show and edges are exact to a fraction of a pixel.

Works band by band: `_nearest` fills a small buffer of distances, `_shade` turns it into colour, `_shadow` darkens what
lies under a layer. Columns of the looks table are named by the constants below.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW, oklab_to_linear
from kiosk.generator.frame import Frame
from kiosk.generator.jit import kernel
from kiosk.generator.noise import gradient_noise

START, END, STRIPE = 0, 3, 6  # OKLab colours at both ends, and of the stripes
SATIN, BRISTLE, BRISTLE_COUNT, STRIPES, EDGE, SEED, LENGTH, DASH = 9, 10, 11, 12, 13, 14, 15, 16
LOOK_COLUMNS = 17
_DEEPEST, _PALEST = np.float32(0.27), np.float32(0.92)  # OKLab lightness which presence alone does not pass
_BUFFER = 7  # signed distance, across (-1 to 1), along (0 to 1), outward x, outward y, radius, presence


@dataclass(frozen=True, slots=True)
class Layer:
    """Ribbons ready to draw: `points` (n, 2) and `radius` (n,) in frame heights, `along` (n,) 0-1, `presence` (n,) from
    0 (the ground's colour) over 1 (the pigment's) to 1.3, `first` (m + 1,) as in `Ribbons`, `looks` (m, LOOK_COLUMNS);
    `shadow` is how dark (0-1) the layer's shadow is, `shadow_blur` in heights.
    """

    points: NDArray[np.float32]
    radius: NDArray[np.float32]
    along: NDArray[np.float32]
    presence: NDArray[np.float32]
    first: NDArray[np.int64]
    looks: NDArray[np.float32]
    shadow: float
    shadow_blur: float


def draw_layers(
    out: NDArray[np.float32],
    layers: list[Layer],
    frame: Frame,
    light: tuple[float, float],
    ground_lab: NDArray[np.float64],
    *,
    threads: int,
) -> None:
    """Draw the layers, lowest first, over `out` (h, w, 3) linear RGB; `light` points to the lamp, and strokes of little
    presence sink into `ground_lab`.
    """
    ground = ground_lab.astype(np.float32)
    height, width = out.shape[:2]
    ready = [_to_pixels(layer, frame) for layer in layers]

    def band(first_row: int, end_row: int) -> None:
        rows = end_row - first_row
        buffer = np.empty((_BUFFER, rows, width), np.float32)
        owner = np.empty((rows, width), np.int32)
        for layer, (points, radius, boxes) in zip(layers, ready, strict=True):
            if layer.shadow > 0:
                blur = np.float32(layer.shadow_blur * frame.scale)
                shift = np.float32(0.45) * blur
                buffer[0] = 1e6
                _nearest(
                    points, radius, layer.along, layer.presence, layer.first, boxes, first_row, blur,
                    -light[0] * shift, -light[1] * shift, buffer, owner,
                )  # fmt: skip
                _shadow(out, first_row, buffer, blur, np.float32(layer.shadow))
            buffer[0] = 1e6
            _nearest(
                points, radius, layer.along, layer.presence, layer.first, boxes, first_row, np.float32(1.0),
                0.0, 0.0, buffer, owner,
            )  # fmt: skip
            _shade(
                out, first_row, buffer, owner, layer.looks, np.float32(light[0]), np.float32(light[1]), frame.scale,
                ground,
            )  # fmt: skip

    for_each_band(height, band, threads=threads)


def _to_pixels(layer: Layer, frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    points = (layer.points - np.array([frame.origin_x, frame.origin_y])) * frame.scale
    radius = (layer.radius * frame.scale).astype(np.float32)
    low, high = points[:, 1] - radius, points[:, 1] + radius
    starts = layer.first[:-1]
    boxes = np.stack([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)
    return points.astype(np.float32), radius, boxes.astype(np.float32)


@kernel
def _nearest(  # type: ignore[no-untyped-def]
    points, radius, along, presence, first, boxes, first_row, reach, dx, dy, buffer, owner
):
    rows = buffer.shape[1]
    width = buffer.shape[2]
    for k in range(first.shape[0] - 1):
        if boxes[k, 1] + dy + reach < first_row or boxes[k, 0] + dy - reach > first_row + rows:
            continue
        for i in range(first[k], first[k + 1] - 1):
            x0 = points[i, 0] + dx
            y0 = points[i, 1] + dy
            x1 = points[i + 1, 0] + dx
            y1 = points[i + 1, 1] + dy
            r0 = radius[i]
            r1 = radius[i + 1]
            grow = max(r0, r1) + reach
            top = max(int(min(y0, y1) - grow), first_row)
            bottom = min(int(max(y0, y1) + grow) + 2, first_row + rows)
            if top >= bottom:
                continue
            left = max(int(min(x0, x1) - grow), 0)
            right = min(int(max(x0, x1) + grow) + 2, width)
            ex = x1 - x0
            ey = y1 - y0
            square = ex * ex + ey * ey + 1e-12
            inverse = 1.0 / square
            length = math.sqrt(square)
            growth = (r1 - r0) / length
            # The nearest circle of a cone lies aside of the foot of the perpendicular, towards the wide end.
            aside = growth / math.sqrt(max(1.0 - growth * growth, 1e-4)) / length
            for y in range(top, bottom):
                for x in range(left, right):
                    ax = x + 0.5 - x0
                    ay = y + 0.5 - y0
                    across = ax * ey - ay * ex
                    t = min(max((ax * ex + ay * ey) * inverse + aside * abs(across) / length, 0.0), 1.0)
                    px = ax - t * ex
                    py = ay - t * ey
                    r = r0 + (r1 - r0) * t
                    distance = math.sqrt(px * px + py * py)
                    signed = distance - r
                    if signed < buffer[0, y - first_row, x] and signed < reach:
                        row = y - first_row
                        buffer[0, row, x] = signed
                        buffer[1, row, x] = across / (length * max(r, 0.5))
                        buffer[2, row, x] = along[i] + (along[i + 1] - along[i]) * t
                        buffer[3, row, x] = px / max(r, 0.5)
                        buffer[4, row, x] = py / max(r, 0.5)
                        buffer[5, row, x] = r
                        buffer[6, row, x] = presence[i] + (presence[i + 1] - presence[i]) * t
                        owner[row, x] = k


@kernel
def _shadow(out, first_row, buffer, blur, strength):  # type: ignore[no-untyped-def]
    for row in range(buffer.shape[1]):
        for x in range(out.shape[1]):
            signed = buffer[0, row, x]
            if signed < blur:
                t = min(max(np.float32(1) - signed / blur, np.float32(0)), np.float32(1))
                keep = np.float32(1) - strength * t * t * (np.float32(3) - np.float32(2) * t)
                for c in range(3):
                    out[first_row + row, x, c] *= keep


@kernel
def _shade(out, first_row, buffer, owner, looks, light_x, light_y, scale, ground):  # type: ignore[no-untyped-def]
    one = np.float32(1)
    zero = np.float32(0)
    for row in range(buffer.shape[1]):
        for x in range(out.shape[1]):
            cover = np.float32(0.5) - buffer[0, row, x]
            if cover <= zero:
                continue
            cover = min(cover, one)
            look = looks[owner[row, x]]
            across = min(max(buffer[1, row, x], -one), one)
            along = buffer[2, row, x]
            radius = buffer[5, row, x]
            if radius < np.float32(0.5):
                cover *= np.float32(2) * radius / ((np.float32(0.5) + radius) * (np.float32(0.5) + radius))
            lightness = look[START] + (look[END] - look[START]) * along
            a = look[START + 1] + (look[END + 1] - look[START + 1]) * along
            b = look[START + 2] + (look[END + 2] - look[START + 2]) * along
            if look[DASH] > zero:
                # Alternate lengths of the stripe colour along the ribbon, edges one pixel soft.
                phase = along * look[LENGTH] / look[DASH] + look[SEED]
                part = abs(phase - math.floor(phase) - np.float32(0.5)) - np.float32(0.25)
                mix = min(max(np.float32(0.5) + part * look[DASH] * np.float32(scale), zero), one)
                lightness += (look[STRIPE] - lightness) * mix
                a += (look[STRIPE + 1] - a) * mix
                b += (look[STRIPE + 2] - b) * mix
            elif look[STRIPES] > zero:
                phase = (across * np.float32(0.5) + np.float32(0.5)) * look[STRIPES]
                part = abs(phase - math.floor(phase) - np.float32(0.5)) - np.float32(0.25)
                sharp = np.float32(2) * radius / look[STRIPES]
                mix = min(max(np.float32(0.5) + part * sharp, zero), one)
                if sharp < np.float32(4):
                    mix = np.float32(0.5) + (mix - np.float32(0.5)) * sharp * np.float32(0.25)
                lightness += (look[STRIPE] - lightness) * mix
                a += (look[STRIPE + 1] - a) * mix
                b += (look[STRIPE + 2] - b) * mix
            if look[BRISTLE] > zero:
                # Hairs finer than two pixels fade out, so small pictures do not shimmer.
                fine = min(max(np.float32(1.3) * radius / look[BRISTLE_COUNT] - np.float32(0.3), zero), one)
                hair = gradient_noise(
                    across * look[BRISTLE_COUNT] + look[SEED] * np.float32(61),
                    along * look[LENGTH] * np.float32(5) + look[SEED] * np.float32(17),
                    int(look[SEED] * 4096),
                )
                lightness += look[BRISTLE] * fine * hair
            if look[SATIN] > zero:
                nx = buffer[3, row, x]
                ny = buffer[4, row, x]
                facing = nx * light_x + ny * light_y
                bend = min(nx * nx + ny * ny, one)
                tone = look[SATIN] * (
                    facing * (np.float32(0.35) + np.float32(0.65) * bend) + np.float32(0.14) - np.float32(0.3) * bend
                )
                lightness += tone
                fade = one - np.float32(0.6) * abs(tone)
                a *= fade
                b *= fade
            if look[EDGE] > zero:
                inner = -buffer[0, row, x] / max(radius * np.float32(0.16), one)
                rim = min(max(one - inner, zero), one)
                lightness -= look[EDGE] * rim
            presence = buffer[6, row, x]
            shown = ground[0] + (lightness - ground[0]) * presence
            lightness = min(max(shown, min(lightness, _DEEPEST)), max(lightness, _PALEST))
            a = ground[1] + (a - ground[1]) * min(presence, one)
            b = ground[2] + (b - ground[2]) * min(presence, one)
            lightness = min(max(lightness, np.float32(0.13)), np.float32(0.975))
            l3 = lightness + np.float32(0.3963377774) * a + np.float32(0.2158037573) * b
            m3 = lightness - np.float32(0.1055613458) * a - np.float32(0.0638541728) * b
            s3 = lightness - np.float32(0.0894841775) * a - np.float32(1.2914855480) * b
            l3 = l3 * l3 * l3
            m3 = m3 * m3 * m3
            s3 = s3 * s3 * s3
            red = np.float32(4.0767416621) * l3 - np.float32(3.3077115913) * m3 + np.float32(0.2309699292) * s3
            green = -np.float32(1.2684380046) * l3 + np.float32(2.6097574011) * m3 - np.float32(0.3413193965) * s3
            blue = -np.float32(0.0041960863) * l3 - np.float32(0.7034186147) * m3 + np.float32(1.7076147010) * s3
            # Out of gamut: towards the grey of the same luminance, just as far as needed.
            grey = np.float32(0.2126) * red + np.float32(0.7152) * green + np.float32(0.0722) * blue
            grey = min(max(grey, np.float32(GAMUT_LOW + 0.0005)), np.float32(GAMUT_HIGH - 0.005))
            highest = max(red, green, blue)
            lowest = min(red, green, blue)
            keep = one
            if highest > np.float32(GAMUT_HIGH):
                keep = min(keep, (np.float32(GAMUT_HIGH) - grey) / max(highest - grey, np.float32(1e-6)))
            if lowest < np.float32(GAMUT_LOW):
                keep = min(keep, (grey - np.float32(GAMUT_LOW)) / max(grey - lowest, np.float32(1e-6)))
            keep = max(keep, zero)
            pixel = out[first_row + row, x]
            pixel[0] += (grey + (red - grey) * keep - pixel[0]) * cover
            pixel[1] += (grey + (green - grey) * keep - pixel[1]) * cover
            pixel[2] += (grey + (blue - grey) * keep - pixel[2]) * cover


def ground_plane(
    height_px: int, width_px: int, ground_lab: NDArray[np.float64], far_lab: NDArray[np.float64], angle: float
) -> NDArray[np.float32]:
    """Return the ground: a slow gradient from one colour to another across the picture at `angle` (radians)."""
    y = (np.arange(height_px) + 0.5) / height_px - 0.5
    x = (np.arange(width_px) + 0.5) / width_px - 0.5
    t = np.clip(0.5 + 0.7 * (x[None, :] * np.cos(angle) + y[:, None] * np.sin(angle)), 0, 1)
    steps = np.linspace(0, 1, 256)[:, None]
    table = oklab_to_linear(ground_lab + (far_lab - ground_lab) * steps)
    knots = np.linspace(0, 1, 256)
    return np.stack([np.interp(t, knots, table[:, c]).astype(np.float32) for c in range(3)], axis=-1)
