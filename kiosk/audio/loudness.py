"""Integrated loudness by ITU-R BS.1770-4 and EBU R128: K-weighting, blocks of 400 ms, an absolute and a relative gate.

Pure. A mono sound counts as played by both loudspeakers of a pair, so that a stereo programme of two equal channels
and its mono copy have one loudness.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS = -70.0
_STEP_S = 0.1
_STEPS_A_BLOCK = 4
_OFFSET_DB = -0.691
_SPEAKERS_DB = 10 * math.log10(2)
_RELATIVE_GATE_DB = -10.0
_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1_681.974450955533, 0.7071752369554196, 3.999843853973347
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
_PIECE_SAMPLES = 32_768  # small enough for the processor's own memory
_SETTLING_S = 0.1


def loudness_dbfs(samples: NDArray[np.float32], rate_hz: int) -> float:
    """Return the gated loudness (LUFS) of mono samples -1..1; -70 for silence. Under 0.4 s counts as one block."""
    step = round(_STEP_S * rate_hz)
    energy = _step_energies(samples, rate_hz, step)
    if len(energy) < _STEPS_A_BLOCK:
        blocks = energy.mean(keepdims=True)
    else:
        blocks = np.convolve(energy, np.full(_STEPS_A_BLOCK, 1 / _STEPS_A_BLOCK), "valid")
    heard = blocks[blocks > _energy(SILENCE_DBFS)]
    if not heard.size:
        return SILENCE_DBFS
    heard = heard[heard > heard.mean() * 10 ** (_RELATIVE_GATE_DB / 10)]
    return _OFFSET_DB + _SPEAKERS_DB + 10 * math.log10(float(heard.mean()))


def _energy(level_dbfs: float) -> float:
    """Return the K-weighted mean square of a level in LUFS."""
    return float(10 ** ((level_dbfs - _OFFSET_DB - _SPEAKERS_DB) / 10))


def _step_energies(samples: NDArray[np.float32], rate_hz: int, step: int) -> NDArray[np.float64]:
    """Return the K-weighted mean square of each step; a sound shorter than one counts as one.

    Filtered piece by piece in the frequency domain: each piece begins with the end of the one before, and what the
    filter carries round from its end to its beginning falls there (overlap-save).
    """
    settling = round(_SETTLING_S * rate_hz)
    size = 1 << (max(_PIECE_SAMPLES, settling + step) - 1).bit_length()
    weighting = _weighting(size, rate_hz)
    length = len(samples) // step * step or len(samples)
    piece = (size - settling) // step * step
    energies = []
    for start in range(0, length, piece):
        part = samples[max(start - settling, 0) : min(start + piece, length)]
        padded = np.zeros(size, np.float32)
        place = max(settling - start, 0)
        padded[place : place + len(part)] = part
        weighted = np.fft.irfft(np.fft.rfft(padded) * weighting, size)[settling : place + len(part)]
        steps = weighted.reshape(-1, min(step, length))
        energies.append(np.square(steps).mean(axis=1, dtype=np.float64))
    return np.concatenate(energies) if energies else np.zeros(1)


@lru_cache(maxsize=4)
def _weighting(size: int, rate_hz: int) -> NDArray[np.complex64]:
    """Return the K-filter's response at each bin of a spectrum of `size` samples."""
    tangent = math.tan(math.pi * _SHELF_HZ / rate_hz)
    gain = 10 ** (_SHELF_DB / 20)
    edge = gain**0.4996667741545416
    shelf = _response(
        (
            gain + edge * tangent / _SHELF_Q + tangent**2,
            2 * (tangent**2 - gain),
            gain - edge * tangent / _SHELF_Q + tangent**2,
        ),
        (1 + tangent / _SHELF_Q + tangent**2, 2 * (tangent**2 - 1), 1 - tangent / _SHELF_Q + tangent**2),
        size,
    )
    tangent = math.tan(math.pi * _HIGH_PASS_HZ / rate_hz)
    scale = 1 + tangent / _HIGH_PASS_Q + tangent**2
    high_pass = _response(
        (scale, -2 * scale, scale),
        (scale, 2 * (tangent**2 - 1), 1 - tangent / _HIGH_PASS_Q + tangent**2),
        size,
    )
    return (shelf * high_pass).astype(np.complex64)


def _response(
    above: tuple[float, float, float], below: tuple[float, float, float], size: int
) -> NDArray[np.complex128]:
    """Return a biquad's response at each bin: `above` and `below` are its coefficients of 1, z^-1 and z^-2."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response: NDArray[np.complex128] = (above[0] + above[1] * delay + above[2] * delay**2) / (
        below[0] + below[1] * delay + below[2] * delay**2
    )
    return response
