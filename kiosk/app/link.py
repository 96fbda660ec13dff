"""Which server this display talks to: a remote one from the settings, or a child of its own."""

import asyncio
import logging
from collections.abc import Callable

from kiosk.app.server_child import ServerChild
from kiosk.app.supervisor import Supervisor, Task
from kiosk.domain.ports import Clock
from kiosk.settings.model import Settings
from kiosk.storage.folder import DataFolder

log = logging.getLogger(__name__)

CHILD_ARGUMENTS = ("--host", "127.0.0.1", "--port", "0")
MAKES_NOTHING = "--no-warm-up"


def child_arguments(settings: Settings) -> tuple[str, ...]:
    """Return what the child is started with; a wall that makes nothing of its own accord keeps no renderer ready."""
    return CHILD_ARGUMENTS if settings.generate.enabled else (*CHILD_ARGUMENTS, MAKES_NOTHING)


class ServerLink:
    """Knows the server's address. `on_move(url, token)` is told of the first one and of every new one.

    `address` is (URL, the display's token), empty while a child is starting; `addressed` is set once there is one.
    """

    def __init__(
        self, settings: Settings, *, folder: DataFolder, clock: Clock, on_move: Callable[[str, str], None]
    ) -> None:
        self._on_move = on_move
        self._remote = (settings.server.url, settings.server.token) if settings.server.url else None
        self._child = ServerChild(
            folder=folder, arguments=child_arguments(settings), clock=clock, on_address=self._moved
        )
        self.address = ("", "")
        self.addressed = asyncio.Event()

    @property
    def failure(self) -> str:
        """What keeps the wall's own server from coming up, in one line, or nothing."""
        return self._child.failure

    def start(self, supervisor: Supervisor) -> None:
        """Name the remote server, or start the child."""
        if self._remote is not None:
            self._moved(*self._remote)
        else:
            supervisor.start(Task("server child", self._child.run))

    def close(self) -> None:
        """Let the child end, and wait for it."""
        self._child.close()

    def _moved(self, url: str, token: str) -> None:
        log.info("the server is at %s", url)
        self.address = (url, token)
        self._on_move(url, token)
        self.addressed.set()
