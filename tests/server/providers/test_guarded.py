"""The guard before a service: tries, waits, limits, breaker, budget and what is told of them."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge
from starlette.responses import Response

from kiosk.server import store_budget
from kiosk.server.database import Database
from kiosk.server.meter_providers import BREAKER_OPEN, NEEDS_ATTENTION, ProviderMeter
from kiosk.server.moments import to_ms
from kiosk.server.opening import open_database
from kiosk.server.providers.guarded import CallRules, Guarded
from kiosk.server.providers.openai import OpenAiImages
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintedImage, PaintOrder, Provider, ProviderFailed
from kiosk.server.providers.received import received
from kiosk.server.providers.wire import Wire, bearer
from tests.fakes.clock import FakeClock
from tests.fakes.web import misbehaving, read_request, reset
from tests.server.harness import until
from tests.server.providers.openai_service import KEY, OpenAiService, moderated, openai_service, overloaded, problem
from tests.server.providers.openai_service import rate_limited as too_often
from tests.server.providers.pictures import order

pytestmark = pytest.mark.anyio

LIMIT_S = 60.0  # for an order, by the real clock


@dataclass
class Desk:
    """A guarded provider and everything round it."""

    guarded: Guarded
    clock: FakeClock
    database: Database
    registry: CollectorRegistry

    async def outcome(self, seed: int = 7) -> Outcome:
        """How an order ends, nobody waiting for anything."""
        try:
            await self.guarded.make(order(seed))
        except ProviderFailed as error:
            return error.outcome
        return Outcome.DONE

    async def outcome_in_time(self, seed: int = 7) -> tuple[Outcome, list[float]]:
        """How an order ends while the clock is advanced over every wait; and the waits in seconds."""
        waits = []
        async with asyncio.TaskGroup() as group:
            making = group.create_task(self.outcome(seed))
            while not making.done():
                if sleeping := self.clock.sleeping:
                    waits.append(sleeping[0])
                    self.clock.advance(sleeping[0])
                await asyncio.sleep(0.002)
        return making.result(), waits

    @property
    def charged(self) -> int:
        """The places of today's budget that are taken."""
        day = store_budget.day_of(to_ms(self.clock.now()))
        return self.database.read_now(partial(store_budget.taken, day=day))

    def figure(self, name: str, /, **labels: str) -> float:
        """A figure of the meter."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def alerts(self) -> tuple[float, float]:
        """Whether somebody is needed, and whether the breaker is open."""
        return self.figure("kiosk_alert", name=NEEDS_ATTENTION), self.figure("kiosk_alert", name=BREAKER_OPEN)


@pytest.fixture
def database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with tables."""
    (tmp_path / "kiosk.db").write_bytes(migrated_file.read_bytes())
    opened = open_database(f"sqlite:///{tmp_path / 'kiosk.db'}")
    yield opened
    opened.close()


class Rash:
    """A provider that takes every answer for the usual one."""

    name, model = "rash", ""

    def __init__(self, url: str) -> None:
        self._wire = Wire(provider=self.name, base_url=url, authorization=bearer(KEY))

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Ask as OpenAI is asked."""
        reply = await self._wire.json("POST", "/images/generations", body={"model": "dall-e-3", "size": "1024x1024"})
        return await received(reply["data"][0]["b64_json"], provider=self.name, model="")


def desk_at(url: str, database: Database, *, key: str = KEY, provider: Provider | None = None, **rules: Any) -> Desk:
    """A desk whose service is at `url`."""
    clock, registry = FakeClock(), CollectorRegistry()
    guarded = Guarded(
        provider or OpenAiImages(url=url, key=key),
        database=database,
        clock=clock,
        random=Random(1),
        meter=ProviderMeter(registry, Gauge("kiosk_alert", "Alerts.", ["name"], registry=registry)),
        rules=CallRules(**{"limit_s": LIMIT_S, "daily_budget": 100, **rules}),
    )
    return Desk(guarded, clock, database, registry)


@asynccontextmanager
async def desk_before(
    database: Database, *answers: Response, **changes: Any
) -> AsyncIterator[tuple[Desk, OpenAiService]]:
    """A desk before the service, which first gives `answers`."""
    async with openai_service() as service:
        service.answers += answers
        yield desk_at(service.url, database, **changes), service


async def test_a_stumble_is_tried_again_twice(database: Database) -> None:
    """Two faults and a picture: one order, two waits with jitter that grow, one place of the budget."""
    async with desk_before(database, overloaded(), overloaded()) as (desk, service):
        outcome, waits = await desk.outcome_in_time()
        assert (outcome, len(service.requests), desk.charged) == (Outcome.DONE, 3, 1)
        assert len(waits) == 2
        assert 0 < waits[0] <= 1
        assert 0 < waits[1] <= 2
        assert desk.figure("kiosk_provider_calls_total", provider="openai", outcome="unavailable") == 2
        assert desk.figure("kiosk_provider_calls_total", provider="openai", outcome="done") == 1
        assert desk.figure("kiosk_provider_charged_total", provider="openai") == 1


async def test_three_failed_orders_open_the_breaker(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Nine calls, then none until its time is over; one probe that succeeds closes it; nothing was charged before."""
    async with desk_before(database, *[overloaded() for _ in range(9)]) as (desk, service):
        for _ in range(3):
            assert (await desk.outcome_in_time())[0] is Outcome.UNAVAILABLE
        assert await desk.outcome() is Outcome.STOPPED
        assert (len(service.requests), desk.charged, desk.alerts()) == (9, 0, (0, 1))
        desk.clock.advance(60)
        with caplog.at_level(logging.INFO):
            assert await desk.outcome() is Outcome.DONE
        assert "openai is asked again" in caplog.messages
        assert (len(service.requests), desk.charged, desk.alerts()) == (10, 1, (0, 0))


