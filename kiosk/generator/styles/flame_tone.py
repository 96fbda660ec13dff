"""From density to light as flam3 does it: logarithm, gamma, vibrancy, highlights, and the ground behind.

Worked out in encoded sRGB, as the colours of flam3 are, and decoded to linear light at the end.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import for_each_band
from kiosk.generator.color import GAMUT_HIGH, GAMUT_LOW
from kiosk.generator.jit import kernel, woven
from kiosk.generator.styles.flame_math import logarithm2, power
from kiosk.generator.styles.flame_model import Flame, Tone

UNIT_BRIGHTNESS = 268.0 / 256.0  # flam3's scale
_LOW = np.float32(GAMUT_LOW)
_HIGH = np.float32(GAMUT_HIGH)
_ZERO = np.float32(0)
_ONE = np.float32(1)
_LN2 = np.float32(0.69314718056)
_STEEPEST = 2.0**60  # as far as `power` goes: a steeper one would overflow


@woven
def _decoded(value):  # type: ignore[no-untyped-def]
    held = min(max(value, _ZERO), _ONE)
    steep = power((held + np.float32(0.055)) / np.float32(1.055), np.float32(2.4))
    linear = steep if held > np.float32(0.04045) else held / np.float32(12.92)
    return min(max(linear, _LOW), _HIGH)


@woven
def _alpha(light, inverse_gamma, threshold, slope):  # type: ignore[no-untyped-def]
    steep = power(max(light, np.float32(1e-12)), inverse_gamma)
    part = min(light / threshold, _ONE)
    return (_ONE - part) * light * slope + part * steep


@kernel
def _develop(sums, scale, tone, ground, first, end, out):  # type: ignore[no-untyped-def]
    gain, inverse_gamma, threshold, slope, vibrancy, highlight = tone[0], tone[1], tone[2], tone[3], tone[4], tone[5]
    rest = _ONE - vibrancy
    for row in range(first, end):
        line = sums[row]
        to = out[row]
        for x in range(line.shape[0]):
            count = line[x, 3]
            known = max(count, np.float32(1e-12))
            light = gain * _LN2 * logarithm2(_ONE + count * scale)
            alpha = _alpha(light, inverse_gamma, threshold, slope)
            red, green, blue = line[x, 0] / known, line[x, 1] / known, line[x, 2] / known
            most = max(red, green, blue, np.float32(1e-6))
            over = vibrancy * alpha * most
            # Above white the brightest channel stays at white and the others follow it there, by the power.
            keep = power(_ONE / max(over, _ONE), highlight) if highlight >= _ZERO else _ONE
            seen = min(alpha, _ONE)
            for c in range(3):
                ink = red if c == 0 else green if c == 1 else blue
                strong = vibrancy * alpha * ink
                hot = _ONE - (_ONE - ink / most) * keep
                strong = hot if (over > _ONE) & (highlight >= _ZERO) else strong
                free = power(max(light * ink, np.float32(1e-12)), inverse_gamma)
                to[x, c] = _decoded(strong + rest * free + (_ONE - seen) * ground[c])


def develop(sums: NDArray[np.float32], flame: Flame, *, density: float, threads: int = 0) -> NDArray[np.float32]:
    """Return linear RGB (h, w, 3) from sums of inks (0-255) and counts; `density` is that of one counted point."""
    numbers = tone_numbers(flame.tone)
    ground = (np.array(flame.background) / 255).astype(np.float32)
    out = np.empty((*sums.shape[:2], 3), np.float32)
    for_each_band(
        sums.shape[0],
        lambda first, end: _develop(sums, np.float32(density), numbers, ground, first, end, out),
        threads=threads,
    )
    return out


def tone_numbers(tone: Tone) -> NDArray[np.float32]:
    """Return what the kernel takes: gain, inverse gamma, threshold, slope below it, vibrancy, highlight power."""
    threshold = max(tone.threshold, 1e-6)
    inverse = 1 / tone.gamma
    slope = min(threshold**inverse / threshold, _STEEPEST)
    gain = UNIT_BRIGHTNESS * tone.brightness
    return np.array([gain, inverse, threshold, slope, tone.vibrancy, tone.highlight_power], np.float32)
