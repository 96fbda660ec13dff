"""DPMS for an X server that has none: Xvfb drives no panel, so it has no such extension, and no other server runs here.

A relay on a display name of its own passes everything on to a real X server, lists one extension more, and answers its
requests as xorg-server's `Xext/dpms.c` does. For each of them the real server gets a harmless request, so that sequence
numbers hold. It is for clients that speak little-endian and plain requests, as python-xlib does.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

MAJOR = 200
QUERY_EXTENSION, LIST_EXTENSIONS, GET_INPUT_FOCUS, NO_OPERATION = 98, 99, 43, 127
BAD_MATCH = 8
FIRST_TCP_PORT = 6000
SOCKETS = Path("/").joinpath("tmp", ".X11-unix")  # X's own, whatever TMPDIR says
PADDING = bytes(24)

Answer = Callable[[int, bytes], bytes]


@dataclass
class Panel:
    """The power state of the server's one panel, and every level it was forced to."""

    enabled: bool = True
    level: int = 0
    forced: list[int] = field(default_factory=list)

    def force(self, level: int) -> None:
        """What a person's `xset dpms force` does."""
        self.level = level
        self.forced.append(level)


@contextmanager
def dpms_server(display_name: str) -> Iterator[tuple[str, Panel]]:
    """Relay to the server of that name (":7"); yields the relay's own display name and the panel behind it."""
    panel = Panel()
    path = str(SOCKETS / f"X{display_name.lstrip(':')}")
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the kernel chooses among ports that lie above X's
        threading.Thread(target=_accept, args=(listener, path, panel), daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1] - FIRST_TCP_PORT}", panel
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, path: str, panel: Panel) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(path)
        connection = _Connection(client, server, panel)
        for work in (connection.requests, connection.replies):
            threading.Thread(target=connection.until_closed, args=(work,), daemon=True).start()


class _Connection:
    """One client's two directions, each on a thread."""

    def __init__(self, client: socket.socket, server: socket.socket, panel: Panel) -> None:
        self._client, self._server, self._panel = client, server, panel
        self._answers: dict[int, Answer] = {}
        self._open = 2
        self._closing = threading.Lock()

    def until_closed(self, work: Callable[[], None]) -> None:
        """Runs one direction to its end, which ends the other one."""
        with suppress(OSError, EOFError):
            work()
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._closing:
            self._open -= 1
            if not self._open:
                self._client.close()
                self._server.close()

    def requests(self) -> None:
        """Client to server: the greeting, then numbered requests."""
        hello = _exactly(self._client, 12)
        name, data = struct.unpack_from("<HH", hello, 6)
        self._server.sendall(hello + _exactly(self._client, -(-name // 4) * 4 + -(-data // 4) * 4))
        number = 0
        while True:
            head = _exactly(self._client, 4)
            opcode, minor, length = struct.unpack("<BBH", head)
            request = head + _exactly(self._client, 4 * length - 4)
            number = (number + 1) & 0xFFFF
            if opcode == QUERY_EXTENSION and request[8:12] == b"DPMS":
                self._answers[number] = lambda at, _: _reply(at, struct.pack("<BBBB20x", 1, MAJOR, 0, 0))
                request = _plain(GET_INPUT_FOCUS)
            elif opcode == LIST_EXTENSIONS:
                self._answers[number] = _with_dpms
            elif opcode == MAJOR:
                request = self._dpms(minor, request[4:], number)
            self._server.sendall(request)

    def replies(self) -> None:
        """Server to client: the greeting, then replies, errors and events."""
        hello = _exactly(self._server, 8)
        self._client.sendall(hello + _exactly(self._server, 4 * struct.unpack_from("<H", hello, 6)[0]))
        while True:
            message = _exactly(self._server, 32)
            kind, _, number, length = struct.unpack_from("<BBHI", message)
            if kind in {1, 35}:  # a reply, a generic event
                message += _exactly(self._server, 4 * length)
            if kind == 1 and number in self._answers:
                message = self._answers.pop(number)(number, message)
            self._client.sendall(message)

    def _dpms(self, minor: int, body: bytes, number: int) -> bytes:
        """Carry out one request of the extension; return what the real server gets in its place."""
        panel = self._panel
        match minor:
            case 0:
                answer = struct.pack("<HH20x", 1, 1)
            case 1:
                answer = struct.pack("<B23x", 1)
            case 2:
                answer = struct.pack("<HHH18x", 600, 600, 600)
            case 7:
                answer = struct.pack("<HB21x", panel.level, panel.enabled)
            case 6 if not panel.enabled:
                error = struct.pack("<BBHIHB21x", 0, BAD_MATCH, number, 0, minor, MAJOR)
                self._answers[number] = lambda at, _: error
                return _plain(GET_INPUT_FOCUS)
            case _:
                if minor in {4, 5}:
                    panel.enabled = minor == 4
                    panel.level = panel.level if panel.enabled else 0
                elif minor == 6:
                    panel.force(struct.unpack_from("<H", body)[0])
                return _plain(NO_OPERATION)
        self._answers[number] = lambda at, _: _reply(at, answer)
        return _plain(GET_INPUT_FOCUS)


def _plain(opcode: int) -> bytes:
    return struct.pack("<BBH", opcode, 0, 1)


def _reply(number: int, body: bytes) -> bytes:
    assert len(body) == len(PADDING)
    return struct.pack("<BBHI", 1, 0, number, 0) + body


def _with_dpms(number: int, reply: bytes) -> bytes:
    """The list of extensions with one more."""
    count, length = reply[1], struct.unpack_from("<I", reply, 4)[0]
    end, names = 32, []
    for _ in range(count):
        names.append(reply[end : end + 1 + reply[end]])
        end += 1 + reply[end]
    body = b"".join([*names, b"\x04DPMS"])
    body += bytes(-len(body) % 4)
    assert len(reply) == 32 + 4 * length
    return struct.pack("<BBHI24x", 1, count + 1, number, len(body) // 4) + body


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = source.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data
