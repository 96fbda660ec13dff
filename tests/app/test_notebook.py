"""The display's memory as it is written."""

import asyncio
import threading
from pathlib import Path

import pytest

from kiosk.app import notebook as notebook_module
from kiosk.app.memory import Memory, load_memory, save_memory
from kiosk.app.notebook import Notebook
from kiosk.storage.folder import DataFolder
from tests.playback.show import artwork


@pytest.mark.anyio
async def test_pieces_that_come_together_are_all_remembered(tmp_path: Path) -> None:
    """Two pieces of a diptych, and others on other screens, are on disk once all is written: no older state over it."""
    notebook = Notebook(DataFolder(tmp_path), Memory())
    for turn in range(20):
        await asyncio.gather(*(notebook.shown(artwork(f"{turn} {name}"), None) for name in "abcd"))
        assert load_memory(DataFolder(tmp_path)) == notebook.memory


@pytest.mark.anyio
async def test_a_hung_disk_holds_two_writes_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty pieces go by while a write hangs: one more waits, and the newest piece is what it writes."""
    begun: list[Memory] = []
    disk_works, hanging = threading.Event(), threading.Event()

    def save(folder: DataFolder, memory: Memory) -> None:
        begun.append(memory)
        hanging.set()
        assert disk_works.wait(timeout=60)
        save_memory(folder, memory)

    monkeypatch.setattr(notebook_module, "save_memory", save)
    notebook = Notebook(DataFolder(tmp_path), Memory())
    async with asyncio.TaskGroup() as tasks:
        notes = [tasks.create_task(notebook.shown(artwork("first"), None))]
        assert await asyncio.to_thread(hanging.wait, 60)
        notes += [tasks.create_task(notebook.shown(artwork(f"{turn}"), None)) for turn in range(20)]
        await asyncio.sleep(0)
        unfinished = sum(not note.done() for note in notes)
        disk_works.set()
    assert unfinished == 2
    assert len(begun) == 2
    assert load_memory(DataFolder(tmp_path)) == notebook.memory
