"""One fetch, broken off."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from kiosk.sync import download
from kiosk.sync.cache import ImageCache
from tests.fakes.web import eventually


@pytest.mark.anyio
async def test_a_file_opened_after_the_fetch_was_cancelled_goes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk may hand out the temporary file when nobody waits for it any more: it is closed and deleted."""
    may_open, opened = threading.Event(), threading.Event()
    real = download._open_temporary
    files: list[Any] = []

    def slow(cache: ImageCache, sha256: str) -> Any:
        may_open.wait(60)
        files.append(real(cache, sha256))
        opened.set()
        return files[0]

    monkeypatch.setattr(download, "_open_temporary", slow)
    fetching = asyncio.get_running_loop().create_task(download._opened(ImageCache(tmp_path, max_bytes=1), "ab" * 32))
    await asyncio.sleep(0)
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    may_open.set()
    await eventually(opened.is_set)
    await eventually(lambda: files[0].file.closed and not files[0].path.exists())
