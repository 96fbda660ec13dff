"""How often something may be tried: a count per key (an address, mostly) within a window, in this process's memory."""

from collections import OrderedDict
from ipaddress import IPv6Address, IPv6Network, ip_address

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock

REMEMBERED_MAX = 10_000
NETWORK_BITS = 64  # of an IPv6 address: what one customer has at least


class TooOften(KioskError):
    """Somebody has to wait, `wait_s` seconds."""

    code = "too_often"

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def network_of(address: str) -> str:
    """Return what an address counts as: an IPv4 address itself, an IPv6 address its /64, anything else itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return address
    return str(ip.ipv4_mapped or IPv6Network((int(ip), NETWORK_BITS), strict=False))


class Tries:
    """Counts tries of a key; after `limit` of them within `window_s` seconds the key has to wait for the window's end.

    Remembers the `REMEMBERED_MAX` keys that tried last. Keys that are addresses count as `network_of` says.
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
        self._counted[network_of(key)] = (since_s, count + 1)
        self._counted.move_to_end(network_of(key))
        while len(self._counted) > REMEMBERED_MAX:
            self._counted.popitem(last=False)
        return wait_s

    def take_back(self, key: str) -> None:
        """Count one try less: it was a good one."""
        since_s, count = self._since(key)
        self._counted[network_of(key)] = (since_s, max(0, count - 1))

    def _since(self, key: str) -> tuple[float, int]:
        now_s = self._clock.monotonic()
        since_s, count = self._counted.get(network_of(key), (now_s, 0))
        return (since_s, count) if now_s - since_s < self._window_s else (now_s, 0)


class Lately:
    """Remembers keys for `window_s` seconds, and of more than `REMEMBERED_MAX` the last ones."""

    def __init__(self, clock: Clock, *, window_s: float) -> None:
        self._clock = clock
        self._window_s = window_s
        self._added_s: OrderedDict[str, float] = OrderedDict()

    def add(self, key: str) -> None:
        """Remember a key from now on."""
        self._added_s[key] = self._clock.monotonic()
        self._added_s.move_to_end(key)
        while len(self._added_s) > REMEMBERED_MAX:
            self._added_s.popitem(last=False)

    def __contains__(self, key: str) -> bool:
        """True when the key was added within the window."""
        added_s = self._added_s.get(key)
        return added_s is not None and self._clock.monotonic() - added_s < self._window_s
