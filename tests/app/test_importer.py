"""Which files are meant by paths, and that each gets an answer."""

import os
from pathlib import Path

import pytest

from kiosk.app.importer import Wishes, files_in, import_pictures
from kiosk.sync.client import ApiClient


def test_files_as_named_folders_with_all_in_them(tmp_path: Path) -> None:
    """Order is kept, folders go by name, hidden entries are left out, nothing comes twice, missing files are kept."""
    show = tmp_path / "show"
    (show / "deep").mkdir(parents=True)
    (show / ".hidden").mkdir()
    for name in ("b.png", "a.jpg", "deep/c.webp", ".DS_Store", ".hidden/d.png"):
        (show / name).write_bytes(b"")
    missing = tmp_path / "missing.png"
    found = files_in([missing, show, show / "a.jpg"])
    assert found == [missing, show / "a.jpg", show / "b.png", show / "deep" / "c.webp"]


@pytest.mark.anyio
async def test_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    """Reading what is no regular file could take for ever: it is answered without."""
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    async with ApiClient("http://127.0.0.1:1", "token") as client:
        results = [result async for result in import_pictures(client, [pipe, Path(os.devnull)], Wishes())]
    assert [result.outcome for result in results] == ["refused", "refused"]
