"""The display's side of listening: real processes, files in the place of microphones."""

import asyncio
import contextlib
import errno
import logging
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

from kiosk.app.audio_process import ListeningEnded, ListeningProcess
from kiosk.app.clock import SystemClock
from kiosk.app.listen_wish import ENABLED, ListenWish
from kiosk.app.listening import Listening
from kiosk.app.sound import Sound
from kiosk.app.supervisor import Supervisor, Task
from kiosk.audio.wire import Heard, Said, Standing, to_line
from tests.audio.songs import music, written

DEADLINE_S = 90
RECORD = {
    "durationS": 16.0,
    "tempoBpm": 92.0,
    "tempoConfidence": 0.9,
    "key": "D",
    "mode": "minor",
    "keyConfidence": 0.9,
    "loudnessDbfs": -20.0,
    "brightnessHz": 1000.0,
    "onsetsPerS": 2.0,
    "bands": {"low": 0.3, "mid": 0.4, "high": 0.3},
    "clippedRatio": 0.0,
    "silent": False,
    "kind": "music",
}

pytestmark = pytest.mark.timeout(300)


class Desk:
    """A supervised ear with its settings: `wish` is what the operator wants now, `told` what the wall was told."""

    def __init__(self, device: str, start: Callable[[str], ListeningProcess] = ListeningProcess) -> None:
        self.wish = ListenWish(device)
        self.told: list[Sound] = []
        self.new_music = 0
        self.listening = Listening(
            clock=SystemClock(),
            wish=lambda: self.wish,
            on_state=self.told.append,
            on_new_music=self._music,
            start=start,
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
    names = set()
    with contextlib.suppress(FileNotFoundError):
        for number in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                names.add(str(number.readlink()))
    return names


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
async def test_a_start_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    """Until its process has said something the wall is starting to listen; nothing is missing, told or logged."""
    caplog.set_level(logging.INFO, logger="kiosk.app.listening")
    async with running(Desk("null:")) as desk:
        await until(lambda: desk.state == "silent")
        assert [sound.state for sound in desk.told] == ["starting", "silent"]
    lines = [record.message for record in caplog.records if record.name == "kiosk.app.listening"]
    assert lines[0] == "listening: starting null:"
    assert not any("missing" in line for line in lines)


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
    desk.change(off_by=ENABLED)
    async with running(desk):
        for change in ({"off_by": ENABLED}, {"asleep": True}):
            desk.change(off_by="", asleep=False)
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
async def test_a_stopped_process_is_replaced_and_the_music_kept(song: Path) -> None:
    """One that says nothing any more, and cannot hear that it should end, is killed; another one listens."""
    started: list[ListeningProcess] = []

    def start(device: str) -> ListeningProcess:
        started.append(ListeningProcess(device))
        return started[-1]

    async with running(Desk(f"file@16:{song}", start)) as desk:
        await until(lambda: desk.listening.music() is not None)
        pid = started[0].pid
        started[0]._hangs_after_s = 2.0  # not sooner: how long a start takes is the machine's affair
        os.kill(pid, signal.SIGSTOP)
        await until(lambda: desk.listening.pid not in (pid, None))
        assert not is_there(pid)
        assert desk.listening.music() is not None
        await until(lambda: desk.state == "listening")
        reasons = [sound.reason for sound in desk.told if sound.state == "missing"]
        assert "The listening process has said nothing for 2 s. It is started again." in reasons


@pytest.mark.anyio
async def test_silence_counts_from_the_last_word() -> None:
    """However often it is asked, a process hangs only when it has said nothing for so long at a stretch."""
    process = ListeningProcess("", command=["cat"], hangs_after_s=0.2)
    try:
        assert process._process.stdin is not None
        assert await process.said(within_s=0.1) is None
        os.write(process._process.stdin.fileno(), to_line(Standing("silent", "cat")))
        assert await process.said(within_s=DEADLINE_S) == Standing("silent", "cat")
        assert await process.said(within_s=0.1) is None
        with pytest.raises(ListeningEnded, match="has said nothing"):
            await process.said(within_s=0.1)
    finally:
        await process.close()


class Puppets:
    """Processes that say what the test has them say: real ones, to be killed."""

    def __init__(self) -> None:
        self.started: list[ListeningProcess] = []

    def start(self, device: str) -> ListeningProcess:
        self.started.append(ListeningProcess(device, command=["cat"]))
        return self.started[-1]

    def say(self, said: Said) -> None:
        """Have the newest one's word at the display, not yet taken."""
        self.started[-1]._said.put_nowait(said)


@pytest.mark.anyio
async def test_what_was_on_its_way_when_the_wall_was_muted_is_not_taken() -> None:
    """New music, heard but not yet told, is neither told nor kept after a mute."""
    puppets = Puppets()
    async with running(Desk("", puppets.start)) as desk:
        await until(lambda: puppets.started)
        puppets.say(Heard(RECORD, is_new=True))
        desk.change(muted=True)
        await desk.listening.quiet()
        assert desk.new_music == 0
        assert desk.listening.sound == Sound("muted")
        assert desk.listening.music() is None


@pytest.mark.anyio
async def test_a_mute_taken_back_at_once_is_still_a_mute(caplog: pytest.LogCaptureFixture) -> None:
    """What was heard before is forgotten, the process that heard it is gone, and nobody takes its end for a fault."""
    puppets = Puppets()
    async with running(Desk("", puppets.start)) as desk:
        await until(lambda: puppets.started)
        puppets.say(Heard(RECORD))
        await until(lambda: desk.listening.music() is not None)
        pid = desk.listening.pid
        desk.change(muted=True)
        desk.change(muted=False)
        assert desk.listening.music() is None
        await until(lambda: desk.listening.pid not in (pid, None))
        assert not is_there(pid)
        assert desk.listening.music() is None
        assert desk.listening.sound.record is None
    assert "failed" not in caplog.text


@pytest.mark.anyio
async def test_another_device_is_another_process(song: Path) -> None:
    """A change of the setting ends the one and starts the other."""
    async with running(Desk("null:")) as desk:
        await until(lambda: desk.state == "silent")
        desk.change(device=f"file@16:{song}")
        await until(lambda: (desk.listening.sound.device, desk.state) == ("song.wav", "listening"))


@pytest.mark.anyio
async def test_a_process_that_cannot_be_started_keeps_nobody_waiting() -> None:
    """Where the machine has no room for one more process nothing listens, and who waits for that is answered."""

    def refuse(device: str) -> ListeningProcess:
        raise OSError(errno.EAGAIN, f"no process for {device!r}")

    desk = Desk("", refuse)
    with pytest.raises(OSError, match="no process"):
        await desk.listening.run()
    async with asyncio.timeout(DEADLINE_S):
        await desk.listening.quiet()
    assert not desk.listening.sound.is_open


def test_the_display_loads_nothing_that_hears() -> None:
    """Neither miniaudio nor capture nor analysis is imported by the display."""
    look = (
        "import sys, kiosk.app.bootstrap; "
        "print([m for m in sys.modules if m == 'miniaudio' or m.startswith('kiosk.audio.')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    loaded = set(eval(done.stdout))
    assert loaded == {f"kiosk.audio.{name}" for name in ("memory", "room", "wire")}
