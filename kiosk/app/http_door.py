"""The display's door for commands over the network: closed unless the operator gave it a port and a token.

It answers on a thread with a loop of its own, so that no caller ever holds up the wall; a command goes over to the
display's loop, to the handlers of the control socket, and its answer comes back. Counterparts: `control.py` for this
machine alone, `http_calls.py` for what the calls are.
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.app.control import Handler, Request
from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.settings.model import Settings

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 15.0
CALL_LIMIT_S = 10.0
STOP_LIMIT_S = 4.0
BACKLOG = 64
CLOSED = (
    "Port {port} for commands stays closed: it has no token."
    " Set one with `kiosk settings set display.http_token WORD`, or display.http_port to 0."
)
CANNOT_LISTEN = (
    "Commands cannot be taken on {address} port {port}: {reason}."
    " Give display.http_port another port, or display.http_address an address of this machine."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the operator wants commands to be taken: port 0 is nowhere; `address` in figures; `token` what is shown."""

    port: int
    address: str
    token: str


def http_wish(settings: Settings) -> Wish:
    """Return what these settings ask for."""
    display = settings.display
    return Wish(display.http_port, display.http_address, display.http_token)


class HttpDoor:
    """Opens, moves and closes the door as `wish` says. Used on the display's loop; `run` is supervised.

    `fault` is why the door is closed though it should be open, or empty.
    """

    def __init__(self, commands: Mapping[str, Handler], *, wish: Callable[[], Wish], clock: Clock) -> None:
        self.fault = ""
        self._commands = commands
        self._wish = wish
        self._clock = clock
        self._now = Wish(0, "", "")
        self._serving: _Serving | None = None
        self._changed = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that is open, 0 for none."""
        return self._serving.port if self._serving is not None else 0

    def look_again(self) -> None:
        """Hear that the settings have changed."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the door as it is wished, until cancelled; a port that could not be had is tried again."""
        try:
            while True:
                self._changed.clear()
                await self._follow(self._wish())
                try:
                    await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN_S)
                except TimeoutError:
                    continue
        finally:
            await self._close()

    async def _follow(self, wish: Wish) -> None:
        before, self._now = self._now, wish
        wanted = bool(wish.port and wish.token)
        moved = (before.port, before.address) != (wish.port, wish.address)
        if self._serving is not None and (moved or not wanted or not self._serving.alive):
            await self._close()
        if wish.port and not wish.token:
            self._say_fault(CLOSED.format(port=wish.port))
        elif not wanted:
            self.fault = ""
        elif self._serving is None:
            self._open(wish)

    def _open(self, wish: Wish) -> None:
        try:
            bound = _bind(wish)
        except OSError as error:
            reason = error.strerror or str(error)
            self._say_fault(CANNOT_LISTEN.format(address=wish.address, port=wish.port, reason=reason))
            return
        self._serving = _Serving(bound, self._call(asyncio.get_running_loop()), lambda: self._now.token, self._clock)
        self.fault = ""
        log.info("commands are taken on %s port %d", wish.address, self._serving.port)

    async def _close(self) -> None:
        serving = self._serving
        if serving is not None:
            await asyncio.to_thread(serving.stop)
            self._serving = None
            log.info("commands are no longer taken on port %d", serving.port)

    def _say_fault(self, fault: str) -> None:
        if fault != self.fault:
            log.warning("%s", fault)
        self.fault = fault

    def _call(self, loop: asyncio.AbstractEventLoop) -> Callable[[str, Mapping[str, Any]], Any]:
        """Return what brings a command from the other loop to ours and its answer back."""

        async def call(command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
            future = asyncio.run_coroutine_threadsafe(self._do({"command": command, **arguments}), loop)
            try:
                return await asyncio.wait_for(asyncio.wrap_future(future), CALL_LIMIT_S)
            except TimeoutError:
                raise KioskError(f"The wall did not answer within {CALL_LIMIT_S:.0f} s.", code="busy") from None

        return call

    async def _do(self, request: Request) -> Mapping[str, Any]:
        return await self._commands[request["command"]](request)


def _bind(wish: Wish) -> socket.socket:
    family = socket.AF_INET6 if ":" in wish.address else socket.AF_INET
    bound = socket.create_server((wish.address, wish.port), family=family, backlog=BACKLOG)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


class _Serving:
    """One open port: its socket, its thread, the server on it."""

    def __init__(self, bound: socket.socket, call: Callable[..., Any], token: Callable[[], str], clock: Clock) -> None:
        # A wall that takes no commands over the network loads no HTTP server.
        from kiosk.app.http_calls import make_app  # noqa: PLC0415 - as said
        from kiosk.server.listening import make_server  # noqa: PLC0415 - as said

        self.port: int = bound.getsockname()[1]
        self._bound = bound
        self._server = make_server(make_app(call, token=token, clock=clock), on_started=lambda: None)
        self._thread = threading.Thread(target=self._serve, name="http door", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """True while it answers."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it; calls under way have two seconds."""
        self._server.stop()
        self._thread.join(STOP_LIMIT_S)

    def _serve(self) -> None:
        with self._bound:
            try:
                asyncio.run(self._server.serve(sockets=[self._bound]))
            except Exception:
                log.exception("the port for commands failed")
