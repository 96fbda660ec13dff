"""Word to the service manager, by systemd's notify protocol: ready, alive, stopping. Nothing where none is listening.

    $NOTIFY_SOCKET   a datagram socket, "@" for an abstract one     READY=1, WATCHDOG=1, STATUS=…, STOPPING=1
    $WATCHDOG_USEC   how soon it wants to hear that we live          $WATCHDOG_PID   whom that is about

The display says that it lives only while it does: the loop turns (this runs on it), the outbox's thread answers, and
art is on the glass or has a reason not to be. What hangs is killed and started again by the manager.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from kiosk.app.glass import GlassAnswer
from kiosk.domain.ports import Clock

log = logging.getLogger(__name__)

BEAT_S = 10.0
BEATS_A_LIMIT = 3
OUTBOX_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Manager:
    """Where the service manager listens, empty for nowhere; within how many seconds it wants to hear of us, 0: no."""

    address: str = ""
    limit_s: float = 0.0

    @property
    def every_s(self) -> float:
        """Seconds between two words."""
        return min(BEAT_S, self.limit_s / BEATS_A_LIMIT) if self.limit_s else BEAT_S

    def tell(self, *lines: str) -> None:
        """Send assignments; a manager that has gone is none of our trouble."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as door:
                door.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.debug("the service manager at %s does not listen: %s", self.address, error)


def manager_of(environ: Mapping[str, str], pid: int | None = None) -> Manager:
    """Return the manager the environment names; a watchdog meant for another process than `pid` (ours) is not ours."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return Manager()
    usec, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    ours = meant in {"", str(pid or os.getpid())}
    return Manager(address, int(usec) / 1e6 if usec.isdigit() and ours else 0.0)


class Pulse:
    """Tells the manager that the wall is ready, then that it lives for as long as it does. `run` is supervised.

    `outbox` returns once the outbox's thread has answered.
    """

    def __init__(
        self,
        manager: Manager,
        *,
        clock: Clock,
        glass: Callable[[], GlassAnswer],
        outbox: Callable[[], Awaitable[object]],
    ) -> None:
        self._manager = manager
        self._clock = clock
        self._glass = glass
        self._outbox = outbox
        self._said = ""

    async def run(self) -> None:
        """Say READY: the loop turns, whatever a server does. Then beat."""
        self._manager.tell("READY=1")
        while True:
            await self._beat()
            await self._clock.sleep(self._manager.every_s)

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._manager.tell("STOPPING=1")

    async def _beat(self) -> None:
        glass = self._glass()
        fault = "" if glass.healthy else glass.why
        if not fault and not await self._outbox_answers():
            fault = f"the outbox did not answer within {OUTBOX_LIMIT_S:.0f} s"
        if fault != self._said:
            self._said = fault
            if fault:
                log.error("this wall is not well: %s", fault)
            else:
                log.info("this wall is well again")
        if fault:
            self._manager.tell(f"STATUS={_line(fault)}")
        else:
            self._manager.tell("WATCHDOG=1", f"STATUS={_line(glass.why) or 'Art is on the glass'}")

    async def _outbox_answers(self) -> bool:
        try:
            async with asyncio.timeout(OUTBOX_LIMIT_S):
                await self._outbox()
        except TimeoutError:
            return False
        return True


def _line(text: str) -> str:
    return text[:1].upper() + text[1:].replace("\n", " ")
