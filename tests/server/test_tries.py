"""How often something may be tried."""

import pytest

from kiosk.server import tries
from kiosk.server.tries import Lately, Tries, network_of
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


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_what_an_address_counts_as(address: str, counts_as: str) -> None:
    """An IPv6 address is its network of 64 bits; one that stands for an IPv4 address is that."""
    assert network_of(address) == counts_as


def test_a_network_has_one_count() -> None:
    """Who has 2^64 addresses has no more tries than who has one, and takes back from the same count."""
    limited = Tries(FakeClock(), limit=2, window_s=60)
    assert [limited.count(f"2001:db8::{number}") is None for number in range(4)] == [True, True, False, False]
    for _ in range(3):
        limited.take_back("2001:db8::ff")
    assert limited.wait_s("2001:db8::1") is None
    assert limited.wait_s("2001:db8:0:1::1") is None


def test_keys_are_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the window, and not too many of them."""
    monkeypatch.setattr(tries, "REMEMBERED_MAX", 2)
    lately = Lately(clock := FakeClock(), window_s=60)
    for key in "abc":
        lately.add(key)
    assert [key in lately for key in "abc"] == [False, True, True]
    clock.advance(60)
    assert "c" not in lately
