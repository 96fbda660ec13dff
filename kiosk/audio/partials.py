"""The sounding partials: peaks of long spectra, with exact pitches. Pure; reads `frames`, read by `key` and `kind`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.frames import frequencies, spectra

_SIZE_AT_44100 = 16_384
_HOP_S = 0.1
_FROM_HZ, _TO_HZ = 55.0, 2_000.0
_FAINTEST = 1e-5
_AROUND_BINS = 24
_FRAMES_A_STRETCH = 256
_SHARP = 8.0
_A4_HZ, _A4_NOTE = 440.0, 69.0


@dataclass(frozen=True, slots=True)
class Partials:
    """One entry a peak: `frame` it stands in, `pitch` as a MIDI note number with its fraction, `strength` (magnitude).

    `frames` is how many there are; `sharp` the share 0-1 of the power between 55 Hz and 2 kHz that stands in peaks far
    above their surroundings: near 1 for held notes, low for noise and for voices, whose pitch glides.
    """

    frame: NDArray[np.int64]
    pitch: NDArray[np.float32]
    strength: NDArray[np.float32]
    frames: int
    sharp: float


def partials_of(samples: NDArray[np.float32], rate_hz: int) -> Partials:
    """Find the partials between 55 Hz and 2 kHz of mono samples -1..1, in ten frames a second of 0.37 s each."""
    size = round(_SIZE_AT_44100 * rate_hz / 44_100 / 2) * 2
    bins_hz = frequencies(size=size, rate_hz=rate_hz)
    first, last = (int(edge) for edge in np.searchsorted(bins_hz, [_FROM_HZ, _TO_HZ]))
    frames, pitches, strengths = [], [], []
    seen, sharp, total = 0, 0.0, 0.0
    for heard in _stretches(spectra(samples, size=size, hop=round(_HOP_S * rate_hz)), slice(first - 1, last + 1)):
        left, middle, right = heard[:, :-2], heard[:, 1:-1], heard[:, 2:]
        is_peak = (middle > left) & (middle > right) & (middle > _FAINTEST)
        frame, column = np.nonzero(is_peak)
        low, high, top = (np.log(side[is_peak] + _FAINTEST * 1e-3) for side in (left, right, middle))
        offset = np.clip((low - high) / (2 * (low - 2 * top + high) - 1e-9), -0.5, 0.5)
        hertz = bins_hz[first + column] + offset * bins_hz[1]
        frames.append(frame + seen)
        pitches.append((_A4_NOTE + 12 * np.log2(hertz / _A4_HZ)).astype(np.float32))
        strengths.append(middle[is_peak])
        square = middle.astype(np.float64) ** 2
        sharp += _power_in_sharp_peaks(square, is_peak)
        total += float(square.sum())
        seen += len(heard)
    return Partials(
        frame=np.concatenate(frames),
        pitch=np.concatenate(pitches),
        strength=np.concatenate(strengths),
        frames=seen,
        sharp=sharp / total if total > 0 else 0.0,
    )


def _stretches(blocks: Iterable[NDArray[np.float32]], bins: slice) -> Iterator[NDArray[np.float32]]:
    """Yield these bins of the blocks, many blocks at a time: each step costs as much for few frames as for many."""
    held: list[NDArray[np.float32]] = []
    for block in blocks:
        held.append(block[:, bins].copy())
        if sum(map(len, held)) >= _FRAMES_A_STRETCH:
            yield np.concatenate(held)
            held.clear()
    if held:
        yield np.concatenate(held)


def _power_in_sharp_peaks(square: NDArray[np.float64], is_peak: NDArray[np.bool_]) -> float:
    """Sum the power of peaks far above the mean of the bins around them, each with its two neighbours."""
    padded = np.pad(square, ((0, 0), (_AROUND_BINS + 1, _AROUND_BINS)), mode="reflect")
    running = np.cumsum(padded, axis=1)
    width = 2 * _AROUND_BINS + 1
    around = (running[:, width:] - running[:, :-width]) / width
    stands_out = is_peak & (square > _SHARP * around)
    lobe = stands_out.copy()
    lobe[:, 1:] |= stands_out[:, :-1]
    lobe[:, :-1] |= stands_out[:, 1:]
    return float(square[lobe].sum())
