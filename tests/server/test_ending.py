"""Tasks end though a cancelling is lost on its way."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import ClassVar

import pytest

from kiosk.server import ending
from kiosk.server.broker_remote import Link, RemoteBroker
from kiosk.server.ending import end, give_way
from tests.fakes.clock import FakeClock
from tests.server.harness import DEADLINE_S

pytestmark = pytest.mark.anyio


async def test_who_loses_a_cancelling_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that swallows two of them ends by the third, and one that was done is left alone."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    asked: list[int] = []

    async def deaf(times: int) -> None:
        for number in range(times):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            asked.append(number)
        await asyncio.Event().wait()

    async def quick() -> None:
        """Ends by itself."""

    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        tasks = [group.create_task(deaf(2)), group.create_task(quick()), group.create_task(deaf(0))]
        await asyncio.sleep(0)
        await end(*tasks)
    assert asked == [0, 1]
    assert [task.cancelled() for task in tasks] == [True, False, True]


async def test_a_loop_gives_way_to_a_lost_cancelling() -> None:
    """Nothing happens to a task that nobody ended; one that was goes no further."""
    give_way()
    turns = 0

    async def loop() -> None:
        nonlocal turns
        while True:
            give_way()
            turns += 1
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        task = group.create_task(loop())
        await asyncio.sleep(0)
        task.cancel()
    assert (turns, task.cancelled()) == (1, True)


class DeafLink(Link):
    """A link that is busy sending when it is to end, and is done with it at that moment."""

    def __init__(self) -> None:
        self.is_sending = asyncio.Event()

    async def send(self, message: str) -> None:
        del message
        self.is_sending.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def received(self) -> AsyncGenerator[str, None]:
        await asyncio.Event().wait()
        yield ""


class BrokerOnDeafLink(RemoteBroker):
    """A broker on that link."""

    name: ClassVar[str] = "a deaf link"
    lost: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    made = DeafLink

    @asynccontextmanager
    async def link(self) -> AsyncIterator[Link]:
        self.used = self.made()
        yield self.used


class LinkThatBreaks(DeafLink):
    """A link that is lost at the moment at which it is to end: the group that uses it raises that in its place."""

    async def received(self) -> AsyncGenerator[str, None]:
        try:
            await asyncio.Event().wait()
            yield ""
        finally:
            raise ConnectionResetError("the link is lost")


class BrokerOnLinkThatBreaks(BrokerOnDeafLink):
    """A broker on that link."""

    made = LinkThatBreaks


@pytest.mark.parametrize("make", [BrokerOnDeafLink, BrokerOnLinkThatBreaks])
async def test_a_broker_ends_amid_a_message(make: type[BrokerOnDeafLink]) -> None:
    """However the link takes it, one cancelling is enough: nothing waits for a clock that may stand."""
    broker = make(clock=FakeClock(), random=random.Random(0))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        running = group.create_task(broker.run())
        await asyncio.sleep(0)
        broker.publish(1)
        await broker.used.is_sending.wait()
        running.cancel()
    assert running.cancelled()
