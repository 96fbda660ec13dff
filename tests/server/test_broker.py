"""The broker: one contract for its three adapters; the remote ones between two objects, as between two processes."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kiosk.domain.errors import KioskError
from kiosk.server.broker import Broker, Wake
from kiosk.server.broker_postgres import PostgresBroker
from kiosk.server.broker_redis import RedisBroker
from kiosk.server.broker_remote import HINTS_MAX, WAKE_EVERY_S, RemoteBroker
from kiosk.server.ending import end
from tests.fakes.clock import FakeClock, LoopClock
from tests.server.daemons import free_port
from tests.server.harness import DEADLINE_S, until
from tests.server.redis import running_redis

pytestmark = pytest.mark.anyio

LOOK = Wake.NEWS | Wake.REVOKED
MakeBroker = Callable[[], Broker]


@pytest.fixture(params=["process", "postgresql", "redis"])
def make_broker(request: pytest.FixtureRequest) -> MakeBroker:
    """Makes the brokers of server processes that belong together; in one process it is always the same."""
    only = Broker()
    match request.param:
        case "postgresql":
            url = request.getfixturevalue("postgres_url")
            return lambda: PostgresBroker(url, clock=LoopClock(), random=random.Random())
        case "redis":
            url = request.getfixturevalue("redis_url")
            return lambda: RedisBroker(url, clock=LoopClock(), random=random.Random())
    return lambda: only


@asynccontextmanager
async def linked(*brokers: Broker) -> AsyncIterator[None]:
    """Run brokers, from when they hear one another."""
    async with asyncio.TaskGroup() as group:
        tasks = []
        for broker in brokers:
            with broker.subscribe(None) as ear:
                tasks.append(group.create_task(broker.run()))
                if isinstance(broker, RemoteBroker):
                    async with asyncio.timeout(DEADLINE_S):
                        assert await ear.wait() == LOOK
        try:
            yield
        finally:
            await end(*tasks)


async def test_hints_reach_whom_they_concern(make_broker: MakeBroker) -> None:
    """News of a user wake who listens for that user or for all; news for everybody and revocations wake everybody."""
    here, there = make_broker(), make_broker()
    async with linked(here, there):
        with there.subscribe(1) as first, there.subscribe(2) as second, there.subscribe(None) as every:
            here.publish(1)
            async with asyncio.timeout(DEADLINE_S):
                assert [await first.wait(), await every.wait()] == [Wake.NEWS, Wake.NEWS]
                here.end_revoked()
                assert [await ear.wait() for ear in (first, second, every)] == [Wake.REVOKED] * 3
                here.publish(None)
                for ear in (first, second, every):
                    assert Wake.NEWS in await ear.wait()


async def test_who_publishes_wakes_its_own_at_once(make_broker: MakeBroker) -> None:
    """Listeners of the same process wait for no link."""
    broker = make_broker()
    with broker.subscribe(1) as ear:
        broker.publish(1)
        assert ear._pending == Wake.NEWS


async def test_heartbeats_and_the_end_stay_at_home(make_broker: MakeBroker) -> None:
    """One process's heartbeat and stop are no other's."""
    here, there = make_broker(), make_broker()
    async with linked(here, there):
        with here.subscribe(1) as ours, there.subscribe(1) as theirs:
            here.beat()
            assert await ours.wait() == Wake.BEAT
            here.close()
            assert await ours.wait() == Wake.ENDED
            here.publish(1)
            if there is not here:
                async with asyncio.timeout(DEADLINE_S):
                    assert await theirs.wait() == Wake.NEWS


async def test_hints_add_up_and_the_end_is_final() -> None:
    """A subscription tells all that came since it was last asked, and once ended is so for good, those to come too."""
    broker = Broker()
    with broker.subscribe(1) as ear:
        broker.publish(1)
        broker.publish(1)
        broker.beat()
        assert await ear.wait() == Wake.NEWS | Wake.BEAT
        broker.close()
        assert await ear.wait() == Wake.ENDED
        assert await ear.wait() == Wake.ENDED
    with broker.subscribe(3) as late:
        assert await late.wait() == Wake.ENDED


@pytest.fixture(params=["postgresql", "redis"])
def make_remote(request: pytest.FixtureRequest) -> Callable[[], RemoteBroker]:
    """Makes brokers that reach other processes."""
    name = "postgres_url" if request.param == "postgresql" else "redis_url"
    made = PostgresBroker if request.param == "postgresql" else RedisBroker
    url = request.getfixturevalue(name)
    return lambda: made(url, clock=LoopClock(), random=random.Random())


def overhear(broker: RemoteBroker, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the hints of every message that reaches a broker."""
    heard: list[str] = []
    hear = broker._hear

    def listen(message: str) -> None:
        heard.append(message.partition(" ")[2])
        hear(message)

    monkeypatch.setattr(broker, "_hear", listen)
    return heard


