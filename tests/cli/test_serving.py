"""`kiosk serve` and `kiosk render-worker`: what they make of settings before anything starts."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.server.options import ServerOptions


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ServerOptions]:
    """Notes what a server or worker would have been started with."""
    options: list[ServerOptions] = []

    def start(given: ServerOptions) -> int:
        options.append(given)
        return 0

    monkeypatch.setattr("kiosk.cli.serve.serve", start)
    monkeypatch.setattr("kiosk.cli.render_worker.render", start)
    return options


@pytest.fixture(params=["serve", "render-worker"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., int]:
    """Runs either command on a data folder."""
    return lambda *words: main([request.param, "--data-dir", str(tmp_path), *words])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://u:hunter2@h/db"),
        ("IMAGES_URL", "ftp://pictures"),
        ("IMAGES_URL", "s3://u:hunter2@bucket"),
        ("REDIS_URL", "localhost"),
        ("LISTEN_URL", "db"),
    ],
)
def test_a_misspelt_place_stops_the_start(
    run: Callable[..., int],
    started: list[ServerOptions],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    """Where things are kept is never guessed: one line names the setting and not its secret, and nothing starts."""
    monkeypatch.setenv(f"KIOSK_SERVER__{name}", value)
    assert run() == 2
    err = capsys.readouterr().err
    assert f"server.{name.lower()}" in err
    assert len(err.strip().splitlines()) == 1
    assert "hunter2" not in err
    assert started == []


def test_any_other_fault_is_named_and_the_default_used(
    run: Callable[..., int],
    started: list[ServerOptions],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cooldown that is no number is seven days, and the log says so."""
    monkeypatch.setenv("KIOSK_SERVER__COOLDOWN_D", "abc")
    assert run() == 0
    assert started[0].cooldown_d == 7
    assert "server.cooldown_d" in capsys.readouterr().err


def test_a_walls_own_server_starts_all_the_same(
    started: list[ServerOptions], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wall must show art: its server keeps things in the data folder, and the display tells of the fault."""
    monkeypatch.setenv("KIOSK_SERVER__DATABASE_URL", "nonsense")
    assert main(["serve", "--child", "--data-dir", str(tmp_path)]) == 0
    assert started[0].database_url == ""


def test_a_server_loads_nothing_that_draws() -> None:
    """A server imports no library for pictures or arrays, and no HTTP client: its renderers and its clients do."""
    heavy = "{'numpy', 'PIL', 'cv2', 'numba', 'httpx'}"
    program = f"import sys, kiosk.cli.serve; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
