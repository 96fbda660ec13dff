"""The broker of a fleet: hints reach this process's listeners at once, and other server processes by a link.

    a3f09c12 u17 u40 r *        who sends · news for users 17 and 40 · somebody has lost their access · everybody

A link is kept up for ever: by `broker_postgres` or `broker_redis`. What others sent while it was down is gone, so
whenever it is up again, and every `WAKE_EVERY_S` anyway, everybody is woken and looks. Sending waits for nobody: hints
gather until the link takes them, equal ones become one, and those of an outage go out after it.
"""

import asyncio
import logging
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import ClassVar

from kiosk.domain.ports import Clock, Random
from kiosk.server.broker import Broker, Wake
from kiosk.server.ending import give_way

log = logging.getLogger(__name__)

CHANNEL = "kiosk"
WAKE_EVERY_S = 30.0
CONNECT_LIMIT_S = 5
RETRY_BASE_S = 0.1
RETRY_MAX_S = 15.0
HINTS_MAX = 200  # in one message; PostgreSQL takes 8,000 bytes
EVERYBODY = "*"
REVOKED = "r"
_NEWS = re.compile(r"u([0-9]{1,18})")


class Link(ABC):
    """What carries messages between the processes. Either method raises when the link is lost."""

    @abstractmethod
    async def send(self, message: str) -> None:
        """Hand a message over; everybody on the link gets it, perhaps the sender too."""

    @abstractmethod
    def received(self) -> AsyncGenerator[str, None]:
        """Yield every message sent since the link was made, for ever."""


class RemoteBroker(Broker, ABC):
    """A broker among several. `run` keeps its link; without one it serves its own process and goes on trying."""

    name: ClassVar[str]
    lost: ClassVar[tuple[type[Exception], ...]]  # what a link raises that cannot be made or is lost

    def __init__(self, *, clock: Clock, random: Random) -> None:
        super().__init__()
        self._clock = clock
        self._random = random
        self._self = secrets.token_hex(4)
        self._outgoing: dict[str, None] = {}
        self._has_outgoing = asyncio.Event()
        self._failures = 0

    @abstractmethod
    def link(self) -> AbstractAsyncContextManager[Link]:
        """Make a link and keep it for the block; what others send from then on comes through it."""

    def publish(self, user_id: int | None) -> None:
        """Wake who listens for a user, or with None everybody, here and elsewhere."""
        super().publish(user_id)
        self._tell(EVERYBODY if user_id is None else f"u{user_id}")

    def end_revoked(self) -> None:
        """Tell everybody, here and elsewhere, that a display or a token has lost its access."""
        super().end_revoked()
        self._tell(REVOKED)

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._wake_regularly())
            while True:
                try:
                    async with self.link() as link:
                        await self._use(link)
                except* self.lost as faults:
                    self._note(faults)
                give_way()
                await self._clock.sleep(self._random.uniform(0.0, min(RETRY_MAX_S, RETRY_BASE_S * 2**self._failures)))
                self._failures = min(self._failures + 1, 16)

    async def _use(self, link: Link) -> None:
        if self._failures > 1:
            log.info("the link to other servers through %s is back", self.name)
        self._failures = 0
        self._wake_everybody()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send(link))
            async with aclosing(link.received()) as messages:
                async for message in messages:
                    give_way()
                    self._hear(message)

    async def _send(self, link: Link) -> None:
        while True:
            give_way()
            await self._has_outgoing.wait()
            hints = list(self._outgoing)
            self._outgoing.clear()
            self._has_outgoing.clear()
            try:
                await link.send(" ".join([self._self, *(hints if len(hints) <= HINTS_MAX else [EVERYBODY])]))
            except BaseException:
                for hint in hints:
                    self._tell(hint)
                raise

    def _tell(self, hint: str) -> None:
        self._outgoing[hint] = None
        self._has_outgoing.set()

    def _hear(self, message: str) -> None:
        sender, _, hints = message.partition(" ")
        if sender == self._self:
            return
        for hint in hints.split():
            if hint == EVERYBODY:
                self._wake_everybody()
            elif hint == REVOKED:
                super().end_revoked()
            elif (news := _NEWS.fullmatch(hint)) is not None:
                super().publish(int(news[1]))

    def _wake_everybody(self) -> None:
        self._wake_all(Wake.NEWS | Wake.REVOKED)

    async def _wake_regularly(self) -> None:
        while True:
            await self._clock.sleep(WAKE_EVERY_S)
            self._wake_everybody()

    def _note(self, faults: ExceptionGroup[Exception]) -> None:
        """Tell of an outage once: not when a link is merely made anew."""
        if self._failures == 1:
            fault: BaseException = faults
            while isinstance(fault, BaseExceptionGroup):
                fault = fault.exceptions[0]
            told = str(fault).strip().partition("\n")[0]
            log.warning("no link to other servers through %s: %s; streams look for themselves", self.name, told)
