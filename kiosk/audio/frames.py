"""Sound cut into overlapping frames and each frame's magnitude spectrum: the ground that every measure here stands on.

Pure numpy. Long sounds come block by block, so that memory stays small whatever the duration.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_SAMPLES_A_BLOCK = 49_152  # what is worked on stays in the processor's own memory


def frame_count(length: int, *, size: int, hop: int) -> int:
    """Return how many frames of `size` samples, `hop` apart, `length` samples give; a shorter sound counts as one."""
    return 1 + max(0, length - size) // hop


def spectra(samples: NDArray[np.float32], *, size: int, hop: int) -> Iterator[NDArray[np.float32]]:
    """Yield blocks of magnitudes (frames, size/2 + 1) under a Hann window; 1.0 is a full-scale sine on a bin.

    A sound shorter than one frame is padded with silence.
    """
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    window = _window(size)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    a_block = max(1, _SAMPLES_A_BLOCK // size)
    for start in range(0, len(frames), a_block):
        yield np.abs(np.fft.rfft(frames[start : start + a_block] * window, axis=1))


def frequencies(*, size: int, rate_hz: int) -> NDArray[np.float32]:
    """Return the frequency of each bin of a spectrum of `size` samples, in Hz."""
    return np.fft.rfftfreq(size, 1 / rate_hz).astype(np.float32)


@lru_cache(maxsize=4)
def _window(size: int) -> NDArray[np.float32]:
    window = np.hanning(size).astype(np.float32)
    window *= np.float32(2) / window.sum()
    return window
