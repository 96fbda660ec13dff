"""X servers whose monitors come and go: plug, unplug, resize, power, and other windows over ours, by the X protocol.

A server is an Xvfb of the test's own. Its first monitor is a real output of it (`unplug_output`, `resize_output`), the
others are RandR 1.5 monitors, which Qt takes for screens like any other (`plug`, `unplug`). What Qt makes of each, as
measured with 6.11, there being no window manager:

- a monitor of several goes: `screenRemoved`, then the window's `screenChanged` to the primary screen; the window keeps
  its geometry, stays visible and exposed, and lies on no monitor any more;
- it comes back: `screenAdded` with a new QScreen of the same name; no window goes there by itself;
- the only one goes: no signal at all; its QScreen, the same object, is now named like the display (":7.0");
- it comes back: `screenAdded`, `primaryScreenChanged`, `screenRemoved` of that one, the window's `screenChanged`;
- an output gets another resolution: `geometryChanged` of the same QScreen; the window keeps its size.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image
from Xlib import X, display
from Xlib.protocol import rq

START_LIMIT = "Xvfb did not start; is the package xvfb whole?"


@dataclass(frozen=True, slots=True)
class Monitor:
    """A monitor's name and its rectangle on the server's screen (px)."""

    name: str
    x: int
    y: int
    width: int
    height: int


def side_by_side(count: int, width: int = 480, height: int = 270) -> tuple[Monitor, ...]:
    """Return `count` equal monitors in a row, named WALL-1, WALL-2 and so on."""
    return tuple(Monitor(f"WALL-{index + 1}", index * width, 0, width, height) for index in range(count))


class _SetMonitor(rq.Request):
    """RRSetMonitor (randrproto 1.5, 43); python-xlib 0.33 cannot pack its own."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(43),
        rq.RequestLength(),
        rq.Window("window"),
        rq.Card32("name"),
        rq.Bool("primary"),
        rq.Bool("automatic"),
        rq.LengthOf("outputs", 2),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card32("width_mm"),
        rq.Card32("height_mm"),
        rq.List("outputs", rq.Card32Obj),
    )


