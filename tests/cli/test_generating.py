"""`kiosk generate --out`: pictures without a server."""

import contextlib
import hashlib
import json
import os
import re
import sys
import termios
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tqdm import tqdm

from kiosk.cli import drawing
from kiosk.cli.main import main
from kiosk.generator.distance import distance
from kiosk.generator.features import features_of, quantise
from tests.audio.songs import music, written


def test_renders_a_file_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has the size asked for; the same seed gives the same bytes; its genome renders it again."""
    first, second, third = (tmp_path / f"{name}.png" for name in ("first", "second", "third"))
    assert main(["generate", "--out", str(first), "--size", "160x90", "--seed", "7", "--style", "silk", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == {"path", "sha256", "width", "height", "style", "seed", "seconds", "genome"}
    assert (told["width"], told["height"], told["style"], told["seed"]) == (160, 90, "silk", 7)
    with Image.open(first) as image:
        assert image.size == (160, 90)
    assert main(["generate", "--out", str(second), "--size", "160x90", "--seed", "7", "--style", "silk"]) == 0
    (tmp_path / "genome.json").write_text(json.dumps(told["genome"]))
    assert main(["generate", "--out", str(third), "--size", "160x90", "--genome", str(tmp_path / "genome.json")]) == 0
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--out", "{}/a.gif"], 2),
        (["--out", "{}/no/such/a.png"], 1),
        (["--out", "{}/a.png", "--style", "cubism"], 2),
        (["--out", "{}/a.png", "--genome", "{}/missing.json"], 1),
        (["--out", "{}/a.png", "--genome", "{}/broken.json"], 1),
        (["--out", "{}/a.png", "--genome", "{}/deep.json"], 1),
        (["--out", "{}/a.png", "--size", "9000x9000"], 2),
        (["--out", "{}/a.png", "--audio", "{}/missing.wav"], 1),
        (["--out", "{}/a.png", "--genome", "{}/broken.json", "--style", "silk"], 2),
        (["--out", "{}/a.flam3", "--style", "silk"], 1),
        (["--out", "{}/a.jpg", "--count", "2"], 2),
        (["--out", "{}/no/such", "--count", "2"], 1),
        (["--out", "{}/a", "--count", "0"], 2),
        (["--count", "2"], 2),
        (["--size", "100x100"], 2),
        (["--style", "cubism"], 2),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    """One line, the right exit code, no file."""
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert main(["generate", *(word.format(tmp_path) for word in words)]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "a.png").exists()


def test_a_folder_of_pieces_goes_on_where_it_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five pieces in two runs: each with a record that draws it again, no two under 0.35 apart, none written over."""
    folder = tmp_path / "2026.11.21"  # a dot makes no file of it
    asked = ["generate", "--out", str(folder), "--size", "160x90", "--seed", "4", "--style", "silk", "--json"]
    told: list[dict[str, Any]] = []
    for count in ("3", "2"):
        assert main([*asked, "--count", count]) == 0
        told += json.loads(capsys.readouterr().out)["pieces"]
    assert len({piece["path"] for piece in told}) == 5
    assert {path.suffix for path in folder.iterdir()} == {".jpg", ".json"}
    pictures = []
    for piece in told:
        record = json.loads(Path(piece["path"]).with_suffix(".json").read_text())
        assert (record["title"], record["genome"]) == (piece["title"], piece["genome"])
        assert record["explanation"]
        with Image.open(piece["path"]) as image:
            pictures.append(np.asarray(image.convert("RGB")))
    pairs = [distance(one, other) for i, one in enumerate(pictures) for other in pictures[:i]]
    assert min(pairs) > 0.34  # 0.35 by the coarser signatures that are kept
    again = ["generate", "--out", str(tmp_path / "again.jpg"), "--size", "160x90"]
    assert main([*again, "--genome", str(Path(told[3]["path"]).with_suffix(".json"))]) == 0
    assert (tmp_path / "again.jpg").read_bytes() == Path(told[3]["path"]).read_bytes()


