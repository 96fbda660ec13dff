"""`make.py`: what it understands, when it is done, what a broken set-up leaves behind, the line it ends with."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
IMPOSSIBLE_LOCK = f"no-such-package-anywhere==1.0 \\\n    --hash=sha256:{'0' * 64}\n"


def load(folder: Path) -> ModuleType:
    """Imports the make.py of a folder."""
    spec = importlib.util.spec_from_file_location("make_under_test", folder / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the make.py of a folder to its end."""
    command = [sys.executable, str(folder / "make.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, env=os.environ | environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with make.py, a lock file nobody can install, and nothing set up."""
    shutil.copy(ROOT / "make.py", tmp_path)
    (tmp_path / "requirements.lock").write_text(IMPOSSIBLE_LOCK)
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def test_it_parses_on_python_3_6() -> None:
    """An old Python reads the whole file, and so can say which one is needed."""
    ast.parse((ROOT / "make.py").read_bytes(), feature_version=(3, 6))


def test_it_asks_for_3_11_before_anything_else() -> None:
    """The check of the version comes before every import but that of sys."""
    body = ast.parse((ROOT / "make.py").read_bytes()).body
    assert [type(node).__name__ for node in body[:3]] == ["Expr", "Import", "If"]
    assert "3, 11" in ast.unparse(body[2])


@pytest.mark.parametrize("arguments", [(), ("fly",), ("check", "twice"), ("setup", "--json")])
def test_what_it_does_not_understand_is_wrong_usage(folder: Path, arguments: tuple[str, ...]) -> None:
    """An unknown verb or argument ends with 2 and the usage, and sets nothing up."""
    ended = run_make(folder, *arguments)
    assert ended.returncode == 2
    assert "make.py VERB" in ended.stderr
    assert not (folder / ".venv").exists()


def test_help_is_no_error(folder: Path) -> None:
    """--help prints the usage on stdout and ends with 0."""
    ended = run_make(folder, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "make.py VERB" in ended.stdout


def test_a_finished_set_up_is_recognised_until_something_changes(folder: Path) -> None:
    """Set up means: the stamp fits lock, project, Python and place, and the interpreter is there."""
    make = load(folder)
    make.BIN.mkdir(parents=True)
    (make.BIN / "python").touch()
    assert not make.is_set_up()
    make.STAMP.write_text(make.fingerprint())
    assert make.is_set_up()
    (folder / "requirements.lock").write_text("")
    assert not make.is_set_up()
    make.STAMP.write_text(make.fingerprint())
    (make.BIN / "python").unlink()
    assert not make.is_set_up()


def test_a_set_up_that_is_done_does_no_work(folder: Path) -> None:
    """With a fitting stamp, `setup` says so and starts nothing: the interpreter it would need here is an empty file."""
    make = load(folder)
    make.BIN.mkdir(parents=True)
    (make.BIN / "python").touch()
    make.STAMP.write_text(make.fingerprint())
    ended = run_make(folder, "setup")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "already set up" in ended.stdout


@pytest.mark.timeout(600)  # two virtual environments are made
def test_a_set_up_that_fails_says_why_and_is_begun_anew(folder: Path) -> None:
    """When the index has not what the lock asks for: exit 1, one line; nothing half-made survives the next try."""
    first = run_make(folder, "setup", PIP_NO_INDEX="1")
    assert first.returncode == 1
    assert "no-such-package-anywhere" in first.stderr.splitlines()[-1]
    assert first.stderr.splitlines()[-1].startswith("make.py: ")
    left_over = folder / ".venv" / "lib" / "half a package"
    left_over.touch()
    second = run_make(folder, "setup", PIP_NO_INDEX="1")
    assert second.returncode == 1
    assert not left_over.exists()


def test_what_is_missing_is_found_by_trying() -> None:
    """Libraries are opened and programs looked up; only what cannot be found is named, with its package."""
    make = load(ROOT)
    libraries = {"libc.so.6": "libc6", "libno-such-thing.so.1": "no-such-thing1"}
    programs = {"sh": "dash", "no-such-program": "no-such-package"}
    assert make.missing(libraries, programs) == {
        "libno-such-thing.so.1": "no-such-thing1",
        "no-such-program": "no-such-package",
    }


@pytest.mark.parametrize(("verb", "wanted"), [("run", []), ("test", ["initdb", "redis-server", "nginx"])])
def test_only_tests_and_benches_need_servers(monkeypatch: pytest.MonkeyPatch, verb: str, wanted: list[str]) -> None:
    """PostgreSQL, Redis and nginx are installed before the tests start, and not for a wall."""
    make = load(ROOT)
    installed: list[str] = []
    monkeypatch.setattr(make, "ensure_set_up", list)
    monkeypatch.setattr(make, "missing", lambda libraries, programs: libraries | programs)
    monkeypatch.setattr(make, "install_system_packages", installed.extend)
    monkeypatch.setattr(make, "quietly", lambda *command: None)  # compiles what a run of the tests has compiled
    monkeypatch.setattr(make, "become", lambda *command: sys.exit(77))
    with pytest.raises(SystemExit, match="77"):
        make.main(verb)
    assert installed == wanted


def test_without_apt_it_names_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a system without apt-get it ends with one line that names the libraries and programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"lacks Xvfb, libEGL\.so\.1;"):
        load(ROOT).install_system_packages({"libEGL.so.1": "libegl1", "Xvfb": "xvfb"})


def test_without_rights_it_prints_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With apt-get but neither root nor sudo it ends with the one command to type."""
    apt_get = tmp_path / "apt-get"
    apt_get.write_text("#!/bin/sh\nexit 1\n")
    apt_get.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"sudo apt-get install -y libegl1 xvfb$"):
        load(ROOT).install_system_packages({"libEGL.so.1": "libegl1", "Xvfb": "xvfb"})
