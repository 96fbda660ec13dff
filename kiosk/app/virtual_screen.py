"""A screen where there is none: an Xvfb of our own, so that `kiosk run` works on a headless machine and says so."""

import ctypes
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kiosk.domain.errors import KioskError

_START_LIMIT_S = 15.0
_OWN_SURFACE = ("eglfs", "linuxfb", "vnc", "offscreen", "minimal", "wayland", "vkkhrdisplay")


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Tell whether Qt will find something to draw on."""
    if platform != "linux" or environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return True
    return environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0] in _OWN_SURFACE


@contextmanager
def virtual_screen(width_px: int, height_px: int) -> Iterator[str]:
    """Run Xvfb for the life of the block, DISPLAY set to it; yield its name (":7").

    The server chooses a free display number itself, so two kiosks never collide. Raises KioskError when Xvfb is
    missing or does not start.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise KioskError(
            "There is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set, and Xvfb is not installed.",
            hint="Install it (Debian: apt install xvfb), or set QT_QPA_PLATFORM=eglfs to draw on the graphics card.",
            code="no_screen",
        )
    read_fd, write_fd = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - found on PATH, arguments made here
        [program, "-displayfd", str(write_fd), "-screen", "0", f"{width_px}x{height_px}x24", "-nolisten", "tcp"],
        pass_fds=[write_fd],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - runs before the first thread
    )
    os.close(write_fd)
    try:
        number = _read_number(read_fd)
        if number is None:
            raise KioskError(
                "The virtual screen (Xvfb) did not start.",
                hint="Run `Xvfb :99` by hand to see why.",
                code="no_screen",
            )
        display = f":{number}"
        os.environ["DISPLAY"] = display
        yield display
    finally:
        os.environ.pop("DISPLAY", None)
        process.terminate()
        process.wait()


def _read_number(fd: int) -> str | None:
    with os.fdopen(fd, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], _START_LIMIT_S)
        text = pipe.readline().decode().strip() if ready else ""
    return text if text.isdigit() else None


def _end_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
