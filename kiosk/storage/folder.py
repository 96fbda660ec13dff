"""The layout of a data folder, checked for writing, and the locks that keep a second process out of it.

DIR/settings.toml            the operator's settings
DIR/display.lock             held by the running display;  display.json tells where its control socket is
DIR/outbox.db                impressions not yet acknowledged, and the books
DIR/state.json               what the display remembers between starts (last piece, operator lock-out)
DIR/opening.json             what the next start will most likely show first, to be printed at once
DIR/cache/                   images by content hash; safe to empty at any moment
DIR/server/                  everything of the server: server.lock, endpoint.json, kiosk.db, images/
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.errors import AlreadyRunning, DataFolderError


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths inside one data folder; creating the value touches nothing."""

    root: Path

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.toml"

    @property
    def display_lock(self) -> Path:
        return self.root / "display.lock"

    @property
    def display_file(self) -> Path:
        return self.root / "display.json"

    @property
    def outbox_file(self) -> Path:
        return self.root / "outbox.db"

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def opening_file(self) -> Path:
        return self.root / "opening.json"

    @property
    def cache_dir(self) -> Path:
        return self.root / "cache"

    @property
    def server_dir(self) -> Path:
        return self.root / "server"

    def ensure_writable(self) -> None:
        """Create the folder and write a probe file in it; raise DataFolderError in one clear line when that fails."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root) as probe:
                probe.write(b"kiosk" * 820)
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.root} cannot be written: {error.strerror or error}.",
                hint="Free some space, mend its permissions, or name another folder with --data-dir.",
            ) from error


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` by `data`: all of it or none, on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def exclusive_lock(path: Path, *, held_by: str) -> Iterator[None]:
    """Hold `path` as a lock for the life of the block; raise AlreadyRunning when another process has it.

    `held_by` names the holder in the message ("a display", "a server"). The kernel frees the lock when the process
    ends, however it ends, so a stale file never locks anybody out.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataFolderError(
            f"The data folder {path.parent} cannot be written: {error.strerror or error}.",
            hint="Mend its permissions or name another folder with --data-dir.",
        ) from error
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(
                f"The data folder {path.parent} is in use by {held_by} (process {_pid_in(fd)}).",
                hint="Stop it first, or name another folder with --data-dir.",
            ) from error
        os.truncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(fd)


def is_locked(path: Path) -> bool:
    """Tell whether a living process holds the lock at `path`."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _pid_in(fd: int) -> str:
    return os.pread(fd, 32, 0).decode(errors="replace").strip() or "unknown"
