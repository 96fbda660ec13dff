"""How often something may be tried."""

import pytest

from kiosk.server import tries
from kiosk.server.tries import Tries
from tests.fakes.clock import FakeClock


def test_who_tried_too_often_waits_for_the_end_of_the_window() -> None:
    """The limit is per key, the wait ends with the window that the first try began, and trying on prolongs nothing."""
    clock = FakeClock()
    limited = Tries(clock, limit=2, window_s=60)
    assert [limited.count("a") for _ in range(2)] == [None, None]
    clock.advance(20)
    assert limited.count("a") == limited.wait_s("a") == 40
    assert limited.wait_s("b") is None
    clock.advance(40)
    assert limited.wait_s("a") is None
    assert limited.count("a") is None


def test_a_good_try_taken_back_does_not_count() -> None:
    """Any number of good tries leaves the limit where it was."""
    limited = Tries(FakeClock(), limit=2, window_s=60)
    for _ in range(10):
        assert limited.count("a") is None
        limited.take_back("a")
    assert [limited.count("a") is None for _ in range(3)] == [True, True, False]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more keys than are remembered, those that tried last are."""
    monkeypatch.setattr(tries, "REMEMBERED_MAX", 3)
    limited = Tries(FakeClock(), limit=1, window_s=60)
    for key in "abcda":
        limited.count(key)
    assert {key for key in "abcd" if limited.wait_s(key) is not None} == {"c", "d", "a"}
