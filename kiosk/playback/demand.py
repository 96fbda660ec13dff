"""When the display asks for a new piece on its own: pure rules, evaluated now and then by the app's art director."""

from dataclasses import dataclass, replace

RETRY_BASE_S = 5.0
RETRY_MAX_S = 300.0
NEW_MUSIC_APART_S = 25.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """The operator's settings: whether to make art, how often at least (minutes), and the queue length to keep."""

    enabled: bool
    every_min: float
    pool_low: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What has been asked so far: monotonic seconds of the last request, whether one is out, failures in a row.

    `new_music`: another piece of music has begun and no request carries it yet; `followed_s` is when the last request
    went out because of that, `following` whether it is out still. `outstanding` is a request made for the queue.
    """

    last_asked_s: float | None = None
    outstanding: bool = False
    failures: int = 0
    new_music: bool = False
    followed_s: float | None = None
    following: bool = False

    def asked(self, at_s: float, *, follows_music: bool) -> "Demand":
        """Return the demand with a request out; every request carries the music of its moment."""
        asked = replace(self, last_asked_s=at_s, new_music=False)
        if follows_music:
            return replace(asked, following=True, followed_s=at_s)
        return replace(asked, outstanding=True)

    def answered(self, *, failed: bool, followed_music: bool) -> "Demand":
        """Return the demand after the answer to a request that was out; music that got no picture still waits."""
        return replace(
            self,
            outstanding=self.outstanding and followed_music,
            following=self.following and not followed_music,
            failures=self.failures + 1 if failed else 0,
            new_music=self.new_music or (failed and followed_music),
        )


def wants_art(wishes: Wishes, demand: Demand, *, queued: int, at_s: float) -> bool:
    """Tell whether to ask for one piece now: the queue runs short, or the interval is over. No other request is out.

    `queued` is the number of pieces the display could still show. After failures it waits 5, 10, 20 … 300 s.
    """
    if demand.outstanding or demand.following or not _may_ask(wishes, demand, at_s):
        return False
    if demand.last_asked_s is None:
        return True
    waited_s = at_s - demand.last_asked_s
    return queued < wishes.pool_low or waited_s >= wishes.every_min * 60.0


def wants_to_follow(wishes: Wishes, demand: Demand, *, at_s: float) -> bool:
    """Tell whether to ask for one piece now because another piece of music has begun; not oftener than each 25 s.

    A request for the queue may be out as well: a slow provider keeps new music waiting for its own picture alone.
    """
    if not demand.new_music or demand.following or not _may_ask(wishes, demand, at_s):
        return False
    return demand.followed_s is None or at_s - demand.followed_s >= NEW_MUSIC_APART_S


def _may_ask(wishes: Wishes, demand: Demand, at_s: float) -> bool:
    if not wishes.enabled:
        return False
    if not demand.failures or demand.last_asked_s is None:
        return True
    return at_s - demand.last_asked_s >= min(RETRY_MAX_S, RETRY_BASE_S * 2.0 ** min(demand.failures - 1, 10))
