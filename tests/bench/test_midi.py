"""The tempo map of a MIDI file, on bytes written here by the standard."""

from pathlib import Path

import pytest

from tests.bench.midi import main_bpm

TEMPO_120, TEMPO_150 = b"\xff\x51\x03\x07\xa1\x20", b"\xff\x51\x03\x06\x1a\x80"
NOTE_ON, RUNNING_OFF, PROGRAM, END = b"\x90\x3c\x40", b"\x3c\x00", b"\xc0\x05", b"\xff\x2f\x00"


def midi(*tracks: bytes) -> bytes:
    """A file of tracks at 96 ticks a beat."""
    head = b"MThd\x00\x00\x00\x06\x00\x01" + len(tracks).to_bytes(2, "big") + b"\x00\x60"
    return head + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


def test_the_tempo_that_lasts_longest(tmp_path: Path) -> None:
    """120 bpm for 8 beats, then 150 for 16: 120 of the first five seconds, 150 of all; notes elsewhere set the end."""
    path = tmp_path / "two.mid"
    tempi = b"\x00" + TEMPO_120 + b"\x86\x00" + TEMPO_150 + b"\x00" + END
    notes = b"\x00" + PROGRAM + b"\x00" + NOTE_ON + b"\x92\x00" + RUNNING_OFF + b"\x00" + END
    path.write_bytes(midi(tempi, notes))
    assert main_bpm(path, until_s=5) == pytest.approx(120)
    assert main_bpm(path, until_s=60) == pytest.approx(150)


def test_a_file_without_a_tempo(tmp_path: Path) -> None:
    """No tempo said means 120."""
    path = tmp_path / "none.mid"
    path.write_bytes(midi(b"\x00" + NOTE_ON + b"\x60" + RUNNING_OFF + b"\x00" + END))
    assert main_bpm(path, until_s=60) == pytest.approx(120)