class _CreateMode(rq.ReplyRequest):
    """RRCreateMode (randrproto 1.2, 16), flattened as above."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(16),
        rq.RequestLength(),
        rq.Window("window"),
        rq.Card32("id"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card32("dot_clock"),
        rq.Card16("h_sync_start"),
        rq.Card16("h_sync_end"),
        rq.Card16("h_total"),
        rq.Card16("h_skew"),
        rq.Card16("v_sync_start"),
        rq.Card16("v_sync_end"),
        rq.Card16("v_total"),
        rq.LengthOf("name", 2),
        rq.Card32("flags"),
        rq.String8("name"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("mode"),
        rq.Pad(20),
    )


class Screens:
    """A connection to an X server by which its monitors, and windows on it, are moved about."""

    def __init__(self, name: str, server: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._server = server
        self._x: Any = display.Display(name)  # the methods of extensions are there at run time only
        self._root: Any = self._x.screen().root
        self._covers: list[Any] = []

    def close(self) -> None:
        """End the connection, also to a server that has been killed."""
        self._x.display.socket.close()

    def monitors(self) -> list[str]:
        """Return the names of the monitors now lit, as the server lists them."""
        return [self._x.get_atom_name(monitor.name) for monitor in self._root.xrandr_get_monitors().monitors]

    def plug(self, *monitors: Monitor) -> None:
        """Attach monitors. The first ever takes over the real output, so that the server's own goes."""
        for monitor in monitors:
            is_first = not any(one.crtcs and not one.automatic for one in self._root.xrandr_get_monitors().monitors)
            _SetMonitor(
                display=self._x.display,
                opcode=self._x.display.get_extension_major("RANDR"),
                window=self._root,
                name=self._x.intern_atom(monitor.name),
                primary=is_first,
                automatic=False,
                outputs=[self._output] if is_first else [],
                x=monitor.x,
                y=monitor.y,
                width=monitor.width,
                height=monitor.height,
                width_mm=monitor.width // 4,
                height_mm=monitor.height // 4,
            )
        self._x.sync()

    def unplug(self, name: str) -> None:
        """Take a monitor away that `plug` attached. With the last one the server's own comes back."""
        self._root.xrandr_delete_monitor(self._x.intern_atom(name))
        self._x.flush()

    def unplug_output(self) -> None:
        """Take the server's own and only monitor away."""
        self._configure(0, [])

    def replug_output(self) -> None:
        """Bring the server's own monitor back, in the resolution of the server's screen."""
        size = self._root.get_geometry()
        self._configure(self._mode(size.width, size.height), [self._output])

    def resize_output(self, width: int, height: int) -> None:
        """Give the server's own monitor another resolution, at most that of its start."""
        mode = self._mode(width, height)
        self._x.grab_server()
        self._configure(0, [])
        self._root.xrandr_set_screen_size(width, height, width // 4, height // 4)
        self._configure(mode, [self._output])
        self._x.ungrab_server()
        self._x.sync()

    def cover(self, x: int, y: int, width: int, height: int) -> None:
        """Put a window of somebody else's over that part of the screen; on top, no manager asked."""
        window = self._root.create_window(
            x, y, width, height, 0, X.CopyFromParent, background_pixel=0x336699, override_redirect=True
        )
        window.map()
        window.configure(stack_mode=X.Above)
        self._x.sync()
        self._covers.append(window)

    def uncover(self) -> None:
        """Take away all that `cover` put up."""
        for window in self._covers:
            window.destroy()
        self._covers.clear()
        self._x.sync()

    def photograph(self) -> Image.Image:
        """Return what the whole screen shows."""
        size = self._root.get_geometry()
        seen = self._root.get_image(0, 0, size.width, size.height, X.ZPixmap, 0xFFFFFFFF)
        return Image.frombytes("RGB", (size.width, size.height), seen.data, "raw", "BGRX")

    def destroy(self, window_id: int) -> None:
        """Destroy a window of another program's."""
        self._x.create_resource_object("window", window_id).destroy()
        self._x.sync()

    def blank(self, *, on: bool) -> None:
        """Start the server's own screen saver, or end it."""
        self._x.force_screen_saver(X.ScreenSaverActive if on else X.ScreenSaverReset)
        self._x.sync()

    def kill(self) -> None:
        """End the server, with no goodbye to its clients."""
        self._server.kill()
        self._server.wait()

    @property
    def _output(self) -> int:
        return int(self._root.xrandr_get_screen_resources().outputs[0])

    def _configure(self, mode: int, outputs: Sequence[int]) -> None:
        found = self._root.xrandr_get_screen_resources()
        self._x.xrandr_set_crtc_config(found.crtcs[0], found.config_timestamp, 0, 0, mode, 1, outputs)

    def _mode(self, width: int, height: int) -> int:
        found = self._root.xrandr_get_screen_resources()
        for mode in found.modes:
            if (mode.width, mode.height) == (width, height):
                return int(mode.id)
        made = _CreateMode(
            display=self._x.display,
            opcode=self._x.display.get_extension_major("RANDR"),
            window=self._root,
            id=0,
            width=width,
            height=height,
            dot_clock=width * height * 60,
            h_sync_start=width,
            h_sync_end=width,
            h_total=width,
            h_skew=0,
            v_sync_start=height,
            v_sync_end=height,
            v_total=height,
            flags=0,
            name=f"{width}x{height}",
        )
        self._x.xrandr_add_output_mode(self._output, made.mode)
        return int(made.mode)


@contextmanager
def x_server(*monitors: Monitor, size: tuple[int, int] = (1280, 720)) -> Iterator[Screens]:
    """Run an X server of that screen (px) with software GL and these monitors; without any it has its own, all of it.

    The server picks its number itself; `Screens.name` is what goes into DISPLAY (see `environment`).
    """
    read_fd, write_fd = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_fd), "-screen", "0", f"{size[0]}x{size[1]}x24"]
    options = ["-nolisten", "tcp", "-noreset", "+extension", "GLX"]
    server = subprocess.Popen([*command, *options], pass_fds=[write_fd], stderr=subprocess.DEVNULL)
    os.close(write_fd)
    try:
        with os.fdopen(read_fd) as answer:
            number = answer.readline().strip()
        assert number, START_LIMIT
        screens = Screens(f":{number}", server)
        try:
            screens.plug(*monitors)
            yield screens
        finally:
            screens.close()
    finally:
        server.terminate()
        server.wait()


def environment(screens: Screens) -> dict[str, str]:
    """Return what a program's environment needs to draw there with OpenGL, as on a wall."""
    return {
        "DISPLAY": screens.name,
        "QT_QPA_PLATFORM": "xcb",
        "QSG_RENDER_LOOP": "threaded",
        "QSG_RHI_BACKEND": "opengl",
        "QSG_USE_SIMPLE_ANIMATION_DRIVER": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
