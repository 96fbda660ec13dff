"""Servers of other makers for tests: each on a free loopback port, each gone with the run, however the run ends.

`postgres` and `redis` start theirs here. What they keep lies in a folder of its own directly under the system's folder
for temporary files: an unprivileged user does not get into that of a test.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

START_LIMIT_S = 30
END_LIMIT_S = 10
ASK_EVERY_S = 0.02
_keepers: list[socket.socket] = []  # of the ports that were given out


def free_port() -> int:
    """A port of the kernel's choosing, which nobody listens on, and which it gives to nobody else while the tests run.

    It stays bound here, so only who names it gets it, with SO_REUSEADDR, as servers do.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    _keepers.append(keeper)
    return int(keeper.getsockname()[1])


@contextmanager
def folder_of(user: str | None, prefix: str) -> Iterator[Path]:
    """A new folder that belongs to `user` (None: to whom the tests run as), gone with the block or with the tests.

    A shell waits for the end of a pipe that only we hold: should we be killed, it removes the folder.
    """
    with TemporaryDirectory(prefix=f"kiosk-{prefix}-", ignore_cleanup_errors=True) as name:
        remove = 'cat; until rm -rf -- "$0"; do sleep 0.2; done'  # again while a server that is ending writes there
        janitor = subprocess.Popen(["sh", "-c", remove, name], stdin=subprocess.PIPE, start_new_session=True)
        try:
            if user is not None:
                shutil.chown(name, user)
            yield Path(name)
        finally:
            janitor.kill()
            janitor.communicate()


def unprivileged(*preferred: str) -> str | None:
    """Who runs a server that refuses root: the first of `preferred` there is, or nobody; None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (*preferred, "nobody") if name in known)


@contextmanager
def daemon(
    command: Sequence[str | Path],
    *,
    folder: Path,
    user: str | None = None,
    stop: signal.Signals,
    answers: Callable[[], bool],
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in `folder` from when it answers until the block ends, which sends it `stop`.

    The kernel sends it `stop` too when the tests are killed.
    """
    log = folder / "log"
    rights = [] if user is None else [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    leash = ["setpriv", f"--pdeathsig={stop.name.removeprefix('SIG')}", *rights, "--"]
    with log.open("wb") as output:
        process = subprocess.Popen([*leash, *command], cwd=folder, stdout=output, stderr=output)
    try:
        for _ in range(int(START_LIMIT_S / ASK_EVERY_S)):
            if answers():
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(ASK_EVERY_S)
                pytest.fail(f"{command[0]} ended at once: {log.read_text()}")
        else:
            pytest.fail(f"{command[0]} did not answer within {START_LIMIT_S} s: {log.read_text()}")
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
