"""The display's end of the listening process: starts it, brings home what it says, ends it. And the list of devices.

One process listens to one device: another device is another process, and without a process nothing listens. Nothing
that hears is imported here; `kiosk.audio.child` is the other end.
"""

import asyncio
import contextlib
import logging
import subprocess
import threading
from collections.abc import Sequence
from json import loads

from kiosk.app.server_child import kiosk_command
from kiosk.audio.wire import SAYS_EVERY_S, Said, said_from
from kiosk.domain.errors import KioskError

log = logging.getLogger(__name__)

HANGS_AFTER_S = 3 * SAYS_EVERY_S
LIST_LIMIT_S = 15.0


class ListeningEnded(KioskError):
    """The listening process is gone, though nobody here ended it; or it hangs, and has to be ended."""

    code = "listening_ended"


class ListeningProcess:
    """A process that listens from now on. Used on the loop's thread; a thread of its own reads what it says.

    It hangs when it has said nothing for `hangs_after_s` of waiting: a device, a sound server or the machine holds it.
    """

    def __init__(
        self, device: str, *, command: Sequence[str] | None = None, hangs_after_s: float = HANGS_AFTER_S
    ) -> None:
        words = command if command is not None else [*kiosk_command(), "audio", "--child", "--device", device]
        self._loop = asyncio.get_running_loop()
        self._hangs_after_s = hangs_after_s
        self._waited_s = 0.0
        self._said: asyncio.Queue[Said | None] = asyncio.Queue()
        self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments made here
            list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True, name="listening")
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    async def said(self, *, within_s: float) -> Said | None:
        """Return the next thing it says, None when it says nothing for so long.

        Raises ListeningEnded when it has died or hangs. Only waiting counts as its silence: a display that was stopped
        itself, or a machine that slept, has no reason to blame it.
        """
        try:
            said = await asyncio.wait_for(self._said.get(), within_s)
        except TimeoutError:
            self._waited_s += within_s
            if self._waited_s >= self._hangs_after_s:
                raise ListeningEnded(f"The listening process has said nothing for {self._waited_s:.0f} s.") from None
            return None
        self._waited_s = 0.0
        if said is None:
            raise ListeningEnded(
                f"The listening process ended (exit code {await asyncio.to_thread(self._process.wait)})."
            )
        return said

    def kill(self) -> None:
        """End it now, and with it all that it holds open."""
        self._process.kill()

    async def close(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        await asyncio.to_thread(self._bury)

    def _bury(self) -> None:
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._bring(said_from(line))
            except ValueError as error:
                log.warning("the listening process spoke nonsense: %s", error)
        self._bring(None)

    def _bring(self, said: Said | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits there
            self._loop.call_soon_threadsafe(self._said.put_nowait, said)


def list_microphones() -> tuple[str, ...]:
    """Return the names of this machine's microphones, asked of a short process; raises KioskError. Blocks."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [*kiosk_command(), "audio", "--list"], capture_output=True, timeout=LIST_LIMIT_S, check=True
        )
        names = loads(done.stdout)["microphones"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise KioskError(f"The microphones could not be listed: {error}.", code="no_microphone") from error
    return tuple(map(str, names))
