"""Hints through Redis: publish and subscribe, for fleets so busy that PostgreSQL's NOTIFY, one commit after another,
would hold up their writes. Nothing is kept there. The port is `broker`, the manners of the link `broker_remote`'s.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock, Random
from kiosk.server.broker_remote import CHANNEL, CONNECT_LIMIT_S, Link, RemoteBroker

LISTEN_S = 5.0  # at a time; in between the connection is tried


class RedisBroker(RemoteBroker):
    """A broker among several on the Redis at `url`; KioskError when that is no address of one."""

    name: ClassVar[str] = "Redis"
    lost: ClassVar[tuple[type[Exception], ...]] = (RedisError, OSError)

    def __init__(self, url: str, *, clock: Clock, random: Random) -> None:
        super().__init__(clock=clock, random=random)
        try:
            parse_url(url)
        except ValueError as error:
            raise KioskError(
                "The server cannot reach Redis: server.redis_url is no address of one.",
                hint="Write redis://HOST:6379/0, rediss:// with TLS, or leave it empty.",
                code="redis_url",
            ) from error
        self._url = url

    @asynccontextmanager
    async def link(self) -> AsyncIterator[Link]:
        """Subscribe, and be ready to publish, for the block."""
        # Never made anew behind our back: what was sent meanwhile would be missed unnoticed.
        once = Retry(NoBackoff(), 0)
        client = Redis.from_url(
            self._url, retry=once, socket_connect_timeout=CONNECT_LIMIT_S, health_check_interval=LISTEN_S
        )
        async with client, client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            if await channel.get_message(timeout=CONNECT_LIMIT_S) is None:
                raise TimeoutError("Redis does not answer")
            yield _RedisLink(client, channel)


class _RedisLink(Link):
    def __init__(self, client: "Redis", channel: PubSub) -> None:
        self._client = client
        self._channel = channel

    async def send(self, message: str) -> None:
        await self._client.publish(CHANNEL, message)

    async def received(self) -> AsyncGenerator[str, None]:
        while True:
            message = await self._channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_S)
            if message is not None:
                yield message["data"].decode("utf-8", "replace")
