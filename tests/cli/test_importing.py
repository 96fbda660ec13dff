"""`kiosk import` on a folder with nothing running: the real server in this process, every file answered."""

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from kiosk.cli.main import main


def import_(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed to stdout and stderr."""
    code = main(["import", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def test_names_that_are_no_text_are_imported_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file whose name is no UTF-8 is a file like any other, with --json and without."""
    folder = tmp_path / "old disk"
    folder.mkdir()
    Image.new("RGB", (40, 30), "teal").save(folder / "new.png")
    (folder / "new.png").rename(folder / os.fsdecode(b"fa\xe7ade.png"))
    code, out, _ = import_(capsys, folder, "--json", "--data-dir", tmp_path / "data")
    assert (code, len(json.loads(out)["added"])) == (0, 1)
    code, out, _ = import_(capsys, folder, "--data-dir", tmp_path / "data")
    assert code == 0
    assert "already there" in out


def test_a_name_writes_one_line_and_speaks_to_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line ends and escapes in a file's name are printed as what they are called."""
    name = tmp_path / "red\x1b[31m\nadded.png"
    Image.new("RGB", (40, 30), "teal").save(name)
    code, out, _ = import_(capsys, name, "--data-dir", tmp_path / "data")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "red\\x1b[31m\\nadded.png" in out.splitlines()[0]


def test_when_nothing_comes_in_stderr_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 has its one line, or object, on stderr; stdout still answers every file."""
    (tmp_path / "bad.png").write_bytes(b"no picture")
    code, out, err = import_(capsys, tmp_path / "bad.png", "--json", "--data-dir", tmp_path / "data")
    assert code == 1
    assert len(json.loads(out)["refused"]) == 1
    assert json.loads(err)["error"]["code"] == "nothing_imported"
    code, out, err = import_(capsys, tmp_path / "bad.png", "--data-dir", tmp_path / "data")
    assert (code, len(err.strip().splitlines())) == (1, 1)
    assert "bad.png" in out
