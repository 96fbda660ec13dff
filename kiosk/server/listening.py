"""The listening socket and uvicorn on it, with our own way of starting and stopping.

Calls can get at the connection they came by (`transport_of`): streams write to it, and end it when it is dead.
Who takes for ever to send a request is cut off: `HEAD_MAX_S` for its head, and a body has to come on; nothing limits
how long the reply then takes.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import h11
import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from kiosk.domain.errors import KioskError
from kiosk.server.options import ServerOptions

GRACE_S = 2
BACKLOG = 2_048
HEAD_MAX_S = 10.0  # from the connection, or the end of the last reply, to the end of a request's head
BODY_LOOK_EVERY_S = 30.0
BODY_MIN_BYTES = 16 * 1024  # in that time, while a body is not complete
# A peer that vanished without a word is noticed: by what it does not acknowledge, or, when all is quiet, by probes.
UNACKNOWLEDGED_MAX_S = 30
_LIVENESS = {
    "TCP_KEEPIDLE": 30,
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": UNACKNOWLEDGED_MAX_S * 1_000,
}
_TRANSPORT = "transport"
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - told from, not bound to


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket and the URL under which this machine reaches it."""

    socket: socket.socket
    url: str


@contextmanager
def bind(options: ServerOptions) -> Iterator[Listener]:
    """Yield a listening socket; KioskError with one clear line when host or port cannot be used."""
    try:
        family = socket.getaddrinfo(options.host or None, options.port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.create_server((options.host, options.port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        raise KioskError(
            f"The server cannot listen on {options.host} port {options.port}:"
            f" {getattr(error, 'strerror', None) or error}.",
            hint="Name an address of this machine with --host, 127.0.0.1 for programs on it only."
            if isinstance(error, socket.gaierror | UnicodeError)
            else "Another program may use this port: name another with --port, or 0 for any free one.",
            code="cannot_listen",
        ) from error
    with bound:
        # Inherited by every connection. asyncio sets it only on sockets made with an explicit protocol number; without
        # it a reply's head waits 40 ms for the client's delayed acknowledgement before its body goes out.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _LIVENESS.items():
            if hasattr(socket, name):  # not every system has each
                bound.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        port = bound.getsockname()[1]
        host = _WILDCARDS.get(options.host, options.host)
        yield Listener(bound, f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


class Connection(H11Protocol):
    """A connection that tells the calls which come by it where its other end is, and that waits for no one for ever."""

    _awaited: type[h11.IDLE | h11.SEND_BODY] | None = None  # a head, or a body
    _timer: asyncio.TimerHandle | None = None
    _received_bytes = 0  # since the timer was set

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Leave the transport where `transport_of` looks, and begin to wait for a request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._received_bytes += len(data)
        super().data_received(data)

    def handle_events(self) -> None:
        """Do with what came, or waited for its turn, what can be done; then wait for what is missing."""
        super().handle_events()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        self._await(None)

    def _wait(self) -> None:
        """Set a limit for what comes next, unless it is what we wait for already."""
        state = self.conn.their_state
        awaited = state if state in {h11.IDLE, h11.SEND_BODY} else None
        if awaited is not self._awaited:
            self._await(awaited)

    def _await(self, awaited: type[h11.IDLE | h11.SEND_BODY] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._awaited, self._timer, self._received_bytes = awaited, None, 0
        if awaited is h11.IDLE:
            self._timer = self.loop.call_later(HEAD_MAX_S, self.transport.close)
        elif awaited is h11.SEND_BODY:
            self._timer = self.loop.call_later(BODY_LOOK_EVERY_S, self._look_at_body)

    def _look_at_body(self) -> None:
        """End a connection whose body does not come on, unless it is us who do not read."""
        if self._received_bytes >= BODY_MIN_BYTES or self.flow.read_paused:
            self._await(h11.SEND_BODY)
        else:
            self.transport.close()


def transport_of(scope: Scope) -> asyncio.WriteTransport | None:
    """Return the connection a call came by, or None when it did not come by one of ours."""
    transport: asyncio.WriteTransport | None = scope.get("state", {}).get(_TRANSPORT)
    return transport


class Server(uvicorn.Server):
    """A uvicorn server that tells when it answers, and leaves signals to `main`."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        self._on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    def stop(self) -> None:
        """Ask for a stop; requests under way have `GRACE_S`."""
        self.should_exit = True


def make_server(app: ASGIApp, *, on_started: Callable[[], None], trusted_proxy: str = "") -> Server:
    """Return a server for the app; `on_started` is called once it answers.

    What `trusted_proxy` (addresses or networks, `*` for any) says about a client's address and scheme is believed.
    """
    config = uvicorn.Config(
        app,
        http=Connection,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxy),
        forwarded_allow_ips=trusted_proxy,
        timeout_graceful_shutdown=GRACE_S,
        backlog=BACKLOG,
    )
    return Server(config, on_started)
