"""The listening socket: where it is reached, and that replies leave at once."""

import socket
from pathlib import Path

import pytest

from kiosk.server.listening import UNACKNOWLEDGED_MAX_S, bind
from tests.server.harness import options_on


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:"), ("localhost", "http://localhost:"), ("0.0.0.0", "http://127.0.0.1:")],
)
def test_the_url_is_one_this_machine_reaches(tmp_path: Path, host: str, url: str) -> None:
    """Whatever it listens on, the URL names an address of this machine and the kernel's port."""
    with bind(options_on(tmp_path, host=host)) as listener:
        assert listener.url == f"{url}{listener.socket.getsockname()[1]}"
        address = listener.url.removeprefix("http://").rsplit(":", 1)
        with socket.create_connection((address[0], int(address[1]))):
            pass


def test_connections_send_without_delay(tmp_path: Path) -> None:
    """Accepted connections have TCP_NODELAY: no reply waits for an acknowledgement."""
    with bind(options_on(tmp_path)) as listener, socket.create_connection(listener.socket.getsockname()):
        connection, _ = listener.socket.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_peers_that_vanish_are_noticed(tmp_path: Path) -> None:
    """Accepted connections are probed when quiet, and end when what was sent stays unacknowledged."""
    with bind(options_on(tmp_path)) as listener, socket.create_connection(listener.socket.getsockname()):
        connection, _ = listener.socket.accept()
        with connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            for name, expected in (("TCP_KEEPIDLE", 30), ("TCP_USER_TIMEOUT", UNACKNOWLEDGED_MAX_S * 1_000)):
                assert connection.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == expected
