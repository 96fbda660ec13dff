"""The bundled server as a child of the display: started, fed its token, watched, started again with backoff.

The child reads its token from its standard input and ends when that pipe closes, so a killed display leaves no orphan.
It has a port of the kernel's choosing, which changes when it is started again.
"""

import asyncio
import json
import logging
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence

from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.storage.folder import DataFolder, is_locked

log = logging.getLogger(__name__)

START_LIMIT_S = 60.0
ADOPTED_LOOK_S = 1.0
STOP_LIMIT_S = 4.0


def kiosk_command() -> list[str]:
    """Return the command line that starts this program again, frozen or not."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "kiosk"]


class ServerChild:
    """One child at a time. `run` is supervised: it returns when the child has died, and is called again.

    `on_address(url, token)` is told where it answers; `failure` is what keeps it from coming up, in one line, or empty.
    """

    def __init__(
        self, *, folder: DataFolder, arguments: Sequence[str], clock: Clock, on_address: Callable[[str, str], None]
    ) -> None:
        self._token = secrets.token_urlsafe(32)
        self._folder = folder
        self._clock = clock
        self._arguments = list(arguments)
        self._on_address = on_address
        self._process: subprocess.Popen[bytes] | None = None
        self.failure = ""

    async def run(self) -> None:
        """Start the child and wait for its end; raise KioskError when it does not come up.

        A server somebody else runs on the folder is used instead for as long as it lives.
        """
        if is_locked(self._folder.server_dir / "server.lock"):
            await self._use_other()
            return
        process = self._start()
        try:
            line = await self._told_within_limit(process)
            self._on_address(self._address(line, process), self._token)
            self.failure = ""
            code = await asyncio.to_thread(process.wait)
            log.warning("the server child ended with code %s", code)
        finally:
            await asyncio.to_thread(self._end, process)

    def close(self) -> None:
        """Let the child end: close its pipe, wait, and kill it when it does not."""
        if self._process is not None:
            self._end(self._process)

    async def _use_other(self) -> None:
        lock, known = self._folder.server_dir / "server.lock", ""
        while is_locked(lock):
            try:
                endpoint = json.loads((self._folder.server_dir / "endpoint.json").read_bytes())
                if endpoint["url"] != known:
                    known = endpoint["url"]
                    self._on_address(known, endpoint["deviceToken"])
            except (OSError, ValueError, KeyError, TypeError):
                log.debug("the server on %s is starting or stopping", self._folder.root)
            await self._clock.sleep(ADOPTED_LOOK_S)

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own program, arguments made here
            [*kiosk_command(), "serve", "--child", "--json", "--data-dir", str(self._folder.root), *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._process = process
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"token": self._token}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            log.warning("the server child ended before it read its token")
        return process

    @staticmethod
    async def _told_within_limit(process: subprocess.Popen[bytes]) -> bytes:
        """Return the child's first line; empty when it ended, or said nothing for too long."""
        assert process.stdout is not None
        try:
            return await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), START_LIMIT_S)
        except TimeoutError:
            return b""

    def _address(self, line: bytes, process: subprocess.Popen[bytes]) -> str:
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError) as error:
            self.failure = "The wall's own server does not start; the log says why."
            raise KioskError(
                f"The server child did not come up (exit code {process.poll()}).", hint="Its message is just above."
            ) from error

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()
        except BrokenPipeError:
            log.debug("the server child was gone already")
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
