"""The data folder: locks, atomic writes, faults in one clear line."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.errors import AlreadyRunning, DataFolderError
from kiosk.storage.folder import DataFolder, exclusive_lock, is_locked, write_atomically

HOLDER = """
import sys
from pathlib import Path
from kiosk.storage.folder import exclusive_lock
with exclusive_lock(Path(sys.argv[1]), held_by="a display"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_keeps_another_process_out_and_dies_with_its_holder(tmp_path: Path) -> None:
    """While a process holds the lock a second one is refused by name and pid; after kill -9 it is free."""
    path = tmp_path / "display.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(path)
        with (
            pytest.raises(AlreadyRunning, match=f"a display .process {holder.pid}"),
            exclusive_lock(path, held_by="a display"),
        ):
            pytest.fail("two holders of one lock")
        holder.kill()
        holder.wait()
    assert not is_locked(path)
    with exclusive_lock(path, held_by="a display"):
        assert is_locked(path)


def test_a_write_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failing write leaves the old file and no litter."""
    target = tmp_path / "state.json"
    write_atomically(target, b"old")
    target.chmod(0o600)
    with pytest.raises(TypeError):
        write_atomically(target, "text instead of bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]
    write_atomically(target, b"new", mode=0o640)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o640)


def test_a_folder_that_is_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    """A data folder that cannot be one gets a clear error with what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="cannot be written") as caught:
        DataFolder(tmp_path / "file").ensure_writable()
    assert "--data-dir" in caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_folder_on_a_read_only_place_is_said() -> None:
    """/proc takes no files, from anybody."""
    with pytest.raises(DataFolderError):
        DataFolder(Path("/proc/kiosk")).ensure_writable()
