"""The command line: usage, exit codes, one clear line for every fault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.cli.parser import parse
from kiosk.cli.values import size
from kiosk.domain.errors import UsageError


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["run", "--windowed", "big"],
        ["run", "--for", "-1"],
        ["run", "--for", "nan"],
        ["run", "--screen", "x"],
        ["serve", "--port", "70000"],
        ["vote", "sideways"],
        ["snapshot"],
        ["import"],
        ["token", "create"],
        ["settings", "get"],
        ["generate", "--seed", "-1"],
        ["generate", "--size", "10x10", "--json"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The line says what is wrong and where help is; stdout stays empty."""
    if words and words[0] in {"generate", "snapshot"}:
        words = [*words, "--data-dir", str(tmp_path)]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_command_that_is_none_is_named_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody types, the commands of the wall's own processes, is not offered."""
    assert main(["nonsense"]) == 2
    assert capsys.readouterr().err == "kiosk: Argument COMMAND: invalid choice: 'nonsense'. See `kiosk --help`.\n"


def test_with_json_a_failure_is_an_object_on_stderr(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`{"error": {"code", "message", "hint"}}`, and the exit code as always."""
    assert main(["status", "--json", "--data-dir", str(tmp_path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["error"].keys() == {"code", "message", "hint"}


def test_a_size_is_two_numbers() -> None:
    """1920x1080 in either case of the x; nothing else."""
    assert size("1920x1080") == size("1920X1080") == (1920, 1080)
    with pytest.raises(UsageError):
        parse(["run", "--windowed", "1920x"])


def test_help_loads_neither_qt_nor_the_server() -> None:
    """`kiosk --help` answers with the standard library alone."""
    probe = """
import sys
from kiosk.cli.main import main
try:
    main(["--help"])
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stderr.split())
    assert "usage: kiosk" in done.stdout
    assert not loaded & {"PySide6", "sqlalchemy", "numpy", "pydantic", "httpx", "fastapi"}


@pytest.mark.parametrize("command", ["next", "previous", "pause", "resume", "sleep", "wake", "status"])
def test_commands_to_nobody_are_exit_code_3(command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nothing is running: said in one line with what to do."""
    assert main([command, "--data-dir", str(tmp_path)]) == 3
    assert "kiosk run" in capsys.readouterr().err


def test_generate_without_a_display_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without --out a piece needs a running display."""
    assert main(["generate", "--data-dir", str(tmp_path)]) == 3
    assert "No display is running" in capsys.readouterr().err
