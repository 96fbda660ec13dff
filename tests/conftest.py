"""What every test shares: an environment of its own, one virtual screen with software GL, and the asyncio backend.

Nothing here starts before a test asks for it, except the environment: no test may read or write the user's own folders.
`python3 make.py test` spreads the suite over several processes (pytest-xdist); each has a screen and, where its tests
want them, a PostgreSQL and a Redis of its own, so that no test sees the windows or connections of another.
The counterpart for processes is `tests/journeys`; for benches, which are no tests, `tests/bench`.
"""

import logging
import os
import select
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from PySide6.QtGui import QGuiApplication

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("kiosk", deadline=None)
hypothesis.settings.load_profile("kiosk")

SCREEN = "1280x720x24"
XVFB_START_LIMIT_S = 30
MEMORY = Path("/dev/shm")
ROOMY_BYTES = 4 << 30  # a run leaves about 500 MB while it lasts
WORKERS_PER_CPU = 2  # many tests wait: for another process, a disk, a clock
MOST_WORKERS = 8
NICENESS = 15  # renderers have 19: beside tests of usual priority, which are 68 times heavier, they would hardly get on


def pytest_configure() -> None:
    """Give way to other programs, and keep what tests write in memory where there is room.

    What is killed loses nothing that it wrote, there as on a disk; and the suite does not wait for one. Somebody who
    chose a folder with TMPDIR gets that.
    """
    if os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ROOMY_BYTES and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys: they mostly wait, and the other processes meanwhile do the rest."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes run the suite with `-n auto`: none but this one for named tests and for `-s`."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS or bool(config.option.keyword)
    if named or config.option.capture == "no":
        return 0
    return min(WORKERS_PER_CPU * len(os.sched_getaffinity(0)), MOST_WORKERS)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the programs do."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Points the user's data and runtime folders at a temporary folder, and forgets KIOSK_* settings."""
    folder = tmp_path_factory.mktemp("user")
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KIOSK_")]:
            patch.delenv(name)
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        patch.setenv("LC_ALL", "C.UTF-8")
        yield folder


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a program that runs in this process does to logging: its stderr is gone after the test."""
    loggers = [logging.getLogger(name) for name in (None, "kiosk", "kiosk.server.access")]
    levels = [logger.level for logger in loggers]
    handlers = loggers[0].handlers[:]
    yield
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def xvfb_display(own_environment: Path) -> Iterator[str]:
    """Starts the session's one X server and returns its name, such as `:99`; it is in DISPLAY, for child processes too.

    The server picks a free number itself. Qt is told to draw with OpenGL (Mesa's software renderer) on its render
    thread, as on a wall: the `offscreen` platform would draw no shaders.
    """
    command = [
        "setpriv",
        "--pdeathsig=TERM",  # from the kernel, should the tests be killed
        "Xvfb",
        "-displayfd",
        "{fd}",
        "-screen",
        "0",
        SCREEN,
        "-nolisten",
        "tcp",
        "-noreset",
        "-s",  # no screen saver after ten minutes: nobody touches this screen
        "0",
        "+extension",
        "GLX",
    ]
    with (own_environment / "xvfb.log").open("wb") as log:
        read_fd, write_fd = os.pipe()
        try:
            server = subprocess.Popen(
                [part.format(fd=write_fd) for part in command], pass_fds=[write_fd], stdout=log, stderr=log
            )
        finally:
            os.close(write_fd)
    try:
        display = f":{_read_display_number(read_fd)}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DISPLAY", display)
            patch.delenv("WAYLAND_DISPLAY", raising=False)
            patch.setenv("QT_QPA_PLATFORM", "xcb")
            patch.setenv("QSG_RHI_BACKEND", "opengl")
            patch.setenv("QSG_RENDER_LOOP", "threaded")
            patch.setenv("QSG_USE_SIMPLE_ANIMATION_DRIVER", "1")
            patch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
            yield display
    finally:
        os.close(read_fd)
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _read_display_number(fd: int) -> int:
    """Waits for the line an X server writes once it accepts connections."""
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([fd], [], [], XVFB_START_LIMIT_S)
        chunk = os.read(fd, 64) if ready else b""
        if not chunk:
            pytest.fail(f"Xvfb said nothing within {XVFB_START_LIMIT_S} s, or ended; is the package xvfb whole?")
        line += chunk
    return int(line)


@pytest.fixture(scope="session")
def qapp_cls(xvfb_display: str) -> Iterator[type[QGuiApplication]]:
    """The application class of pytest-qt's `qapp` and `qtbot`: the wall's own, and only once there is a screen.

    The application is taken down while its screen still lives; Xlib would end the process otherwise.
    """
    yield QGuiApplication
    application = QGuiApplication.instance()
    if application is not None:
        application.shutdown()
