"""Redis for tests: Debian's redis-server, which keeps nothing on the disk."""

import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.server.daemons import daemon, folder_of, free_port


@contextmanager
def running_redis(port: int = 0) -> Iterator[str]:
    """Run a server on `port` (0: a free one); yields its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is not installed; python3 make.py test installs it")
    port = port or free_port()
    options = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no", "daemonize": "no"}
    command = [program, *(word for name, value in options.items() for word in (f"--{name}", value))]
    with (
        folder_of(None, "redis") as folder,
        daemon(command, folder=folder, stop=signal.SIGKILL, answers=lambda: _answers(port)),
    ):
        yield f"redis://127.0.0.1:{port}/0"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
