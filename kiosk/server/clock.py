"""The server process's real clock; everything else in the server takes a `Clock`. Tests advance a fake one."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Both clocks of this machine."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary point of this boot."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait at least `seconds`."""
        await asyncio.sleep(seconds)
