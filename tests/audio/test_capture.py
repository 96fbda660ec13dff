"""Sources of sound: files in real time, a backend without hardware, what cannot be opened."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.app.clock import SystemClock
from kiosk.audio import capture
from kiosk.audio.capture import CHUNK, RATE_HZ, NoSource, Unopenable, open_source
from kiosk.audio.decode import decode
from kiosk.audio.formats import BadSound
from kiosk.audio.ring import Ring
from tests.audio.songs import ramp, written

LIMIT_S = 60.0
MONOTONIC = SystemClock().monotonic


def test_a_file_is_heard_from_its_beginning_again_and_again(tmp_path: Path) -> None:
    """Every sample comes, in order; after the last one the first."""
    sound = ramp(0.5)
    ring = Ring(10 * RATE_HZ)

    def hear(samples: NDArray[np.float32]) -> None:
        if ring.written <= 3 * len(sound):  # however late the source is closed, nothing is written over
            ring.write(samples)

    source = open_source(f"file@50:{written(tmp_path / 'a.wav', sound)}", hear, MONOTONIC)
    assert ring.wait_for(3 * len(sound), timeout_s=LIMIT_S)
    source.close()
    heard = ring.take(10 * RATE_HZ)[: 2 * len(sound)]
    assert source.name == "a.wav"
    assert np.abs(heard - np.tile(sound, 2)).max() < 1e-3


def test_a_file_takes_its_time(tmp_path: Path) -> None:
    """At its own pace one chunk comes each chunk's length, as from a microphone; nothing runs ahead."""
    looked: list[float] = []
    came: list[float] = []
    enough = threading.Event()

    def monotonic() -> float:
        looked.append(MONOTONIC())
        return looked[-1]

    def hear(samples: NDArray[np.float32]) -> None:
        came.append(MONOTONIC() - looked[0])  # it first looks at the clock when it begins
        if len(came) == 4:
            enough.set()

    source = open_source(f"file:{written(tmp_path / 'a.wav', ramp(2))}", hear, monotonic)
    assert enough.wait(LIMIT_S)
    source.close()
    assert all(at_s >= number * CHUNK / RATE_HZ - 0.001 for number, at_s in enumerate(came))


def test_a_closed_source_is_heard_no_more(tmp_path: Path) -> None:
    """When `close` has returned nothing more comes."""
    ring = Ring(RATE_HZ)
    source = open_source(f"file@8:{written(tmp_path / 'a.wav', ramp(1))}", ring.write, MONOTONIC)
    source.close()
    heard = ring.written
    assert not ring.wait_for(heard + 1, timeout_s=0.3)


def test_a_backend_without_hardware_gives_digital_silence() -> None:
    """Miniaudio's null backend is opened as a microphone would be, and all of it is exact zeros."""
    ring = Ring(RATE_HZ)
    source = open_source("null:", ring.write, MONOTONIC)
    assert ring.wait_for(RATE_HZ // 2, timeout_s=LIMIT_S)
    source.close()
    source.close()  # once more does no harm
    assert ring.zeros == ring.written
    heard = ring.written
    assert not ring.wait_for(heard + 1, timeout_s=0.5)


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\x24\x00\x00\x00WAVE"])
def test_a_file_without_sound_is_named(tmp_path: Path, content: bytes) -> None:
    """An empty, a foreign and a broken file give one clear line with their name."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(NoSource, match=r"a\.wav"):
        open_source(f"file:{path}", lambda samples: None, MONOTONIC)
    with pytest.raises(NoSource, match=r"missing\.wav"):
        open_source(f"file:{tmp_path / 'missing.wav'}", lambda samples: None, MONOTONIC)


def test_a_file_that_goes_away_gives_nothing_more(tmp_path: Path) -> None:
    """At its end it is not found again: its thread ends without a fault, and opening it anew says why."""
    path = written(tmp_path / "a.wav", ramp(0.3))
    before = set(threading.enumerate())
    source = open_source(f"file@50:{path}", lambda samples: None, MONOTONIC)
    path.unlink()
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT_S)
        assert not thread.is_alive()
    source.close()
    with pytest.raises(NoSource, match=r"a\.wav cannot be read: No such file"):
        open_source(f"file:{path}", lambda samples: None, MONOTONIC)


@pytest.mark.parametrize("name", ["missing.wav", "folder", "picture.mp3", "empty.wav", "bare.wav", "noise.flac"])
def test_a_file_is_refused_in_the_words_of_analyze(name: str, tmp_path: Path) -> None:
    """Listening to a file and analysing it say the same of one that cannot be read, and once."""
    contents = {
        "picture.mp3": b"\x89PNG\r\n\x1a\n" + bytes(2000),
        "empty.wav": b"",
        "bare.wav": b"RIFF\x24\x00\x00\x00WAVE",
        "noise.flac": b"fLaC" + bytes(range(256)),
    }
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name in contents:
        path.write_bytes(contents[name])
    with pytest.raises(BadSound) as analysing:
        decode(path)
    with pytest.raises(NoSource) as listening:
        open_source(f"file:{path}", lambda samples: None, MONOTONIC)
    assert str(listening.value) == str(analysing.value)
    assert str(listening.value).count(str(path)) == 1


def test_a_microphone_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is opened in its place: what is there is named."""
    with pytest.raises(NoSource, match="no microphone called Studio of the third floor"):
        open_source("Studio of the third floor", lambda samples: None, MONOTONIC)
    monkeypatch.setattr(capture, "microphones", lambda: [("USB Audio", None), ("Webcam", None)])
    with pytest.raises(NoSource, match="There are: USB Audio, Webcam"):
        open_source("Bluetooth", lambda samples: None, MONOTONIC)
    monkeypatch.setattr(capture, "microphones", list)
    with pytest.raises(NoSource, match="This machine has no microphone"):
        open_source("", lambda samples: None, MONOTONIC)


@pytest.mark.parametrize(
    ("device", "opened"),
    [("webcam", ("Webcam", "id 1")), ("USB", ("USB Audio", "id 0")), ("", ("the system's own", None))],
)
def test_the_microphone_that_is_meant_is_opened(
    device: str, opened: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own id is handed to the system; for an empty setting none is, so that the system chooses."""
    tried: list[tuple[str, object]] = []

    def refuse(name: str, device_id: object, hear: object) -> None:
        tried.append((name, device_id))
        raise Unopenable(f"The microphone ({name}) cannot be opened.")

    monkeypatch.setattr(capture, "microphones", lambda: [("USB Audio", "id 0"), ("Webcam", "id 1")])
    monkeypatch.setattr(capture, "Microphone", refuse)
    with pytest.raises(Unopenable):
        open_source(device, lambda samples: None, MONOTONIC)
    assert tried == [opened]
