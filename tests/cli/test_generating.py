"""`kiosk generate --out`: pictures without a server."""

import json
from pathlib import Path

import pytest
from PIL import Image

from kiosk.cli.main import main


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
        (["--out", "{}/a.png", "--size", "9000x9000"], 2),
        (["--size", "100x100"], 2),
        (["--style", "cubism"], 2),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    """One line, the right exit code, no file."""
    (tmp_path / "broken.json").write_text("{")
    assert main(["generate", *(word.format(tmp_path) for word in words)]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "a.png").exists()
