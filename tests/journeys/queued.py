"""How long the threads of other programs stood ready without a processor: what a machine withholds makes nobody late.

Read from the kernel's scheduler, as the wall itself reads its own (`kiosk.app.thread_times`); 0 where it keeps no book.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterable
from pathlib import Path

LOOK_FOR_THREADS_EVERY_S = 0.5
OWN = Path("/proc/thread-self/schedstat")


class Queued:
    """Adds up the waits of all threads of some processes, and of the thread that asks."""

    def __init__(self, processes: Callable[[], Iterable[int]]) -> None:
        """`processes` names the processes there are now; they may come and go."""
        self._processes = processes
        self._books: list[Path] = []
        self._looked_s = float("-inf")
        self._last_ns: dict[Path, int] = {}
        self._total_ns = 0

    def seconds(self) -> float:
        """Return the sum of all waits (s) since a thread was first seen; it never falls."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= LOOK_FOR_THREADS_EVERY_S:
            self._looked_s = now_s
            self._books = [OWN, *(book for pid in self._processes() for book in _books_of(pid))]
        for book in self._books:
            try:
                queued_ns = int(book.read_bytes().split()[1])
            except (OSError, IndexError):
                continue
            self._total_ns += max(0, queued_ns - self._last_ns.get(book, queued_ns))
            self._last_ns[book] = queued_ns
        return self._total_ns / 1e9


def _books_of(pid: int) -> list[Path]:
    try:
        return [thread / "schedstat" for thread in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # it has ended
        return []


def process_behind(connection: socket.socket) -> int | None:
    """Return the process that answers on a local socket, such as an X server's; None when it is not on this machine."""
    if connection.family != socket.AF_UNIX:
        return None
    found: tuple[int, int, int] = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return found[0] or None
