"""The door for local commands."""

import asyncio
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kiosk.app.control import LINE_MAX, control_socket
from kiosk.cli.display_client import ask_display
from kiosk.domain.errors import KioskError, NotRunning
from kiosk.storage.folder import DataFolder


async def echo(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer with what was asked."""
    return {"value": request.get("value")}


async def refuse(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say no."""
    raise KioskError("Not now.", hint="Later.", code="busy")


async def fail(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have a bug."""
    raise ZeroDivisionError


HANDLERS = {"echo": echo, "refuse": refuse, "fail": fail}


@pytest.mark.anyio
async def test_a_command_reaches_the_display_and_back(tmp_path: Path) -> None:
    """Arguments go in, the result comes out; afterwards nothing runs there."""
    folder = DataFolder(tmp_path)
    async with control_socket(folder, HANDLERS) as path:
        assert await asyncio.to_thread(ask_display, folder, "echo", value=[1, "ä"]) == {"value": [1, "ä"]}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NotRunning, match="No display is running"):
        await asyncio.to_thread(ask_display, folder, "echo")


@pytest.mark.anyio
async def test_a_no_and_a_fault_come_back_as_one_line(tmp_path: Path) -> None:
    """A KioskError keeps its words and code; a bug of ours says that it is one; an unknown command is named."""
    folder = DataFolder(tmp_path)
    async with control_socket(folder, HANDLERS):
        with pytest.raises(KioskError, match=r"Not now\. Later\.") as caught:
            await asyncio.to_thread(ask_display, folder, "refuse")
        assert caught.value.code == "busy"
        with pytest.raises(KioskError, match="failed at fail"):
            await asyncio.to_thread(ask_display, folder, "fail")
        with pytest.raises(KioskError, match="does not know this command"):
            await asyncio.to_thread(ask_display, folder, "dance")


@pytest.mark.anyio
@pytest.mark.parametrize("noise", [b"", b"\n", b"null\n", b"\xff\xfe\n", b"x" * (LINE_MAX + 10) + b"\n"])
async def test_noise_does_not_close_the_door(tmp_path: Path, noise: bytes) -> None:
    """Whatever comes in, the next command is answered."""
    folder = DataFolder(tmp_path)
    async with control_socket(folder, HANDLERS):
        address = json.loads(folder.display_file.read_bytes())["socket"]
        reader, writer = await asyncio.open_unix_connection(address)
        writer.write(noise)
        writer.write_eof()
        await reader.read()
        writer.close()
        assert await asyncio.to_thread(ask_display, folder, "echo", value=1) == {"value": 1}