async def test_a_wrong_key_stops_it_after_one_call(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """One call, one error in the log that says what to do and not the key, an alert, and hours of silence."""
    secret = "sk-a-key-that-was-revoked"
    async with desk_before(database, key=secret) as (desk, service):
        assert [await desk.outcome() for _ in range(3)] == [Outcome.UNAUTHORIZED, Outcome.STOPPED, Outcome.STOPPED]
        desk.clock.advance(5 * 3_600)
        assert await desk.outcome() is Outcome.STOPPED
        assert (len(service.requests), desk.charged, desk.alerts()) == (1, 0, (1, 0))
        desk.clock.advance(2 * 3_600)
        assert await desk.outcome() is Outcome.UNAUTHORIZED
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "Set generate.provider_key anew" in errors[0]
    assert re.match("openai is left alone for [67] h: ", errors[0])
    assert secret not in caplog.text


async def test_an_empty_account_stops_it(database: Database) -> None:
    """A 429 that means money is not waited out."""
    empty = problem(429, "You exceeded your quota.", code="insufficient_quota", kind="insufficient_quota")
    async with desk_before(database, empty) as (desk, service):
        assert [await desk.outcome(), await desk.outcome()] == [Outcome.EXHAUSTED, Outcome.STOPPED]
        assert (len(service.requests), desk.alerts()[0]) == (1, 1)


async def test_retry_after_is_kept_to(database: Database) -> None:
    """A short wait is waited for within the order; a long one leaves the piece to others, and nobody calls before."""
    async with desk_before(database, too_often("4"), too_often("90")) as (desk, service):
        outcome, waits = await desk.outcome_in_time()
        assert outcome is Outcome.RATE_LIMITED
        assert len(waits) == 1
        assert 4 <= waits[0] <= 5
        desk.clock.advance(89)
        assert await desk.outcome() is Outcome.STOPPED
        assert (len(service.requests), desk.alerts()) == (2, (0, 0))
        desk.clock.advance(10)
        assert await desk.outcome() is Outcome.DONE


async def test_a_refused_prompt_is_not_asked_again(database: Database) -> None:
    """The moderation's word is final for that prompt, for a day; another prompt is asked: no breaker opens."""
    async with desk_before(database, moderated()) as (desk, service):
        assert [await desk.outcome(7) for _ in range(3)] == [Outcome.REFUSED] * 3
        assert (len(service.requests), desk.charged) == (1, 0)
        assert order(8).prompt != order(7).prompt
        assert await desk.outcome(8) is Outcome.DONE
        desk.clock.advance(25 * 3_600)
        assert await desk.outcome(7) is Outcome.DONE


async def test_the_budget_ends_the_calls_for_the_day(database: Database) -> None:
    """Two pieces of two, then none, of another server on the same database neither; the next day there are more."""
    async with desk_before(database, daily_budget=2) as (desk, service):
        outcomes = [await desk.outcome() for _ in range(3)]
        assert outcomes == [Outcome.DONE, Outcome.DONE, Outcome.OVER_BUDGET]
        again = desk_at(service.url, database, daily_budget=2)
        assert await again.outcome() is Outcome.OVER_BUDGET
        assert len(service.requests) == 2
        desk.clock.advance(24 * 3_600)
        assert await desk.outcome() is Outcome.DONE
        assert desk.charged == 1


async def test_a_picture_that_cannot_hang_is_charged(database: Database) -> None:
    """What was painted counts, though nothing came of it, and is not ordered a second time."""
    page = Response('{"data": [{"b64_json": "PGh0bWw+"}]}', media_type="application/json")
    async with desk_before(database, page) as (desk, service):
        assert await desk.outcome() is Outcome.BAD_ANSWER
        assert (len(service.requests), desk.charged) == (1, 1)


async def test_what_nobody_foresaw_is_a_fault_that_counts(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Answers a provider stumbles over: a line each with kind and place and none of their words, then it is left alone.

    They may be charged, for a picture may have been painted; a usual answer closes the breaker again.
    """
    odd = [Response('{"picture": 1}', media_type="application/json") for _ in range(3)]
    async with openai_service() as service:
        service.answers += odd
        desk = desk_at("", database, provider=Rash(service.url))
        assert [await desk.outcome() for _ in range(5)] == [Outcome.FAULT] * 3 + [Outcome.STOPPED] * 2
        assert (len(service.requests), desk.charged, desk.alerts()) == (3, 3, (0, 1))
        assert desk.figure("kiosk_provider_calls_total", provider="rash", outcome="fault") == 3
        assert desk.figure("kiosk_provider_charged_total", provider="rash") == 3
        desk.clock.advance(60)
        assert await desk.outcome() is Outcome.DONE
        assert desk.alerts() == (0, 0)
    told = [message for message in caplog.messages if message.startswith("no piece from rash")]
    assert len(told) == 3
    assert all("this server failed on it: KeyError in guarded.py, line " in message for message in told)
    assert not any(record.exc_info for record in caplog.records)
    assert "'data'" not in caplog.text


async def test_a_slow_answer_is_given_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that drips bytes for ever has its time and no more; it may charge, so it counts.

    Each byte takes ten seconds, which the loop's clock leaps over.
    """
    loop, dripped = asyncio.get_running_loop(), 0
    real_time = loop.time
    monkeypatch.setattr(loop, "time", lambda: real_time() + 10 * dripped)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal dripped
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            dripped += 1
            await asyncio.sleep(0.01)

    async with misbehaving(drip) as url:
        desk = desk_at(url, database)
        assert await desk.outcome() is Outcome.TIMED_OUT
        assert dripped > 2
        assert desk.charged == 1
        assert desk.figure("kiosk_provider_calls_total", provider="openai", outcome="timed_out") == 1


async def test_an_answer_that_is_lost_counts(database: Database) -> None:
    """A connection that breaks after the request is there may have cost a picture: one place, and no second order."""
    taken = 0

    async def lose(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        await read_request(reader)
        taken += 1
        reset(writer)

    async with misbehaving(lose) as url:
        desk = desk_at(url, database)
        assert await desk.outcome_in_time() == (Outcome.UNAVAILABLE, [])
    assert (taken, desk.charged) == (1, 1)


async def test_one_probe_goes_through_at_a_time(database: Database) -> None:
    """While a probe is under way others are turned away; one that is cancelled makes room for the next."""
    got = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        got.set()
        await reader.read()

    async with misbehaving(silent) as url, desk_before(database, *[overloaded() for _ in range(9)]) as (desk, service):
        for _ in range(3):
            await desk.outcome_in_time()
        desk.clock.advance(60)
        desk.guarded._provider = OpenAiImages(url=url, key=KEY)
        async with asyncio.TaskGroup() as group:
            probe = group.create_task(desk.outcome())
            await until(got.is_set, "the probe is under way")
            assert await desk.outcome() is Outcome.STOPPED
            probe.cancel()
        desk.guarded._provider = OpenAiImages(url=service.url, key=KEY)
        assert await desk.outcome() is Outcome.DONE


async def test_an_older_order_makes_no_room_for_a_second_probe(database: Database) -> None:
    """An order from before the breaker opened is given up while a probe is under way: others still wait for that."""
    got: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        got.append(writer)
        await reader.read()

    async with misbehaving(silent) as url, desk_before(database, *[overloaded() for _ in range(9)]) as (desk, service):
        silent_one, troubled_one = OpenAiImages(url=url, key=KEY), OpenAiImages(url=service.url, key=KEY)
        async with asyncio.TaskGroup() as group:
            desk.guarded._provider = silent_one
            older = group.create_task(desk.outcome())
            await until(lambda: len(got) == 1, "the older order is under way")
            desk.guarded._provider = troubled_one
            for _ in range(3):
                await desk.outcome_in_time()
            desk.clock.advance(60)
            desk.guarded._provider = silent_one
            probe = group.create_task(desk.outcome())
            await until(lambda: len(got) == 2, "the probe is under way")
            older.cancel()
            await asyncio.wait({older})
            assert await desk.outcome() is Outcome.STOPPED
            probe.cancel()
