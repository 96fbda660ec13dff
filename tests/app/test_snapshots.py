"""`kiosk snapshot`: the screen where it can be read, the window elsewhere."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QImage

from kiosk.app.snapshots import Snapshots
from kiosk.app.x_screen import in_pixels
from kiosk.domain.errors import KioskError
from tests.app.screen_of_art import SIZE_PX, ScreenOfArt, screen_of_art


@pytest.fixture
def art(qapp: QGuiApplication, tmp_path: Path) -> Iterator[ScreenOfArt]:
    """A print on the screen."""
    with screen_of_art(tmp_path) as shown:
        yield shown


def window_alone() -> QImage:
    """A picture of the window, all white."""
    image = QImage(8, 4, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    return image


def opened(path: Path) -> Image.Image:
    """The picture in a file."""
    with Image.open(path) as image:
        return image.convert("RGB")


def test_it_is_the_screen_pixel_for_pixel(art: ScreenOfArt, tmp_path: Path) -> None:
    """What the X server shows in the window's place is saved, equal to the print that was put there."""
    out = tmp_path / "out.png"
    saved = asyncio.run(Snapshots(window_alone, art.screen.save_png).save_png(out))
    assert (saved.width_px, saved.height_px, saved.source) == (*SIZE_PX, "screen")
    assert ImageChops.difference(opened(out), opened(art.made.path)).getbbox() is None


def test_what_lies_above_the_wall_is_in_it(art: ScreenOfArt, tmp_path: Path) -> None:
    """It shows what people see, not what the wall has drawn."""
    art.cover("#ff0000", QRect(art.window.x(), art.window.y(), 100, 100))
    out = tmp_path / "out.png"
    asyncio.run(Snapshots(window_alone, art.screen.save_png).save_png(out))
    assert opened(out).getpixel((50, 50)) == (255, 0, 0)


def test_where_the_screen_cannot_be_read_it_is_the_window(tmp_path: Path) -> None:
    """And it says so."""
    saved = asyncio.run(Snapshots(window_alone).save_png(tmp_path / "out.png"))
    assert (saved.width_px, saved.height_px, saved.source) == (8, 4, "window")
    assert opened(tmp_path / "out.png").getpixel((1, 1)) == (255, 255, 255)


def test_faults_are_told(art: ScreenOfArt, tmp_path: Path) -> None:
    """No window on a screen, or no place to write: one clear line each."""
    with pytest.raises(KioskError, match="not on a screen"):
        asyncio.run(Snapshots(QImage).save_png(tmp_path / "out.png"))
    with pytest.raises(KioskError, match="cannot be written"):
        asyncio.run(Snapshots(window_alone, art.screen.save_png).save_png(tmp_path / "none" / "out.png"))


@pytest.mark.parametrize(
    ("window", "screen", "ratio", "pixels"),
    [
        (QRect(60, 40, 480, 270), QRect(0, 0, 1280, 720), 1.0, (60, 40, 480, 270)),
        (QRect(0, 0, 1280, 720), QRect(0, 0, 1280, 720), 3.0, (0, 0, 3840, 2160)),
        (QRect(1920, 0, 960, 540), QRect(1920, 0, 960, 540), 2.0, (1920, 0, 1920, 1080)),
        (QRect(-50, 10, 100, 100), QRect(0, 0, 1280, 720), 1.0, (0, 10, 50, 100)),
    ],
)
def test_where_a_window_lies_in_pixels(
    window: QRect, screen: QRect, ratio: float, pixels: tuple[int, int, int, int]
) -> None:
    """Lengths are scaled by the screen's ratio, its corner is not, and what hangs over its edge is left out."""
    assert in_pixels(window, screen, ratio) == pixels
