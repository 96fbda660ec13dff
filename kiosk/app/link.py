"""Which server this display talks to: a remote one from the settings, or a child of its own."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk.app.server_child import ServerChild
from kiosk.app.supervisor import Supervisor, Task
from kiosk.settings.model import Settings

log = logging.getLogger(__name__)

CHILD_ARGUMENTS = ("--host", "127.0.0.1", "--port", "0")


class ServerLink:
    """Knows the server's address. `on_move(url, token)` is told of the first one and of every new one.

    `addressed` is set once there is one: a child has none until it answers.
    """

    def __init__(self, settings: Settings, *, data_dir: Path, on_move: Callable[[str, str], None]) -> None:
        self._on_move = on_move
        self._url = settings.server.url
        self._token = settings.server.token
        self.addressed = asyncio.Event()
        self._child: ServerChild | None = None
        if not self._url:
            self._child = ServerChild(data_dir=data_dir, arguments=CHILD_ARGUMENTS, on_address=self._moved)
            self._token = self._child.token

    @property
    def address(self) -> tuple[str, str]:
        """The server's URL (empty while a child is starting) and the display's token."""
        return self._url, self._token

    def start(self, supervisor: Supervisor) -> None:
        """Start the child, or name the remote server."""
        if self._child is None:
            self._moved(self._url)
        else:
            supervisor.start(Task("server child", self._child.run))

    def close(self) -> None:
        """Let the child end, and wait for it."""
        if self._child is not None:
            self._child.close()

    def _moved(self, url: str) -> None:
        log.info("the server is at %s", url)
        self._url = url
        self._on_move(url, self._token)
        self.addressed.set()
