"""Hints through PostgreSQL: LISTEN and NOTIFY, with ids only, on two connections of their own.

The address must lead to the database itself: a pooler that shares connections among transactions loses LISTEN. Two,
because the one that listens is never free to speak. The port is `broker`, the manners of the link `broker_remote`'s.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import psycopg
from psycopg import AsyncConnection, sql
from sqlalchemy.engine import make_url

from kiosk.domain.ports import Clock, Random
from kiosk.server.broker_remote import CHANNEL, CONNECT_LIMIT_S, Link, RemoteBroker

STOP_LIMIT_S = 1.0
_OPTIONS: dict[str, Any] = {
    "application_name": "kiosk broker",
    "connect_timeout": CONNECT_LIMIT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class PostgresBroker(RemoteBroker):
    """A broker among several on the PostgreSQL database at `url`, as SQLAlchemy writes it."""

    name: ClassVar[str] = "PostgreSQL"
    lost: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error, OSError)

    def __init__(self, url: str, *, clock: Clock, random: Random) -> None:
        super().__init__(clock=clock, random=random)
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    @asynccontextmanager
    async def link(self) -> AsyncIterator[Link]:
        """Listen, and be ready to speak, for the block."""
        async with self._connection() as listening, self._connection() as speaking:
            await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            yield _PostgresLink(listening, speaking)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """Connect for the block. A connecting that is cancelled is let end first: broken off, it stays open there."""
        async with asyncio.TaskGroup() as group:
            connecting = group.create_task(AsyncConnection.connect(self._url, autocommit=True, **_OPTIONS))
            try:
                connection = await asyncio.shield(connecting)
            except asyncio.CancelledError:
                done, _ = await asyncio.wait({connecting}, timeout=STOP_LIMIT_S)
                if done and connecting.exception() is None:
                    await connecting.result().close()
                raise
            async with connection:
                yield connection


class _PostgresLink(Link):
    def __init__(self, listening: AsyncConnection, speaking: AsyncConnection) -> None:
        self._listening = listening
        self._speaking = speaking

    async def send(self, message: str) -> None:
        await self._speaking.execute("SELECT pg_notify(%s, %s)", (CHANNEL, message))

    async def received(self) -> AsyncGenerator[str, None]:
        async for notification in self._listening.notifies():
            yield notification.payload
