"""The bundled server as a child of the display: started, fed its token, watched, started again with backoff.

The child reads its token from its standard input and ends when that pipe closes, so a killed display leaves no orphan.
It has a port of the kernel's choosing, which changes when it is started again: `on_address` tells the new one.
"""

import asyncio
import json
import logging
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.domain.errors import KioskError

log = logging.getLogger(__name__)

START_LIMIT_S = 60.0
STOP_LIMIT_S = 4.0


def kiosk_command() -> list[str]:
    """Return the command line that starts this program again, frozen or not."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "kiosk"]


class ServerChild:
    """One child at a time. `run` is supervised: it returns when the child has died, and is called again."""

    def __init__(self, *, data_dir: Path, arguments: Sequence[str], on_address: Callable[[str], None]) -> None:
        self.token = secrets.token_urlsafe(32)
        self._data_dir = data_dir
        self._arguments = list(arguments)
        self._on_address = on_address
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    async def run(self) -> None:
        """Start the child and wait for its end; raise KioskError when it does not come up."""
        process = self._start()
        try:
            line = await asyncio.wait_for(asyncio.to_thread(self._first_line, process), START_LIMIT_S)
            self._on_address(self._address(line, process))
            code = await asyncio.to_thread(process.wait)
            log.warning("the server child ended with code %s", code)
        finally:
            await asyncio.to_thread(self._end, process)

    def close(self) -> None:
        """Let the child end: close its pipe, wait, and kill it when it does not."""
        if self._process is not None:
            self._end(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own program, arguments made here
            [*kiosk_command(), "serve", "--child", "--json", "--data-dir", str(self._data_dir), *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._process = process
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"token": self.token}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            log.warning("the server child ended before it read its token")
        return process

    @staticmethod
    def _first_line(process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        return process.stdout.readline()

    @staticmethod
    def _address(line: bytes, process: subprocess.Popen[bytes]) -> str:
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError) as error:
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
