"""`kiosk analyze`: the record, the words, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
