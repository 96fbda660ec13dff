"""Which two pieces share a landscape screen, pure: portrait ones, for alone each would leave most of it empty or lose
most of itself.

The partner is the next portrait piece of the same kind (fresh, unseen, cooled) that is ready, so that nothing
overtakes its betters. `decide` hangs them; `kiosk.imaging` puts them side by side.
"""

from collections.abc import Sequence

from kiosk.domain.artworks import Artwork
from kiosk.playback.state import Entry

PORTRAIT = 1.2
LANDSCAPE = 1.3
LOOK_AHEAD = 8
QUARTER_TURNS = (5, 6, 7, 8)  # EXIF orientations that swap width and height


def is_portrait(artwork: Artwork) -> bool:
    """Tell whether a piece is clearly higher than wide as it will be seen; one of unknown size is not."""
    lies_on_side = artwork.provenance.get("orientation") in QUARTER_TURNS
    width, height = (artwork.height, artwork.width) if lies_on_side else (artwork.width, artwork.height)
    return width > 0 and height >= PORTRAIT * width


def is_landscape(screen_px: tuple[int, int]) -> bool:
    """Tell whether a screen has room for two portrait pieces side by side."""
    width_px, height_px = screen_px
    return height_px > 0 and width_px >= LANDSCAPE * height_px


def partner_of(lead: Entry, pieces: Sequence[Entry], screen_px: tuple[int, int]) -> Entry | None:
    """Return the entry to hang beside `lead`, None when it has the screen to itself. `pieces` are in queue order."""
    if not is_landscape(screen_px) or not is_portrait(lead.artwork):
        return None
    near = [entry for entry in pieces if entry.artwork.id != lead.artwork.id][:LOOK_AHEAD]
    fitting = (
        entry
        for entry in near
        if entry.ready and entry.artwork.reason is lead.artwork.reason and is_portrait(entry.artwork)
    )
    return next(fitting, None)
