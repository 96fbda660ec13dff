"""The broker: wakes whoever waits for news of a user. Hints only; the tables are the truth, and a hint may be lost.

`Broker` serves one process. `broker_remote` carries the same hints to other server processes, through PostgreSQL
(`broker_postgres`) or Redis (`broker_redis`); `wiring` chooses. Who listens is `fan_out`, for the streams.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Flag, auto


class Wake(Flag):
    """Why a listener was woken; several at once are common."""

    NOTHING = 0
    NEWS = auto()
    REVOKED = auto()
    BEAT = auto()
    ENDED = auto()


class Subscription:
    """One listener's ear. `wait` returns what came since the last call, and waits when nothing did."""

    def __init__(self, user_id: int | None) -> None:
        self.user_id = user_id
        self._pending = Wake.NOTHING
        self._woken = asyncio.Event()

    def wake(self, why: Wake) -> None:
        """Leave a reason to wake."""
        self._pending |= why
        self._woken.set()

    async def wait(self) -> Wake:
        """Return the reasons left since the last call; once ENDED, always ENDED."""
        await self._woken.wait()
        why = self._pending
        if Wake.ENDED not in why:
            self._pending = Wake.NOTHING
            self._woken.clear()
        return why


class Broker:
    """All subscriptions of this process. Used on the event loop's thread only; nothing here waits or fails."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._is_closed = False

    @contextmanager
    def subscribe(self, user_id: int | None) -> Iterator[Subscription]:
        """Listen for a user, or with None for every user, for the life of the block."""
        subscription = Subscription(user_id)
        if self._is_closed:
            subscription.wake(Wake.ENDED)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, user_id: int | None) -> None:
        """Wake who listens for a user, or with None everybody: there may be news."""
        for subscription in self._subscriptions:
            if user_id is None or subscription.user_id in {None, user_id}:
                subscription.wake(Wake.NEWS)

    def end_revoked(self) -> None:
        """Tell everybody that a display or a token has lost its access; which one, the tables say."""
        self._wake_all(Wake.REVOKED)

    def beat(self) -> None:
        """Let every stream of this process show that it lives."""
        self._wake_all(Wake.BEAT)

    def close(self) -> None:
        """End every listener of this process, and those to come: the server stops."""
        self._is_closed = True
        self._wake_all(Wake.ENDED)

    async def run(self) -> None:
        """Keep in touch with other processes until cancelled; there are none to this one."""

    def _wake_all(self, why: Wake) -> None:
        for subscription in self._subscriptions:
            subscription.wake(why)
