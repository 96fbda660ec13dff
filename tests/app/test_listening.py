"""The display's side of listening: real processes, files in the place of microphones."""

import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.app.audio_process import ListeningProcess
from kiosk.app.clock import SystemClock
from kiosk.app.listening import Listening, ListenWish
from kiosk.app.sound import Sound
from kiosk.app.supervisor import Supervisor, Task
from tests.audio.songs import music, written

DEADLINE_S = 60


class Desk:
    """A supervised ear with its settings: `wish` is what the operator wants now, `told` what the wall was told."""

    def __init__(self, device: str) -> None:
        self.wish = ListenWish(enabled=True, muted=False, asleep=False, device=device)
        self.told: list[Sound] = []
        self.new_music = 0
        self.listening = Listening(
            clock=SystemClock(), wish=lambda: self.wish, on_state=self.told.append, on_new_music=self._music
        )

    def _music(self) -> None:
        self.new_music += 1

    def change(self, **change: Any) -> None:
        """Let the operator change his mind."""
        self.wish = replace(self.wish, **change)
        self.listening.look_again()

    @property
    def state(self) -> str:
        """The state as the status tells it."""
        return self.listening.sound.state


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    """Keeps the desk's ear going, and ends it."""
    supervisor = Supervisor(SystemClock(), random.Random(1))
    supervisor.start(Task("listening", desk.listening.run))
    try:
        yield desk
    finally:
        await supervisor.stop()
    assert desk.listening.pid is None


async def until(condition: Callable[[], object]) -> None:
    """Waits for something to be so."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - processes tell in their own time
            await asyncio.sleep(0.01)


def opened_by(pid: int | None) -> set[str]:
    """The files a process holds open; none when it is gone."""
    try:
        return {str(number.readlink()) for number in Path(f"/proc/{pid}/fd").iterdir()}
    except FileNotFoundError:
        return set()


def is_there(pid: int | None) -> bool:
    """Whether the process is there at all, if only as one nobody has asked after."""
    return Path(f"/proc/{pid}").exists()


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of music in D minor."""
    return written(tmp_path_factory.mktemp("song") / "song.wav", music(2, minor=True, bpm=120, seconds=30))


@pytest.mark.anyio
async def test_what_plays_is_known_and_told(song: Path) -> None:
    """A piece is heard: its record is there for wishes, its beginning was told, and people read it in words."""
    async with running(Desk(f"file@16:{song}")) as desk:
        await until(lambda: desk.listening.music() is not None)
        heard = desk.listening.music()
        assert heard is not None
        assert (heard["kind"], heard["key"], heard["mode"]) == ("music", "D", "minor")
        assert desk.new_music == 1
        status = desk.listening.sound.as_json()
        assert (status["state"], status["device"], status["key"]) == ("listening", "song.wav", "D")
        assert status["text"].startswith("Listening to song.wav: music in D minor, ")


@pytest.mark.anyio
async def test_a_mute_closes_the_device(song: Path) -> None:
    """Muted, the process is ended at once; once quiet it is gone, its device with it, and what it heard."""
    async with running(Desk(f"file@16:{song}")) as desk:
        await until(lambda: desk.listening.music() is not None)
        pid = desk.listening.pid
        assert str(song) in opened_by(pid)
        desk.change(muted=True)
        await desk.listening.quiet()
        assert opened_by(pid) == set()
        assert not is_there(pid)
        assert desk.state == "muted"
        assert desk.listening.music() is None
        assert not desk.told[-1].is_open
        desk.change(muted=False)
        await until(lambda: desk.state == "listening")
        assert desk.listening.pid != pid


@pytest.mark.anyio
async def test_at_its_end_the_wall_does_not_listen_again(song: Path) -> None:
    """Ended, the device is closed whatever the settings say, and stays so."""
    async with running(Desk(f"file@16:{song}")) as desk:
        await until(lambda: desk.state == "listening")
        desk.listening.end()
        await desk.listening.quiet()
        assert desk.listening.pid is None
        desk.change(device="null:")
        assert desk.state == "off"
        assert desk.listening.pid is None


@pytest.mark.anyio
async def test_nothing_listens_while_off_or_asleep() -> None:
    """Switched off, or with the wall asleep so that nobody could see the mark, no process is there."""
    desk = Desk("null:")
    desk.change(enabled=False)
    async with running(desk):
        for change in ({"enabled": False}, {"asleep": True}):
            desk.change(enabled=True, asleep=False)
            await until(lambda: desk.listening.sound.is_open)
            pid = desk.listening.pid
            desk.change(**change)
            await desk.listening.quiet()
            assert not is_there(pid)
            assert desk.state == "off"


@pytest.mark.anyio
async def test_a_killed_process_is_replaced_and_the_music_kept(song: Path) -> None:
    """After a kill another process listens, and wishes made meanwhile still carry the music."""
    async with running(Desk(f"file@16:{song}")) as desk:
        await until(lambda: desk.listening.music() is not None)
        pid = desk.listening.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: desk.listening.pid not in (pid, None))
        assert desk.listening.music() is not None
        await until(lambda: desk.state == "listening")
        states = [sound.state for sound in desk.told]
        assert "missing" in states[states.index("listening") :]


@pytest.mark.anyio
async def test_another_device_is_another_process(song: Path) -> None:
    """A change of the setting ends the one and starts the other."""
    async with running(Desk("null:")) as desk:
        await until(lambda: desk.state == "silent")
        desk.change(device=f"file@16:{song}")
        await until(lambda: desk.listening.sound.device == "song.wav")
        assert desk.state == "listening"


@pytest.mark.anyio
async def test_a_process_that_cannot_be_started_keeps_nobody_waiting() -> None:
    """Where the machine has no room for one more process nothing listens, and who waits for that is answered."""

    def refuse(device: str) -> ListeningProcess:
        raise OSError(errno.EAGAIN, f"no process for {device!r}")

    desk = Desk("")
    listening = Listening(
        clock=SystemClock(),
        wish=lambda: desk.wish,
        on_state=desk.told.append,
        on_new_music=lambda: None,
        start=refuse,
    )
    with pytest.raises(OSError, match="no process"):
        await listening.run()
    async with asyncio.timeout(DEADLINE_S):
        await listening.quiet()
    assert not listening.sound.is_open


def test_the_display_loads_nothing_that_hears() -> None:
    """Neither miniaudio nor capture nor analysis is imported by the display."""
    look = (
        "import sys, kiosk.app.bootstrap; "
        "print([m for m in sys.modules if m == 'miniaudio' or m.startswith('kiosk.audio.')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    loaded = set(eval(done.stdout))
    assert loaded == {f"kiosk.audio.{name}" for name in ("memory", "room", "wire")}
