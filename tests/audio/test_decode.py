"""Sound files: the four formats, two channels to one, and one clear line for whatever is no sound."""

import os
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from kiosk.audio import decode as decoding
from kiosk.audio.decode import RATE_HZ, decode
from kiosk.audio.formats import LARGEST_BYTES, BadSound
from tests.audio import sounds

DATA = Path(__file__).parent / "data"


def written(path: Path, channels: list[sounds.Samples], rate_hz: int = RATE_HZ) -> Path:
    """A WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.stack(channels, axis=1) * 32_767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("name", ["tone.flac", "tone.mp3", "tone.ogg"])
def test_formats(name: str, tmp_path: Path) -> None:
    """FLAC, MP3 and Ogg Vorbis give the two seconds of 440 Hz that are in them, under whatever name."""
    misnamed = tmp_path / "tone.txt"
    misnamed.write_bytes((DATA / name).read_bytes())
    for path in (DATA / name, misnamed):
        sound = decode(path)
        assert sound.duration_s == pytest.approx(2, abs=0.1)
        spectrum = np.abs(np.fft.rfft(sound.samples[:RATE_HZ]))
        assert int(np.argmax(spectrum)) == pytest.approx(440, abs=1)
        assert np.abs(sound.samples).max() == pytest.approx(0.3, abs=0.03)


def test_wave_files_of_other_rates(tmp_path: Path) -> None:
    """A WAV file of 8 kHz comes at 44.1 kHz and lasts as long."""
    path = written(tmp_path / "telephone.wav", [sounds.tones({440: 0.4}, seconds=2)[::2]], rate_hz=22_050)
    sound = decode(path)
    assert sound.duration_s == pytest.approx(2, abs=0.01)
    assert len(sound.samples) == pytest.approx(2 * RATE_HZ, abs=0.01 * RATE_HZ)


def test_channels_that_cancel_out(tmp_path: Path) -> None:
    """Stereo out of phase is heard and not taken for silence."""
    tone = sounds.tones({440: 0.4}, seconds=1)
    sound = decode(written(tmp_path / "opposed.wav", [tone, -tone]))
    assert np.abs(sound.samples).max() == pytest.approx(0.4, abs=0.01)


def test_long_files_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first part is kept; the duration is the whole file's."""
    monkeypatch.setattr(decoding, "KEPT_S", 1.5)
    sound = decode(written(tmp_path / "long.wav", [sounds.tones({440: 0.4}, seconds=4)]))
    assert len(sound.samples) == round(1.5 * RATE_HZ)
    assert sound.duration_s == pytest.approx(4)


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    """A missing or empty file, a folder, a picture called .wav, a pipe, a bare header: each is refused by its name."""
    empty, picture, header, pipe = (tmp_path / name for name in ("empty.wav", "picture.wav", "header.flac", "pipe"))
    empty.touch()
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    header.write_bytes(b"fLaC" + np.random.default_rng(1).bytes(2000))
    os.mkfifo(pipe)
    for path in (tmp_path / "missing.wav", tmp_path, empty, picture, header, pipe):
        with pytest.raises(BadSound, match=path.name):
            decode(path)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A name of bytes that are no UTF-8 gives one clear line, no traceback."""
    path = written(tmp_path / "tone.wav", [sounds.tones({440: 0.4}, seconds=0.1)])
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.wav"))
    path.rename(odd)
    with pytest.raises(BadSound, match="name"):
        decode(odd)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    """A file over 2 GiB is refused before anything of it is decoded."""
    path = written(tmp_path / "huge.wav", [sounds.tones({440: 0.4}, seconds=0.1)])
    os.truncate(path, LARGEST_BYTES + 1)
    with pytest.raises(BadSound, match="2 GiB"):
        decode(path)


@pytest.mark.parametrize("name", ["tone.flac", "tone.mp3", "tone.ogg"])
def test_damaged_files_end_well(name: str, tmp_path: Path) -> None:
    """A file with bytes changed or missing is decoded as far as it goes, or refused; nothing else comes of it."""
    random = np.random.default_rng(1)
    whole = (DATA / name).read_bytes()
    path = tmp_path / name
    for _ in range(40):
        torn = bytearray(whole[: int(random.integers(4, len(whole)))])
        for place in random.integers(0, len(torn), 5):
            torn[place] = int(random.integers(256))
        path.write_bytes(torn)
        with suppress(BadSound):
            assert np.isfinite(decode(path).samples).all()
