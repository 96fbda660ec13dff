"""`kiosk artwork`: one piece removed, made private, made public, on a folder with nothing running."""

import json
from pathlib import Path

import pytest
from PIL import Image

from kiosk.cli.main import main


def artwork(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed to stdout and stderr."""
    code = main(["artwork", *words, "--data-dir", str(folder)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_piece_is_changed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says what it did; with --json the piece; once removed it is unknown, exit code 1."""
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "Blue Hour.png")
    assert main(["import", str(tmp_path / "Blue Hour.png"), "--json", "--data-dir", str(tmp_path)]) == 0
    artwork_id = json.loads(capsys.readouterr().out)["added"][0]["id"]
    code, out, _ = artwork(capsys, tmp_path, "private", artwork_id)
    assert (code, out) == (0, "Blue Hour: only its user's displays show it from now on.\n")
    code, out, _ = artwork(capsys, tmp_path, "public", artwork_id, "--json")
    assert (code, json.loads(out)["id"]) == (0, artwork_id)
    code, out, _ = artwork(capsys, tmp_path, "remove", artwork_id)
    assert (code, out) == (0, "The piece is removed.\n")
    code, out, err = artwork(capsys, tmp_path, "remove", artwork_id)
    assert (code, out, len(err.strip().splitlines())) == (1, "", 1)
