"""The real clock, what names this boot, and whether the wall clock can be trusted."""

import asyncio
import ctypes
import time
from datetime import UTC, datetime
from pathlib import Path

_TIME_ERROR = 5  # adjtimex(2): the system clock is not synchronised to a server


class SystemClock:
    """Both clocks of this machine. The monotonic one counts on during suspend where the kernel can (CLOCK_BOOTTIME)."""

    def __init__(self) -> None:
        self._monotonic_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> datetime:
        """Return the wall-clock time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since boot."""
        return time.clock_gettime(self._monotonic_id)

    async def sleep(self, seconds: float) -> None:
        """Wait at least `seconds`."""
        await asyncio.sleep(seconds)


def local_minute_of_day() -> int:
    """Return minutes since local midnight (0-1439), in the machine's time zone."""
    local = datetime.now().astimezone()
    return local.hour * 60 + local.minute


def local_minute_exactly() -> float:
    """Return minutes since local midnight with their fraction (0-1440), in the machine's time zone."""
    local = datetime.now().astimezone()
    return local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 6e7


def boot_id() -> str:
    """Return what names this boot of the machine: monotonic times of another boot cannot be compared with ours."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"boot-{round(time.time() - time.monotonic())}"


def is_clock_synced() -> bool:
    """Tell whether the kernel says that a time server disciplines the wall clock."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        buffer = ctypes.create_string_buffer(512)
        return bool(0 <= libc.adjtimex(buffer) < _TIME_ERROR)
    except (OSError, AttributeError):
        return False
