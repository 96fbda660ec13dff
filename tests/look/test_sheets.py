"""The contact sheets of the documentation: one for each style, small enough for everybody's checkout."""

from pathlib import Path

import pytest
from PIL import Image

from kiosk.generator.styles import STYLES
from tests.generator.music import EIGHT
from tests.look.sheets import GAP_PX

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHEETS = sorted((DOCS / "art").iterdir())
ALL_BYTES_MAX = 4_000_000


def test_every_style_has_its_sheet_on_the_page() -> None:
    """There is one for each style, none of a style that is gone, and `docs/art.md` shows them all."""
    assert [sheet.name for sheet in SHEETS] == sorted(f"{style}.jpg" for style in STYLES)
    page = (DOCS / "art.md").read_text("utf-8")
    assert all(f"](art/{style}.jpg)" in page for style in STYLES)


def test_the_sheets_are_small() -> None:
    """All together they have less than 4 MB."""
    assert 0 < sum(sheet.stat().st_size for sheet in SHEETS) < ALL_BYTES_MAX


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_a_sheet_shows_every_kind_of_music(sheet: Path) -> None:
    """Eight rows of pictures of 16 to 9, each with its gap."""
    with Image.open(sheet) as image:
        image.load()
        width_px, height_px = image.size
    down_px = height_px / len(EIGHT) - GAP_PX
    across = width_px / (down_px * 16 / 9 + GAP_PX)
    assert across == pytest.approx(round(across), abs=0.02)
    assert round(across) >= 4
