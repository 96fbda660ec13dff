"""The status of the whole display, gathered from its parts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk import __version__
from kiosk.app.glass import GlassAnswer
from kiosk.app.machine import resident_mib
from kiosk.app.sound import Sound
from kiosk.app.stalls import StallFigures
from kiosk.app.status import Facts, FrameFacts, LinkFacts, ScreenFacts, status_object
from kiosk.app.wall_screen import WallScreen
from kiosk.domain.impressions import ImpressionCounts
from kiosk.playback.service import PlaybackService
from kiosk.stage.pieces import FrameStatus
from kiosk.sync.cache import ImageCache
from kiosk.sync.service import SyncService


@dataclass(frozen=True, slots=True)
class StatusDesk:
    """Knows whom to ask.

    `server` returns the server's URL or an empty text; `fault` what is wrong, or nothing; `glass` whether art is on the
    glass, `stalls` what kept the GUI thread, each of these two None where nobody watches; `sound` what is heard.
    """

    screens: Iterable[WallScreen]
    playback: PlaybackService
    frames: Callable[[], FrameStatus]
    counts: Callable[[], ImpressionCounts]
    sync: SyncService
    cache: ImageCache
    server: Callable[[], str]
    fault: Callable[[], str]
    glass: Callable[[], GlassAnswer | None] = lambda: None
    stalls: Callable[[], StallFigures | None] = lambda: None
    sound: Callable[[], Sound] = Sound

    def status(self) -> Mapping[str, Any]:
        """Return the object `kiosk status --json` prints."""
        state = self.playback.state
        usage = self.cache.usage()
        return status_object(
            Facts(
                version=__version__,
                artwork=None if state.on_stage is None else state.on_stage.artwork,
                holding=self.playback.holding,
                paused=state.paused,
                asleep=state.asleep,
                fault=self.fault(),
                frame=_frame_facts(self.frames(), self.stalls()),
                impressions=self.counts(),
                link=LinkFacts(self.server(), self.sync.link, self.sync.last_sync_age_ms),
                cache_pieces=usage.pieces,
                cache_bytes=usage.bytes,
                rss_mb=resident_mib(),
                set_aside=tuple(piece.as_json() for piece in self.cache.set_aside_pieces()),
                queued=len(state.pieces),
                screens=tuple(map(_screen_facts, self.screens)),
                glass=self.glass(),
                sound=self.sound(),
            )
        )


def _screen_facts(screen: WallScreen) -> ScreenFacts:
    showing = screen.playback.state.on_stage
    hanging = () if showing is None else showing.hanging
    return ScreenFacts(screen.monitor, screen.stage.scene_px, hanging, screen.stage.exposed)


def _frame_facts(frames: FrameStatus, stalls: StallFigures | None) -> FrameFacts:
    return FrameFacts(
        frames_swapped=frames.frames_swapped,
        last_swap_age_ms=frames.last_swap_age_ms or 0,
        median_ms=frames.median_ms,
        p99_ms=frames.p99_ms,
        missed=frames.missed,
        renderer=frames.renderer,
        size_px=frames.size,
        stalls=stalls,
    )
