"""`kiosk analyze`: the record, the words, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk.audio.decode import RATE_HZ
from kiosk.cli.main import main
from tests.audio import sounds
from tests.audio.test_decode import written

RECORD = {
    "durationS", "tempoBpm", "tempoConfidence", "key", "mode", "keyConfidence", "loudnessDbfs", "brightnessHz",
    "onsetsPerS", "bands", "clippedRatio", "silent", "kind",
}  # fmt: skip


def test_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the audioAnalysis record comes, all of it and nothing else."""
    path = written(tmp_path / "piece.wav", [sounds.music(bpm=120, tonic=2)])
    assert main(["analyze", str(path), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record) == RECORD
    assert set(record["bands"]) == {"low", "mid", "high"}
    assert (record["kind"], record["key"], record["mode"], record["silent"]) == ("music", "D", "major", False)
    assert record["tempoBpm"] == pytest.approx(120, rel=0.04)
    assert record["durationS"] == pytest.approx(15)


def test_the_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it, people read what kind of sound it is and what was measured."""
    assert main(["analyze", str(written(tmp_path / "piece.wav", [sounds.music(bpm=120, tonic=2)]))]) == 0
    words = capsys.readouterr().out
    assert "music, 15.0 s" in words
    assert "tempo 120 bpm" in words
    assert "key D major" in words
    assert main(["analyze", str(written(tmp_path / "hiss.wav", [sounds.coloured(0.5)]))]) == 0
    words = capsys.readouterr().out
    assert "noise, 12.0 s" in words
    assert "tempo" not in words


def test_a_short_sound_is_too_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a part of a second it says so and gives no figures; the record has them null."""
    path = written(tmp_path / "note.wav", [sounds.music(bpm=120, seconds=3)[: 3 * RATE_HZ // 10]])
    assert main(["analyze", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: too short to tell, 0.3 s\n"
    assert main(["analyze", str(path), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["kind"], record["brightnessHz"], record["loudnessDbfs"]) == ("noise", None, None)


def test_damage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a file cut to a third, how much of it can be played: a line for people, a member of the record."""
    path = written(tmp_path / "cut.wav", [sounds.music(bpm=120, seconds=12)])
    os.truncate(path, path.stat().st_size // 3)
    damage = "of 12.0 s only 4.0 s can be played"
    assert main(["analyze", str(path)]) == 0
    assert f"\n  damaged: {damage}\n" in capsys.readouterr().out
    assert main(["analyze", str(path), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record) == RECORD | {"damage"}
    assert record["damage"] == damage


@pytest.mark.parametrize(
    ("clipped", "words"),
    [(0, ""), (1, "less than 0.01 %"), (400, "0.1 %"), (4000, "1 %"), (112_000, "28 %"), (400_000, "100 %")],
)
def test_clipping_is_told_as_people_write_it(
    clipped: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A share of the samples, in percent, without powers of ten; nothing where nothing is clipped."""
    sound = np.tile(np.array([0.5, -0.5], np.float32), 200_000)
    sound[:clipped:2], sound[1:clipped:2] = 1, -1
    assert main(["analyze", str(written(tmp_path / "loud.wav", [sound]))]) == 0
    out = capsys.readouterr().out
    assert ("clipped" in out) == (clipped > 0)
    assert not words or f"  clipped {words} of the samples\n" in out


def test_a_file_name_cannot_speak_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes and line ends in a name are written out, in what is found and in what is refused."""
    path = written(tmp_path / "red\x1b[31m\n.wav", [np.zeros(RATE_HZ, np.float32)])
    assert main(["analyze", str(path)]) == 0
    assert "red\\x1b[31m\\n.wav: silence" in capsys.readouterr().out
    assert main(["analyze", str(tmp_path / "lost\x1b[31m\n.wav")]) == 1
    assert "lost\\x1b[31m\\n.wav cannot be read" in capsys.readouterr().err


def test_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No sound gives one line on stderr and exit code 1; no file at all is wrong usage."""
    assert main(["analyze", str(tmp_path / "missing.wav")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["analyze", str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "bad_sound"
    assert main(["analyze"]) == 2


def test_it_loads_little(tmp_path: Path) -> None:
    """The command needs neither Qt nor numba nor the server's libraries."""
    path = written(tmp_path / "piece.wav", [sounds.music(bpm=120, seconds=2)])
    program = (
        "import sys; from kiosk.cli.main import main; main(sys.argv[1:]); "
        "print([name for name in ('PySide6', 'numba', 'sqlalchemy', 'fastapi') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, "analyze", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
