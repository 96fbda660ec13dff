"""A virtual screen for benches: an X server of their own, and the environment that makes Qt draw on it with OpenGL."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SIZE = "1920x1080x24"


@contextmanager
def virtual_screen(size: str = SIZE) -> Iterator[dict[str, str]]:
    """Yields the environment for a program that is to draw on a screen nobody sees; the server ends with the block."""
    read_fd, write_fd = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", size, "-nolisten", "tcp", "-noreset", "+extension"]
    with subprocess.Popen([*command, "GLX"], pass_fds=[write_fd], stderr=subprocess.DEVNULL) as server:
        os.close(write_fd)
        try:
            with os.fdopen(read_fd) as answer:
                number = answer.readline().strip()
            if not number:
                raise RuntimeError("Xvfb did not start; is the package xvfb whole?")
            yield {
                **{name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"},
                "DISPLAY": f":{number}",
                "QT_QPA_PLATFORM": "xcb",
                "QSG_RENDER_LOOP": "threaded",
                "QSG_RHI_BACKEND": "opengl",
                "QSG_USE_SIMPLE_ANIMATION_DRIVER": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
            }
        finally:
            server.terminate()