def test_other_files_of_the_folder_are_passed_over(tmp_path: Path) -> None:
    """What is no record, or nested too deeply to be read, keeps no piece from being made."""
    (tmp_path / "a.json").write_text("[" * 100_000)
    (tmp_path / "b.json").write_text("{")
    asked = ["generate", "--out", str(tmp_path), "--size", "64x36", "--seed", "4", "--style", "silk", "--count", "1"]
    assert main(asked) == 0
    assert len(list(tmp_path.glob("*.jpg"))) == 1


def read_to_the_end(terminal: int) -> bytes:
    """Everything that was written to a terminal whose other side is closed; the kernel passes it on in its own time."""
    pieces = []
    with os.fdopen(terminal, "rb", buffering=0) as screen, contextlib.suppress(OSError):  # EIO is a terminal's end
        while piece := screen.read(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def test_a_person_sees_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the pieces are counted while they are drawn, and the line is gone at the end; a pipe gets none."""
    asked = ["generate", "--out", str(tmp_path / "made"), "--size", "64x36", "--seed", "4", "--style", "silk"]
    monkeypatch.setattr(drawing, "tqdm", partial(tqdm, mininterval=0))
    reader, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    with os.fdopen(terminal, "w") as errors:
        monkeypatch.setattr(sys, "stderr", errors)
        assert main([*asked, "--count", "2"]) == 0
    told = read_to_the_end(reader).decode()
    counts = re.findall(r"drawing:.* (\d/\d) \[", told.replace("\r", "\n"))
    assert [count for count, _ in groupby(counts)] == ["0/2", "1/2", "2/2"]  # a slow piece shows its count again
    assert told.split("\r")[-2].strip() == ""
    with (tmp_path / "errors").open("w+") as errors:
        monkeypatch.setattr(sys, "stderr", errors)
        assert main([*asked, "--count", "1"]) == 0
    assert (tmp_path / "errors").read_text() == ""


def test_the_music_of_a_file_is_in_the_piece(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Music in a file gives another genome than none, with what `kiosk analyze` finds in it as its levels."""
    tune = tmp_path / "tune.wav"
    written(tune, music(2, minor=True, bpm=112.0, seconds=16.0))
    assert main(["analyze", str(tune), "--json"]) == 0
    heard = json.loads(capsys.readouterr().out)
    asked = [
        "generate",
        "--out",
        str(tmp_path / "a.png"),
        "--size",
        "64x36",
        "--seed",
        "7",
        "--style",
        "silk",
        "--json",
    ]
    assert main([*asked, "--json"]) == 0
    silent = json.loads(capsys.readouterr().out)["genome"]
    assert main([*asked, "--json", "--audio", str(tune)]) == 0
    genome = json.loads(capsys.readouterr().out)["genome"]
    assert genome["audio"] == quantise(features_of(heard))
    assert genome["audio"]["energy"] is not None
    assert genome["genes"] != silent["genes"]


def test_an_empty_flame_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that ends in .flam3 and has nothing in it is called empty, not taken for another kind of file."""
    empty = tmp_path / "empty.flam3"
    empty.touch()
    assert main(["generate", "--genome", str(empty), "--out", str(tmp_path / "a.png")]) == 1
    assert "The file is empty" in capsys.readouterr().err


def test_a_flame_goes_out_and_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flame written as .flam3 is told as any piece is, and can be read and drawn; only once, for it never varies."""
    flame = tmp_path / "a.flam3"
    assert main(["generate", "--style", "flame", "--seed", "3", "--out", str(flame), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sha256"] == hashlib.sha256(flame.read_bytes()).hexdigest()
    assert (told["path"], told["width"], told["height"], told["seed"]) == (str(flame), 1920, 1080, 3)
    assert flame.read_text().startswith("<")
    assert main(["generate", "--genome", str(flame), "--out", str(tmp_path / "many"), "--count", "2"]) == 2
    assert main(["generate", "--genome", str(flame), "--out", str(tmp_path / "a.png"), "--size", "96x54"]) == 0
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (96, 54)
