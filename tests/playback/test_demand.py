"""When the display asks for art by itself."""

import pytest

from kiosk.playback.demand import Demand, Wishes, wants_art

WISHES = Wishes(enabled=True, every_min=5, pool_low=10)


@pytest.mark.parametrize(
    ("demand", "queued", "at_s", "wanted"),
    [
        (Demand(), 50, 0, True),
        (Demand(last_asked_s=0), 9, 1, True),
        (Demand(last_asked_s=0), 10, 1, False),
        (Demand(last_asked_s=0), 10, 300, True),
        (Demand(last_asked_s=0, outstanding=True), 0, 900, False),
        (Demand(last_asked_s=0, failures=1), 0, 4, False),
        (Demand(last_asked_s=0, failures=1), 0, 5, True),
        (Demand(last_asked_s=0, failures=20), 0, 299, False),
        (Demand(last_asked_s=0, failures=2000), 0, 300, True),
    ],
)
def test_asks_when_short_or_due(demand: Demand, queued: int, at_s: float, wanted: bool) -> None:
    """It asks at the start, when the queue is short, at the interval; one at a time; later after failures."""
    assert wants_art(WISHES, demand, queued=queued, at_s=at_s) is wanted


def test_makes_nothing_when_told_not_to() -> None:
    """With `generate.enabled` off it never asks."""
    assert not wants_art(Wishes(enabled=False, every_min=5, pool_low=10), Demand(), queued=0, at_s=1e9)
