"""The variations that only flames of other programs use, as loops over many points. See `flame_catalogue`.

`vary_wide` is to `flame_wide` what `vary_plane` and `vary_polar` are to both games. It is compiled only when a file
needs it, and works in double precision with the C library's functions: right first, fast enough.
"""

import numpy as np

from kiosk.generator.jit import exact
from kiosk.generator.styles.flame_catalogue import FIRST_CHANCE, FIRST_FOLD, PRE_BLUR
from kiosk.generator.styles.flame_math import cosine, next_bits, sine, unit
from kiosk.generator.styles.flame_vary_chance import vary_chance
from kiosk.generator.styles.flame_vary_complex import vary_complex
from kiosk.generator.styles.flame_vary_folds import vary_folds

_LOST = 1e30  # where points go that a formula has no value for
_TURN = np.float32(2 * np.pi)


@exact
def blur_before(w, x, y, bits):  # type: ignore[no-untyped-def]
    """Shift the points x, y in place by a blur of weight w, nearly Gaussian."""
    for i in range(x.shape[0]):
        bits[i] = next_bits(bits[i])
        turn = unit(bits[i]) * _TURN
        far = np.float32(-2)
        for _ in range(4):
            bits[i] = next_bits(bits[i])
            far += unit(bits[i])
        x[i] += w * far * cosine(turn)
        y[i] += w * far * sine(turn)


@exact
def vary_wide(kind, w, p, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    """Add variation `kind` of the points x, y to out_x, out_y, all contiguous float32; pre_blur moves x, y instead."""
    if kind == PRE_BLUR:
        blur_before(w, x, y, bits)
        return
    weight = np.float64(w)
    numbers = p.astype(np.float64)
    for i in range(x.shape[0]):
        across, along = np.float64(x[i]), np.float64(y[i])
        if kind < FIRST_FOLD:
            u, v = vary_complex(kind, weight, numbers, across, along)
        elif kind < FIRST_CHANCE:
            u, v = vary_folds(kind, weight, numbers, across, along)
        else:
            first = next_bits(bits[i])
            second = next_bits(first)
            bits[i] = next_bits(second)
            u, v = vary_chance(
                kind, weight, numbers, across, along,
                np.float64(unit(first)), np.float64(unit(second)), np.float64(unit(bits[i])),
            )  # fmt: skip
        out_x[i] += np.float32(u if abs(u) < _LOST else _LOST)
        out_y[i] += np.float32(v if abs(v) < _LOST else _LOST)
