"""The broker: wakes the streams of a user when there may be news. Hints only; the events table is the truth.

In-process: one server process, one event loop. Adapters for several processes come beside this one, with this shape.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Flag, auto


class Wake(Flag):
    """Why a stream was woken; several at once are common."""

    NOTHING = 0
    NEWS = auto()
    BEAT = auto()
    ENDED = auto()


class Subscription:
    """One stream's ear. `wait` returns what came since the last call, and waits when nothing did."""

    def __init__(self, user_id: int, device_id: int | None) -> None:
        self.user_id = user_id
        self.device_id = device_id
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
    """All subscriptions of this process. Used on the event loop's thread only."""

    def __init__(self) -> None:
        self._by_user: defaultdict[int, set[Subscription]] = defaultdict(set)
        self._is_closed = False

    @contextmanager
    def subscribe(self, user_id: int, device_id: int | None) -> Iterator[Subscription]:
        """Listen for a user on a display, for the life of the block."""
        subscription = Subscription(user_id, device_id)
        if self._is_closed:
            subscription.wake(Wake.ENDED)
        self._by_user[user_id].add(subscription)
        try:
            yield subscription
        finally:
            self._by_user[user_id].discard(subscription)
            if not self._by_user[user_id]:
                del self._by_user[user_id]

    @property
    def subscribers(self) -> int:
        """How many streams are open."""
        return sum(len(subscriptions) for subscriptions in self._by_user.values())

    def publish(self, user_id: int) -> None:
        """Wake the streams of a user: there may be news."""
        for subscription in self._by_user.get(user_id, ()):
            subscription.wake(Wake.NEWS)

    def beat(self) -> None:
        """Let every stream show that it lives."""
        self._wake_all(Wake.BEAT)

    def end_device(self, device_id: int) -> None:
        """End the streams of a display: it was revoked."""
        for subscriptions in self._by_user.values():
            for subscription in subscriptions:
                if subscription.device_id == device_id:
                    subscription.wake(Wake.ENDED)

    def close(self) -> None:
        """End every stream, and those to come: the server stops."""
        self._is_closed = True
        self._wake_all(Wake.ENDED)

    def _wake_all(self, why: Wake) -> None:
        for subscriptions in self._by_user.values():
            for subscription in subscriptions:
                subscription.wake(why)
