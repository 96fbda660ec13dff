"""What a window manager would do to the wall's window, by the X protocol: unmap it, map it again, ask it to close."""

from Xlib import X
from Xlib.error import BadDrawable, BadWindow
from Xlib.protocol.event import ClientMessage

from tests.journeys.xwindows import connected


def windows_of_size(display: str, width_px: int, height_px: int) -> list[int]:
    """Return the ids of the top-level windows of exactly that size."""
    found = []
    with connected(display) as connection:
        for window in connection.screen().root.query_tree().children:
            try:
                area = window.get_geometry()
            except (BadDrawable, BadWindow):  # it has gone since it was listed
                continue
            if (area.width, area.height) == (width_px, height_px):
                found.append(int(window.id))
    return found


def unmap(display: str, window: int) -> None:
    """Take the window off the screen."""
    with connected(display) as connection:
        connection.create_resource_object("window", window).unmap()


def map_again(display: str, window: int) -> None:
    """Put the window back on the screen."""
    with connected(display) as connection:
        connection.create_resource_object("window", window).map()


def ask_to_close(display: str, window: int) -> None:
    """Press the window's close button, as a window manager does (WM_DELETE_WINDOW)."""
    with connected(display) as connection:
        protocols, close = (connection.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        message = ClientMessage(window=window, client_type=protocols, data=(32, [close, X.CurrentTime, 0, 0, 0]))
        connection.create_resource_object("window", window).send_event(message)
