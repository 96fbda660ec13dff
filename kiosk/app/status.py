"""What `kiosk status --json` says, put together from facts (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk.app.glass import GlassAnswer
from kiosk.app.sound import Sound
from kiosk.app.stalls import StallFigures
from kiosk.domain.artworks import Artwork
from kiosk.domain.impressions import ImpressionCounts


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """The stage's frames: counts, milliseconds, pixels. `stalls`: the GUI thread's, None where not watched."""

    frames_swapped: int
    last_swap_age_ms: int
    median_ms: float
    p99_ms: float
    missed: int
    renderer: str
    size_px: tuple[int, int]
    stalls: StallFigures | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The server's URL as shown, `live`, `polling` or `offline`, and milliseconds since the last sync (None: never)."""

    server: str
    state: str
    last_sync_age_ms: int | None


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """One screen of the wall: its monitor's name, its size in pixels, what hangs there, whether it can be seen."""

    monitor: str
    size_px: tuple[int, int]
    hanging: tuple[Artwork, ...]
    exposed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the status is made of; `fault` is empty when all is well."""

    version: str
    artwork: Artwork | None
    holding: bool
    paused: bool
    asleep: bool
    fault: str
    frame: FrameFacts
    impressions: ImpressionCounts
    link: LinkFacts
    cache_pieces: int
    cache_bytes: int
    rss_mb: float
    set_aside: tuple[Mapping[str, object], ...]
    queued: int
    screens: tuple[ScreenFacts, ...] = ()
    glass: GlassAnswer | None = None
    sound: Sound = field(default_factory=Sound)


def state_word(facts: Facts) -> str:
    """Return what the wall does: `error` is nothing on the glass and a fault; with art on it a fault is told beside."""
    if facts.asleep:
        return "asleep"
    if facts.artwork is None:
        return "error" if facts.fault else "starting"
    return "holding" if facts.holding or facts.paused else "showing"


def status_object(facts: Facts) -> dict[str, Any]:
    """Return the status in the contract's shape.

    With it `screens`, `glass`, `audio`, `paused`, `queued`, `setAside`, `fault`.
    `artwork` and `frame` are those of the primary screen, the first of `screens`.
    """
    artwork, frame, books, link = facts.artwork, facts.frame, facts.impressions, facts.link
    shown = None
    if artwork is not None:
        shown = {"id": artwork.id, "title": artwork.title, "sha256": artwork.sha256, "reason": artwork.reason.value}
    return {
        "state": state_word(facts),
        "version": facts.version,
        "artwork": shown,
        "frame": {
            "framesSwapped": frame.frames_swapped,
            "lastSwapAgeMs": frame.last_swap_age_ms,
            "medianMs": round(frame.median_ms, 2),
            "p99Ms": round(frame.p99_ms, 2),
            "missed": frame.missed,
            "renderer": frame.renderer,
            "size": list(frame.size_px),
            "stalls": None if frame.stalls is None else _stalls(frame.stalls),
        },
        "impressions": {
            "painted": books.painted,
            "delivered": books.delivered,
            "pending": books.pending,
            "dropped": books.dropped,
        },
        "link": {"server": link.server, "state": link.state, "lastSyncAgeMs": link.last_sync_age_ms},
        "cache": {"pieces": facts.cache_pieces, "bytes": facts.cache_bytes},
        "memory": {"rssMb": round(facts.rss_mb, 1)},
        "screens": [_screen(screen) for screen in facts.screens],
        "glass": None if facts.glass is None else facts.glass.as_json(),
        "audio": facts.sound.as_json(),
        "paused": facts.paused,
        "queued": facts.queued,
        "setAside": [dict(item) for item in facts.set_aside],
        "fault": facts.fault,
    }


def _screen(screen: ScreenFacts) -> dict[str, Any]:
    return {
        "monitor": screen.monitor,
        "size": list(screen.size_px),
        "artworks": [{"id": piece.id, "title": piece.title} for piece in screen.hanging],
        "exposed": screen.exposed,
    }


def _stalls(stalls: StallFigures) -> dict[str, Any]:
    return {
        "count": stalls.count,
        "worstMs": stalls.worst_ms,
        "worstAt": stalls.worst_at,
        "renderWaits": stalls.render_waits,
        "starved": stalls.starved,
    }
