"""What outlives a start."""

from pathlib import Path

import pytest

from kiosk.app.memory import SHOWN_MAX, Memory, load_memory, save_memory
from kiosk.domain.artworks import Reason
from kiosk.storage.folder import DataFolder
from tests.playback.show import artwork


def test_memory_survives_a_restart(tmp_path: Path) -> None:
    """Last piece (a demo piece stays one), shown ids, session and lock-out come back as they were."""
    folder = DataFolder(tmp_path)
    memory = Memory(lockout={"failures": 3}).showing(artwork("a"), "s1").showing(artwork("b", Reason.DEMO), "s2")
    save_memory(folder, memory)
    assert load_memory(folder) == memory
    assert memory.shown == ("a", "b")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"last": {"id": 1}}', b'{"shown": 5}', b"\xff\xfe"])
def test_a_broken_memory_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    """Whatever lies in the file, the wall starts."""
    folder = DataFolder(tmp_path)
    folder.state_file.write_bytes(content)
    assert load_memory(folder) == Memory()


def test_memory_is_bounded() -> None:
    """It keeps the newest ids only."""
    memory = Memory()
    for index in range(SHOWN_MAX + 10):
        memory = memory.showing(artwork(str(index)), None)
    assert len(memory.shown) == SHOWN_MAX
    assert memory.shown[-1] == str(SHOWN_MAX + 9)
