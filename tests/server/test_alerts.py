"""When the server's own alerts begin and end, and what the log says of it."""

import logging

import pytest

from kiosk.server.alerts import LARGE, SUSTAINED_FAILURES, WINDOW_S, Alerts
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Stands until it is advanced."""
    return FakeClock()


@pytest.fixture
def alerts(clock: FakeClock) -> Alerts:
    """With an empty window."""
    return Alerts(clock)


def test_failures_need_a_number_and_a_share(alerts: Alerts) -> None:
    """Nineteen failures, or a minority of many, are no alert; twenty that are most of all are."""
    alerts.count(attempted=19, failed=19)
    assert not alerts.judge()[SUSTAINED_FAILURES]
    alerts.count(attempted=50, failed=10)
    assert not alerts.judge()[SUSTAINED_FAILURES]
    alerts.count(attempted=20, failed=20)
    assert alerts.judge()[SUSTAINED_FAILURES]


def test_failures_do_not_flap(alerts: Alerts, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    """A share going up and down round one half is one alert; it ends below a quarter, with one line for each turn."""
    caplog.set_level(logging.WARNING, "kiosk.server.alerts")
    alerts.count(attempted=30, failed=30)
    for _ in range(20):
        alerts.count(attempted=10, failed=2)
        alerts.count(attempted=10, failed=8)
        clock.advance(1)
        assert alerts.judge()[SUSTAINED_FAILURES]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["alert sustained_failures begins"]
    for _ in range(20):
        alerts.count(attempted=100, failed=0)
    assert not alerts.judge()[SUSTAINED_FAILURES]
    assert [record.getMessage() for record in caplog.records][1:] == ["alert sustained_failures ends"]


def test_an_alert_ends_although_nothing_comes(alerts: Alerts, clock: FakeClock) -> None:
    """Five minutes without a batch end both."""
    alerts.count(attempted=200, failed=200)
    assert alerts.judge() == {SUSTAINED_FAILURES: True, LARGE: True}
    clock.advance(WINDOW_S - 20)
    assert alerts.judge() == {SUSTAINED_FAILURES: True, LARGE: True}
    clock.advance(21)
    assert alerts.judge() == {SUSTAINED_FAILURES: False, LARGE: False}


def test_a_large_batch_among_small_ones_is_unusual(
    alerts: Alerts, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A hundred records are nothing; one more is an alert, whose size the log tells."""
    alerts.count(attempted=100, failed=0)
    assert not alerts.judge()[LARGE]
    alerts.count(attempted=101, failed=0)
    assert alerts.judge()[LARGE]
    assert "a batch of 101 impressions" in caplog.text


def test_where_large_batches_are_usual_they_raise_nothing_for_long(alerts: Alerts, clock: FakeClock) -> None:
    """The first of many large ones is unusual, the thousandth is not: the alert ends while they go on."""
    for _ in range(400):
        alerts.count(attempted=200, failed=0)
        clock.advance(1)
    assert not alerts.judge()[LARGE]
    for _ in range(400):
        alerts.count(attempted=2, failed=0)
    alerts.count(attempted=200, failed=0)
    assert alerts.judge()[LARGE]


def test_a_batch_costs_the_same_however_many_came_before(alerts: Alerts) -> None:
    """What is remembered does not grow with the number of batches."""
    for _ in range(5_000):
        alerts.count(attempted=1, failed=0)
    assert len(alerts._slots) == 1
