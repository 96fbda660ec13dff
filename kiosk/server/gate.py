"""A gate for what takes much memory: one goes through at a time, a few wait, and whoever comes beyond is sent away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kiosk.domain.errors import KioskError


class Busy(KioskError):
    """Too many wait already."""

    code = "busy"


class Gate:
    """One at a time; `places` at most inside and before it together."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0
        self._one = asyncio.Semaphore(1)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, and have it for the block; Busy when every place is taken."""
        if self._taken >= self._places:
            raise Busy("Too many come at once.", hint="Try again in a moment.")
        self._taken += 1
        try:
            async with self._one:
                yield
        finally:
            self._taken -= 1
