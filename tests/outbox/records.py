"""Impressions for the tests of this package."""

from datetime import UTC, datetime, timedelta

from kiosk.domain.artworks import Reason
from kiosk.domain.ids import demo_id
from kiosk.domain.impressions import OpenImpression, Showing

START = datetime(2026, 1, 1, tzinfo=UTC)
BOOT = "boot-a"
SHOWING = Showing(visible_ms=12_000, frames_painted=700)


def impression(number: int, *, boot_id: str = BOOT, mono_s: float | None = None) -> OpenImpression:
    """The impression of that number; its id, artwork and times follow from it."""
    return OpenImpression(
        id=demo_id(f"impression {number}"),
        artwork_id=demo_id(f"artwork {number}"),
        sha256=f"{number:064x}",
        title=f"Piece {number}",
        reason=Reason.UNSEEN,
        painted_at=START + timedelta(seconds=number),
        painted_mono_s=1_000.0 + number if mono_s is None else mono_s,
        boot_id=boot_id,
        clock_synced=True,
        planned_ms=12_000,
        coverage=1.0,
    )
