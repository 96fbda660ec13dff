"""The display's memory as it is written."""

import asyncio
from pathlib import Path

import pytest

from kiosk.app.memory import Memory, load_memory
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
