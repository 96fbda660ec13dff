"""What other programs on the screen may do to the wall: lie over it, and change its size."""

from collections.abc import Iterator
from contextlib import contextmanager

from Xlib import X
from Xlib import display as xdisplay


@contextmanager
def connected(screen: str) -> Iterator[xdisplay.Display]:
    """Have a connection to the X server; what was asked of it is done when the block ends."""
    connection = xdisplay.Display(screen)
    try:
        yield connection
        connection.sync()
    finally:
        connection.close()


@contextmanager
def covered(
    screen: str, size: tuple[int, int], colour: tuple[int, int, int], *, at: tuple[int, int] = (0, 0)
) -> Iterator[None]:
    """Within, a window of one colour and `size` (pixels) lies over what is there, as another program's might."""
    with connected(screen) as connection:
        root = connection.screen().root
        pixel = colour[0] << 16 | colour[1] << 8 | colour[2]
        window = root.create_window(
            *(*at, *size, 0, X.CopyFromParent),
            override_redirect=True,
            background_pixel=pixel,
            event_mask=X.ExposureMask,
        )
        window.map()
        window.configure(stack_mode=X.Above)
        connection.sync()
        try:
            yield
        finally:
            window.destroy()


def resize(screen: str, window: int, size: tuple[int, int]) -> None:
    """Give a window another size (pixels), as a window manager would."""
    with connected(screen) as connection:
        connection.create_resource_object("window", window).configure(width=size[0], height=size[1])
