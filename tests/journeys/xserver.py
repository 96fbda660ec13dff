"""What a window manager would do to the wall's window, by Xlib: unmap it, map it again, ask it to close."""

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager


class _Attributes(ctypes.Structure):
    """The beginning of XWindowAttributes (Xlib.h); the rest is room for what the server writes."""

    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent (Xlib.h), with room for the largest event."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 16),
    )


@contextmanager
def _connection(display: str) -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p]]:
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    handle = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    assert handle.value, f"no X server at {display}"
    try:
        yield x11, handle
    finally:
        x11.XSync(handle, 0)
        x11.XCloseDisplay(handle)


def windows_of_size(display: str, width_px: int, height_px: int) -> list[int]:
    """Return the ids of the top-level windows of exactly that size."""
    with _connection(display) as (x11, handle):
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        top = ctypes.c_ulong(x11.XDefaultRootWindow(handle))
        x11.XQueryTree(
            handle, top, ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children), ctypes.byref(count)
        )
        found = []
        for index in range(count.value):
            attributes = _Attributes()
            x11.XGetWindowAttributes(handle, ctypes.c_ulong(children[index]), ctypes.byref(attributes))
            if (attributes.width, attributes.height) == (width_px, height_px):
                found.append(int(children[index]))
        x11.XFree(children)
        return found


def unmap(display: str, window: int) -> None:
    """Take the window off the screen."""
    with _connection(display) as (x11, handle):
        x11.XUnmapWindow(handle, ctypes.c_ulong(window))


def map_again(display: str, window: int) -> None:
    """Put the window back on the screen."""
    with _connection(display) as (x11, handle):
        x11.XMapWindow(handle, ctypes.c_ulong(window))


def ask_to_close(display: str, window: int) -> None:
    """Press the window's close button, as a window manager does (WM_DELETE_WINDOW)."""
    client_message, on_32_bits = 33, 32
    with _connection(display) as (x11, handle):
        x11.XInternAtom.restype = ctypes.c_ulong
        message = _ClientMessage(type=client_message, window=window, format=on_32_bits)
        message.message_type = x11.XInternAtom(handle, b"WM_PROTOCOLS", 0)
        message.data[0] = x11.XInternAtom(handle, b"WM_DELETE_WINDOW", 0)
        x11.XSendEvent(handle, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
