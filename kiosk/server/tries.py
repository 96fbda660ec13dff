"""How often something may be tried: a count per key (an address, mostly) within a window, in this process's memory."""

from collections import OrderedDict

from kiosk.domain.ports import Clock

REMEMBERED_MAX = 10_000


class Tries:
    """Counts tries of a key; after `limit` of them within `window_s` seconds the key has to wait for the window's end.

    Remembers the `REMEMBERED_MAX` keys that tried last.
    """

    def __init__(self, clock: Clock, *, limit: int, window_s: float) -> None:
        self._clock = clock
        self._limit = limit
        self._window_s = window_s
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, key: str) -> float | None:
        """Return how many seconds `key` has to wait before its next try, or None while it need not."""
        since_s, count = self._since(key)
        return since_s + self._window_s - self._clock.monotonic() if count >= self._limit else None

    def count(self, key: str) -> float | None:
        """Count one try; return what `wait_s` said before it."""
        wait_s = self.wait_s(key)
        since_s, count = self._since(key)
        self._counted[key] = (since_s, count + 1)
        self._counted.move_to_end(key)
        while len(self._counted) > REMEMBERED_MAX:
            self._counted.popitem(last=False)
        return wait_s

    def take_back(self, key: str) -> None:
        """Count one try less: it was a good one."""
        since_s, count = self._since(key)
        self._counted[key] = (since_s, max(0, count - 1))

    def _since(self, key: str) -> tuple[float, int]:
        now_s = self._clock.monotonic()
        since_s, count = self._counted.get(key, (now_s, 0))
        return (since_s, count) if now_s - since_s < self._window_s else (now_s, 0)
