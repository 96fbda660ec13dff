"""`kiosk settings`, with the display stopped."""

import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli.main import main


class Shell:
    """Runs commands on one data folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.err = ""

    def settings(self, *words: str | Path) -> tuple[int, Any]:
        """Run `kiosk settings …` with --json; return the exit code and the object."""
        code = main(["settings", *map(str, words), "--json", "--data-dir", str(self.folder)])
        out, self.err = self._capsys.readouterr()
        return code, json.loads(out) if out else None


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Return a shell on an empty data folder."""
    return Shell(tmp_path / "data", capsys)


def test_set_get_and_show(shell: Shell) -> None:
    """What is set is what is got, typed, and shown with its origin."""
    assert shell.settings("set", "playback.dwell_s", "20") == (
        0,
        {"key": "playback.dwell_s", "value": 20.0, "movedAside": None},
    )
    assert shell.settings("get", "playback.dwell_s") == (0, {"key": "playback.dwell_s", "value": 20.0})
    code, shown = shell.settings("show")
    assert code == 0
    row = shown["settings"]["playback.dwell_s"]
    assert (row["value"], row["default"], row["origin"]) == (20.0, 12.0, "file")
    assert shown["problems"] == []


@pytest.mark.parametrize(
    ("key", "value"), [("playback.dwell_s", "never"), ("playback.transition", "wipe"), ("no.such", "1")]
)
def test_what_cannot_be_is_refused_before_anything_is_written(shell: Shell, key: str, value: str) -> None:
    """Exit code 1, an error with a hint, and no file."""
    code, _ = shell.settings("set", key, value)
    assert code == 1
    assert json.loads(shell.err)["error"]["hint"]
    assert not (shell.folder / "settings.toml").exists()


def test_a_broken_file_is_kept_and_named(shell: Shell) -> None:
    """Show works on it, set moves it aside and says where."""
    shell.folder.mkdir()
    (shell.folder / "settings.toml").write_text("this is = = not toml")
    code, shown = shell.settings("show")
    assert code == 0
    assert shown["problems"][0]["key"] == "settings.toml"
    code, changed = shell.settings("set", "playback.pin_s", "5")
    assert code == 0
    assert Path(changed["movedAside"]).read_text() == "this is = = not toml"


def test_backup_and_restore(shell: Shell, tmp_path: Path) -> None:
    """A backup brings back what was set then."""
    shell.settings("set", "playback.dwell_s", "20")
    assert shell.settings("backup", tmp_path / "saved.toml")[0] == 0
    shell.settings("set", "playback.dwell_s", "30")
    assert shell.settings("restore", tmp_path / "saved.toml")[0] == 0
    assert shell.settings("get", "playback.dwell_s")[1]["value"] == 20.0
    assert shell.settings("restore", tmp_path / "missing.toml")[0] == 1
