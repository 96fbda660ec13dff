"""The last seconds of sound, written by the capture's thread and read by the one that analyses.

Nothing but this ring ever holds samples, and it forgets them as it is written over. Counterparts: `capture.py` writes,
`listener.py` reads.
"""

import threading

import numpy as np
from numpy.typing import NDArray


class Ring:
    """Holds the newest `capacity` mono samples (float32, -1..1); safe for one writer and one reader.

    `overruns` counts how often sound was written over before anybody had taken it: the reader was too slow.
    """

    def __init__(self, capacity: int) -> None:
        self.overruns = 0
        self._samples = np.zeros(capacity, np.float32)
        self._written = 0
        self._taken = 0
        self._zeros = 0
        self._awaited: int | None = None
        self._news = threading.Condition()

    @property
    def written(self) -> int:
        """How many samples have come in all."""
        return self._written

    @property
    def zeros(self) -> int:
        """How many of the newest samples are exactly zero: a microphone hears at least itself."""
        return self._zeros

    def write(self, samples: NDArray[np.float32]) -> None:
        """Add samples, the oldest make way."""
        capacity = len(self._samples)
        zeros = _zeros_at_end(samples)
        with self._news:
            kept = samples[-capacity:]
            begin = (self._written + len(samples) - len(kept)) % capacity
            first = min(len(kept), capacity - begin)
            self._samples[begin : begin + first] = kept[:first]
            self._samples[: len(kept) - first] = kept[first:]
            self._written += len(samples)
            self._zeros = zeros if zeros < len(samples) else self._zeros + zeros
            if self._written - self._taken > capacity:
                self.overruns += 1
                self._taken = self._written - capacity
            if self._awaited is not None and self._written >= self._awaited:
                self._news.notify_all()

    def wait_for(self, total: int, *, timeout_s: float) -> bool:
        """Wait until `total` samples have come in all; False when they have not after `timeout_s`."""
        with self._news:
            self._awaited = total  # who waits is not woken by each piece on the way there
            try:
                return self._news.wait_for(lambda: self._written >= total, timeout_s)
            finally:
                self._awaited = None

    def take(self, count: int) -> NDArray[np.float32]:
        """Return a copy of the newest `count` samples, fewer when there are fewer."""
        with self._news:
            capacity = len(self._samples)
            held = min(count, self._written, capacity)
            self._taken = self._written
            begin = (self._written - held) % capacity
            first = min(held, capacity - begin)
            return np.concatenate([self._samples[begin : begin + first], self._samples[: held - first]])


def _zeros_at_end(samples: NDArray[np.float32]) -> int:
    """Return how many samples at the end are exactly zero."""
    if len(samples) and samples[-1]:
        return 0
    sounding = np.flatnonzero(samples)
    return len(samples) - 1 - int(sounding[-1]) if len(sounding) else len(samples)
