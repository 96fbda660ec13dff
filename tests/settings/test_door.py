"""The operator's door: the PIN, five tries, and delays that neither restarts nor clocks shorten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.settings import lockout, pin
from kiosk.settings.door import Door

PIN = "270451"
PIN_HASH = pin.hash_pin(PIN)


class Bench:
    """A door with a clock to turn and a disk that outlives it."""

    def __init__(self, kept: object = None) -> None:
        self.now_s = 1_000.0
        self.kept = kept
        self.open_again()

    def open_again(self) -> None:
        """Builds the door anew from what is kept, as a restart does."""
        self.door = Door(pin_hash=PIN_HASH, kept=self.kept, monotonic=lambda: self.now_s, save=self._save)

    def _save(self, plain: dict[str, float]) -> None:
        self.kept = plain


def test_the_right_pin_opens_and_a_wrong_one_does_not() -> None:
    """A hash fits its own PIN only; two hashes of one PIN differ (salt); the text says argon2id."""
    assert pin.verify_pin(PIN_HASH, PIN)
    assert not pin.verify_pin(PIN_HASH, "270452")
    assert PIN_HASH.startswith("$argon2id$")
    assert pin.hash_pin(PIN) != PIN_HASH


@pytest.mark.parametrize("spoilt", ["", "!", "$argon2id$", pytest.param(PIN_HASH[:-4], id="short"), PIN])
def test_a_spoilt_hash_fits_no_pin(spoilt: str) -> None:
    """Verification against anything but a whole hash says no and raises nothing."""
    assert not pin.verify_pin(spoilt, PIN)


@pytest.mark.parametrize("bad", ["", "12345", "12345a", "١٢٣٤٥٦", "1" * 33, "111111", "123 456"])
def test_what_cannot_be_a_pin(bad: str) -> None:
    """Six to 32 ASCII digits, not all alike; anything else is refused with a sentence and never hashed."""
    assert pin.fault(bad).endswith(".")
    with pytest.raises(ValueError, match="PIN"):
        pin.hash_pin(bad)


def test_without_a_pin_the_door_is_open() -> None:
    """An empty hash asks nothing."""
    door = Door(pin_hash="", kept=None, monotonic=lambda: 0.0, save=lambda _: None)
    assert not door.asks
    assert door.try_pin("").opened


def test_five_tries_then_a_delay_in_which_even_the_right_pin_waits() -> None:
    """Four failures cost nothing, the fifth 30 s; after the wait the right PIN opens and clears the count."""
    bench = Bench()
    assert [bench.door.try_pin("000000").tries_left for _ in range(5)] == [4, 3, 2, 1, 0]
    answer = bench.door.try_pin(PIN)
    assert (answer.opened, answer.wait_s) == (False, 30.0)
    bench.now_s += 29.9
    assert not bench.door.try_pin(PIN).opened
    bench.now_s += 0.2
    assert bench.door.try_pin(PIN).opened
    assert bench.kept == {"failures": 0, "remainingS": 0.0}


def test_a_restart_takes_the_delay_up_where_it_was_kept() -> None:
    """Restarting neither clears the count nor shortens the delay, however far the new process's clock is."""
    bench = Bench()
    for _ in range(5):
        bench.door.try_pin("000000")
    bench.now_s += 10
    bench.door.keep()
    bench.now_s = 5_000_000.0
    bench.open_again()
    assert bench.door.wait_s() == pytest.approx(20.0)
    bench.now_s = 0.0
    bench.open_again()
    assert bench.door.wait_s() == pytest.approx(20.0)


def test_a_clock_running_backwards_shortens_nothing() -> None:
    """A monotonic clock that misbehaves can only lengthen the wait."""
    bench = Bench()
    for _ in range(5):
        bench.door.try_pin("000000")
    bench.now_s -= 500
    assert bench.door.wait_s() == 30.0


def test_a_try_is_kept_before_it_is_checked() -> None:
    """Pulling the plug during the check does not win a free try: the count on disk is already up."""
    seen: list[dict[str, float]] = []

    def save_and_die(plain: dict[str, float]) -> None:
        seen.append(plain)
        raise KeyboardInterrupt

    door = Door(pin_hash=PIN_HASH, kept=None, monotonic=lambda: 0.0, save=save_and_die)
    with pytest.raises(KeyboardInterrupt):
        door.try_pin(PIN)
    assert seen == [{"failures": 1, "remainingS": 0.0}]


def test_the_delay_doubles_up_to_an_hour() -> None:
    """30 s, then twice as long with every failure, never more than 3,600 s, for ever."""
    delays = [lockout.delay_s(failures) for failures in range(1, 15)]
    assert delays == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert lockout.delay_s(10_000) == 3600


@pytest.mark.parametrize(
    "spoilt",
    ["", 5, [], {}, {"failures": -1, "remainingS": 0}, {"failures": 0, "remainingS": float("nan")}, {"failures": True}],
)
def test_a_spoilt_record_does_not_clear_the_count(spoilt: object) -> None:
    """Whoever damages the record gains nothing: it counts as five failures and the first delay."""
    assert lockout.from_plain(spoilt) == lockout.Lockout(5, 30.0)


@settings(deadline=None)
@given(st.lists(st.one_of(st.just("fail"), st.just("restart"), st.floats(-100, 5_000)), max_size=40))
def test_whatever_happens_the_delay_is_served_in_full(steps: list[str | float]) -> None:
    """Over any order of failures, restarts and waits, tries are only ever allowed after the whole delay has passed."""
    state = lockout.Lockout()
    owed_s = 0.0
    for step in steps:
        if step == "fail":
            if lockout.may_try(state):
                state = lockout.after_failure(state)
                owed_s = lockout.delay_s(state.failures)
        elif step == "restart":
            state = lockout.from_plain(lockout.to_plain(state))
        else:
            state = lockout.after_wait(state, float(step))
            owed_s -= max(float(step), 0.0)
        assert lockout.may_try(state) or state.remaining_s <= 3_600
        if owed_s > 0.01:
            assert not lockout.may_try(state)
