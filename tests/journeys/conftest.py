"""Journeys run on the session's virtual screen, on a data folder each."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

LIMIT_S = 600  # a journey waits for several things; each has `wall.WAIT_S` of its own


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a journey the time it may take on a slow machine, unless it asks for its own."""
    if item.get_closest_marker("timeout") is None:
        item.add_marker(pytest.mark.timeout(LIMIT_S))


@pytest.fixture(autouse=True)
def screen(xvfb_display: str) -> str:
    """Have the X server up before any display starts."""
    return xvfb_display


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the wall's data folder."""
    return tmp_path / "wall"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder of eight plain pictures, each of a colour of its own."""
    made = tmp_path / "pictures"
    made.mkdir()
    for index in range(8):
        image = Image.new("RGB", (320, 180), (40 + 25 * index, 200 - 20 * index, 90))
        ImageDraw.Draw(image).rectangle((20 * index, 40, 20 * index + 60, 140), fill=(250, 250, 250))
        image.save(made / f"piece-{index}.png")
    return made
