"""Damage that a decoder passes over: each kind is found, and nothing is said of a whole file."""

import struct
from pathlib import Path

import pytest

from kiosk.audio.decode import RATE_HZ, decode
from tests.audio import sounds
from tests.audio.songs import written

DATA = Path(__file__).parent / "data"
LAST_PAGE = 4


def tune(folder: Path) -> Path:
    """A WAV file of three seconds."""
    return written(folder / "tune.wav", sounds.tones({440: 0.4}, seconds=3))


def part(path: Path, content: bytes, folder: Path) -> Path:
    """The file with another content."""
    made = folder / f"damaged{path.suffix}"
    made.write_bytes(content)
    return made


def test_nothing_is_said_of_whole_files(tmp_path: Path) -> None:
    """Of each format, and of a WAV file whose recorder did not know its length."""
    assert [decode(DATA / name).damage for name in ("tone.flac", "tone.mp3", "tone.ogg")] == ["", "", ""]
    whole = tune(tmp_path)
    assert decode(whole).damage == ""
    streamed = bytearray(whole.read_bytes())
    streamed[40:44] = struct.pack("<I", 0xFFFF_FFFF)
    sound = decode(part(whole, bytes(streamed), tmp_path))
    assert (sound.damage, len(sound.samples)) == ("", 3 * RATE_HZ)


def test_a_file_cut_short_says_how_much_is_missing(tmp_path: Path) -> None:
    """A third of a WAV and of a FLAC file: what its head promises and what can be played."""
    whole = tune(tmp_path).read_bytes()
    assert decode(part(Path("a.wav"), whole[: len(whole) // 3], tmp_path)).damage == "of 3.0 s only 1.0 s can be played"
    flac = (DATA / "tone.flac").read_bytes()
    damage = decode(part(Path("a.flac"), flac[: 2 * len(flac) // 3], tmp_path)).damage
    assert damage.startswith("of 2.0 s only ")


def test_a_chunk_before_the_sound_is_passed_over(tmp_path: Path) -> None:
    """A WAV file may say who made it, in an odd number of bytes, before its sound."""
    whole = tune(tmp_path).read_bytes()
    note = b"LIST" + struct.pack("<I", 5) + b"hello\x00"
    made = whole[:36] + note + whole[36:]
    assert decode(part(Path("a.wav"), made, tmp_path)).damage == ""
    assert decode(part(Path("a.wav"), made[: len(made) // 2], tmp_path)).damage == "of 3.0 s only 1.5 s can be played"


@pytest.mark.parametrize("place", [0.85, 0.9, 0.95])
def test_one_wrong_byte_is_found_in_ogg(place: float, tmp_path: Path) -> None:
    """A page whose checksum fails is damage, though the file plays to its end."""
    content = bytearray((DATA / "tone.ogg").read_bytes())
    content[round(place * len(content))] ^= 0x10
    assert decode(part(Path("a.ogg"), bytes(content), tmp_path)).damage == "a part of it is not as it was written"


def test_an_ogg_file_without_its_end_is_found(tmp_path: Path) -> None:
    """Cut between two pages every checksum is right, and the page that is marked as the last is missing."""
    content = (DATA / "tone.ogg").read_bytes()
    last = content.rindex(b"OggS")
    assert content[last + 5] & LAST_PAGE
    assert decode(part(Path("a.ogg"), content[:last], tmp_path)).damage == "its end is missing"
