"""The listening process, as its display starts it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.audio.wire import Heard, Said, Standing, said_from
from tests.audio.songs import music, written

LIMIT_S = 60
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts listening processes, and ends what is left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def make(device: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "kiosk", "audio", "--child", "--device", device]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    yield make
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def lines(process: "subprocess.Popen[bytes]") -> Iterator[Said]:
    """What the process says; nothing else may be on its output."""
    assert process.stdout is not None
    return map(said_from, process.stdout)


def test_music_is_heard_and_only_the_record_leaves(start: Start, tmp_path: Path) -> None:
    """A file in the place of a microphone: its key and tempo are told, in lines of a few hundred bytes."""
    sound = written(tmp_path / "a.wav", music(2, minor=True, bpm=120, seconds=24))
    process = start(f"file@16:{sound}")
    said = lines(process)
    first = next(said)
    assert isinstance(first, Standing)
    assert (first.state, first.device) == ("listening", "a.wav")
    heard = next(each for each in said if isinstance(each, Heard))
    assert (heard.record["kind"], heard.record["key"], heard.record["mode"]) == ("music", "D", "minor")
    assert abs(heard.record["tempoBpm"] / 120 - 1) < 0.04
    assert heard.is_new
    assert len(str(heard)) < 1000


def test_a_crash_writes_no_sound(start: Start) -> None:
    """The process may leave no core file, in which its last seconds of sound would lie."""
    process = start("null:")
    next(lines(process))
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    (core,) = (line.split() for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core[4:6] == ["0", "0"]


def test_a_device_without_hardware_is_silent_and_ends_with_its_display(start: Start) -> None:
    """Digital silence is told as silence; when the display is gone, its pipe closes and the process ends at once."""
    process = start("null:")
    assert any(isinstance(each, Standing) and each.state == "silent" for each in lines(process))
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(LIMIT_S) == 0


def test_a_missing_device_is_told_with_its_name(start: Start) -> None:
    """It is told, and looked for, for as long as the display wishes."""
    process = start("Studio of the third floor")
    first = next(lines(process))
    assert isinstance(first, Standing)
    assert (first.state, first.device) == ("missing", "")
    assert "Studio of the third floor" in first.reason
    assert process.poll() is None


def test_the_list_of_microphones_is_an_object() -> None:
    """`--list` prints names and opens nothing."""
    done = subprocess.run([sys.executable, "-m", "kiosk", "audio", "--list"], capture_output=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    assert b'{"microphones": [' in done.stdout