async def test_a_burst_is_one_message(make_remote: Callable[[], RemoteBroker], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hints given at once go out as one message, equal ones once; too many to name become one for everybody."""
    here, there = make_remote(), make_remote()
    heard = overhear(there, monkeypatch)
    async with linked(here, there):
        for _ in range(500):
            here.publish(7)
        here.end_revoked()
        await until(lambda: heard, "the burst comes")
        for user in range(HINTS_MAX + 1):
            here.publish(user)
        await until(lambda: len(heard) > 1, "the second burst comes")
    assert heard == ["u7 r", "*"]


async def test_own_messages_come_home_once(
    make_remote: Callable[[], RemoteBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends has told its own listeners before; the echo tells them nothing."""
    broker = make_remote()
    heard = overhear(broker, monkeypatch)
    async with linked(broker):
        with broker.subscribe(5) as ear:
            broker.publish(5)
            assert await ear.wait() == Wake.NEWS
            await until(lambda: heard, "the echo comes")
            assert ear._pending == Wake.NOTHING


async def test_foreign_words_on_the_channel_do_no_harm(make_remote: Callable[[], RemoteBroker]) -> None:
    """What is none of our hints is passed over, and the next one is understood."""
    here, there = make_remote(), make_remote()
    async with linked(here, there):
        with there.subscribe(None) as ear:
            for word in ("", "x", "u", "u-1", "u99999999999999999999", "rr", "ü1"):
                here._tell(word)
            here.publish(9)
            async with asyncio.timeout(DEADLINE_S):
                assert await ear.wait() == Wake.NEWS


@pytest.mark.parametrize("kind", [PostgresBroker, RedisBroker])
async def test_without_a_link_it_serves_its_own_process(
    kind: type[PostgresBroker | RedisBroker], caplog: pytest.LogCaptureFixture
) -> None:
    """Where nobody answers, publishing wakes who is here and fails nobody; the outage is told once, without secrets."""
    scheme = "postgresql+psycopg" if kind is PostgresBroker else "redis"
    broker = kind(f"{scheme}://u:geheim@127.0.0.1:{free_port()}/0", clock=(clock := FakeClock()), random=Always(1.0))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(broker.run())
        with broker.subscribe(1) as ear:
            for _ in range(4):
                broker.publish(1)
                assert Wake.NEWS in await ear.wait()
                await until(lambda: any(left < WAKE_EVERY_S for left in clock.sleeping), "it waits to try again")
                clock.advance(min(clock.sleeping))
        await end(running)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "geheim" not in told[0]


async def test_everybody_is_woken_now_and_then() -> None:
    """What was lost on the way is looked for every half minute."""
    broker = RedisBroker(f"redis://127.0.0.1:{free_port()}/0", clock=(clock := FakeClock()), random=Always(1.0))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(broker.run())
        with broker.subscribe(1) as ear:
            await until(lambda: WAKE_EVERY_S in clock.sleeping, "it waits")
            clock.advance(WAKE_EVERY_S)
            async with asyncio.timeout(DEADLINE_S):
                assert await ear.wait() == LOOK
        await end(running)


async def test_hints_of_an_outage_go_out_after_it() -> None:
    """What could not be sent is kept, and sent once there is a link."""
    url = f"redis://127.0.0.1:{(port := free_port())}/0"
    here = RedisBroker(url, clock=(clock := FakeClock()), random=Always(1.0))
    there = RedisBroker(url, clock=LoopClock(), random=random.Random())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(here.run())
        here.publish(4)
        await until(lambda: len(clock.sleeping) > 1, "it waits to try again")
        with running_redis(port):
            async with linked(there):
                with there.subscribe(4) as ear:
                    clock.advance(min(clock.sleeping))
                    async with asyncio.timeout(DEADLINE_S):
                        assert await ear.wait() == Wake.NEWS
            await end(running)


class Always:
    """Chance that always gives the greatest number."""

    def __init__(self, share: float) -> None:
        self._share = share

    def uniform(self, a: float, b: float) -> float:
        """The same share of the range, whatever it is."""
        return a + (b - a) * self._share


def test_no_address_of_a_redis() -> None:
    """A wrong scheme is told in one clear line that does not repeat the address."""
    with pytest.raises(KioskError) as raised:
        RedisBroker("http://:geheim@nowhere", clock=LoopClock(), random=random.Random())
    assert "geheim" not in str(raised.value)
