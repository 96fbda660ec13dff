"""The breaker: when a service may be asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.providers.breaker import FIRST_OPEN_S, LONGEST_OPEN_S, PATIENCE_S, STOPS_FOR_S, Breaker
from kiosk.server.providers.outcomes import Outcome

ENDS = [outcome for outcome in Outcome if outcome not in {Outcome.STOPPED, Outcome.OVER_BUDGET, Outcome.FAULT}]


def test_three_failures_in_a_row_open_it_and_one_probe_closes_it() -> None:
    """Two failures and a success are nothing; three open it; after its time one order goes through, and only one."""
    breaker = Breaker()
    for outcome in (Outcome.UNAVAILABLE, Outcome.TIMED_OUT, Outcome.DONE, Outcome.BAD_ANSWER, Outcome.UNAVAILABLE):
        breaker = breaker.ended(1, outcome, now_s=0)
        assert breaker.may_ask(0)
    breaker = breaker.ended(1, Outcome.TIMED_OUT, now_s=0)
    assert breaker.is_open
    assert not breaker.may_ask(FIRST_OPEN_S / 2 - 0.1)
    assert breaker.may_ask(FIRST_OPEN_S)
    probing = breaker.asked(2)
    assert not probing.may_ask(FIRST_OPEN_S)
    assert probing.let_go(2).may_ask(FIRST_OPEN_S)
    assert probing.ended(2, Outcome.DONE, now_s=FIRST_OPEN_S) == Breaker()


def test_a_probe_that_fails_opens_it_for_longer() -> None:
    """The time doubles with every failed probe, up to half an hour."""
    breaker, now_s, waits = Breaker(failures=2), 0.0, []
    for _ in range(8):
        breaker = breaker.asked(1).ended(1, Outcome.UNAVAILABLE, now_s=now_s, spread=0.999_999)
        assert breaker.open_until_s is not None
        waits.append(breaker.open_until_s - now_s)
        now_s = breaker.open_until_s
    assert waits == pytest.approx([60, 120, 240, 480, 960, 1800, 1800, 1800], rel=1e-3)
    assert max(waits) <= LONGEST_OPEN_S


def test_patience_is_what_was_asked_for_and_no_failure() -> None:
    """Retry-After is kept to, a minute without one; then a success finds everything as before."""
    assert not Breaker().ended(1, Outcome.RATE_LIMITED, now_s=10, retry_after_s=300).may_ask(309.9)
    assert Breaker().ended(1, Outcome.RATE_LIMITED, now_s=10, retry_after_s=300).may_ask(310)
    assert not Breaker().ended(1, Outcome.RATE_LIMITED, now_s=0).may_ask(PATIENCE_S - 0.1)
    late = Breaker(failures=2).ended(1, Outcome.UNAVAILABLE, now_s=0, retry_after_s=900)
    assert not late.may_ask(899)


@pytest.mark.parametrize("outcome", STOPS_FOR_S)
def test_what_a_person_must_mend_stops_it_at_once(outcome: Outcome) -> None:
    """A wrong key, an empty account, a wrong setting: one such answer, and hours without a call."""
    stopped = Breaker().ended(1, outcome, now_s=0)
    assert stopped.cause is outcome
    assert not stopped.may_ask(STOPS_FOR_S[outcome] - 1)
    assert stopped.may_ask(STOPS_FOR_S[outcome])


@pytest.mark.parametrize("late", ENDS)
def test_an_order_of_before_changes_nothing(late: Outcome) -> None:
    """Of two orders at once one is refused for the key: however the other ends, the hours stay what they are."""
    stopped = Breaker().asked(1).asked(2).ended(2, Outcome.UNAUTHORIZED, now_s=0)
    assert stopped.ended(1, late, now_s=60, retry_after_s=7 * 3_600) == stopped
    assert stopped.let_go(1) == stopped


def test_an_order_of_before_makes_no_room_for_a_second_probe() -> None:
    """While a probe is under way the end of an older order, or its being given up, lets nobody else through."""
    probing = Breaker(failures=3, open_until_s=0.0, cause=Outcome.UNAVAILABLE).asked(2)
    for after in (probing.let_go(1), probing.ended(1, Outcome.TIMED_OUT, now_s=1)):
        assert not after.may_ask(LONGEST_OPEN_S)


STEPS = st.tuples(st.integers(0, 3), st.sampled_from([None, *ENDS]), st.floats(0, 1e5), st.floats(0, 0.99))


@given(steps=st.lists(STEPS))
def test_it_never_shuts_for_ever_and_never_probes_twice(steps: list[tuple[int, Outcome | None, float, float]]) -> None:
    """Up to four orders at once, ended or given up in any order: of those asked while it is open, one is under way.

    A day after the last an order goes through.
    """
    breaker, now_s = Breaker(), 0.0
    under_way: list[int] = []
    probes: set[int] = set()  # since it opened
    for number, (which, outcome, passed_s, spread) in enumerate(steps):
        now_s += passed_s
        if which < len(under_way):
            order = under_way.pop(which)
            if outcome is None:
                breaker = breaker.let_go(order)
            else:
                breaker = breaker.ended(order, outcome, now_s=now_s, spread=spread)
        elif breaker.may_ask(now_s):
            probes |= {number} if breaker.is_open else set()
            breaker = breaker.asked(number)
            under_way.append(number)
        probes = probes & set(under_way) if breaker.is_open else set()
        assert len(probes) <= 1
    for order in under_way:
        breaker = breaker.let_go(order)
    assert breaker.may_ask(now_s + 86_400)
