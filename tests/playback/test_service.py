"""The driver: performs effects in order, takes events told meanwhile in their turn, keeps one timer."""

import asyncio
from collections.abc import Sequence

import pytest

from kiosk.domain.artworks import Artwork, Pool
from kiosk.domain.impressions import EndedBy
from kiosk.playback.events import HalfWeightSeen, ImageReady, MorphEnded, QueueSynced, ShowFailed
from kiosk.playback.service import PlaybackService
from kiosk.playback.state import Hanging, State, Timing
from tests.fakes.clock import LoopClock
from tests.playback.show import artwork


class Theatre:
    """A stage and a supply that answer at once, from within the call."""

    def __init__(self, timing: Timing, broken: str = "") -> None:
        self.clock = LoopClock()
        self.broken = broken
        self.shown: list[str] = []
        self.changed = asyncio.Event()
        self.service = PlaybackService(State(timing=timing), stage=self, supply=self, clock=self.clock)

    def show(self, showing_id: str, hanging: Hanging, transition: str, morph_s: float, cause: EndedBy) -> None:
        at_s = self.clock.monotonic()
        artwork = hanging[0]
        if artwork.id == self.broken:
            self.service.handle(ShowFailed(at_s, showing_id, artwork.id))
            return
        self.shown.append(artwork.id)
        self.changed.set()
        self.service.handle(HalfWeightSeen(at_s, showing_id))
        self.service.handle(MorphEnded(at_s, showing_id))

    def prepare(self, hangings: Sequence[Hanging]) -> None:
        pass

    def set_asleep(self, asleep: bool) -> None:
        pass

    def notice(self, word: str) -> None:
        pass

    def prefetch(self, artworks: Sequence[Artwork], on_glass: Sequence[Artwork]) -> None:
        for piece in artworks:
            self.service.handle(ImageReady(self.clock.monotonic(), piece.id))

    def request_sync(self, delay_s: float) -> None:
        pass

    def sync(self, *names: str) -> None:
        """Let a page arrive."""
        pieces = tuple(artwork(name) for name in names)
        self.service.handle(QueueSynced(self.clock.monotonic(), pieces, Pool()))

    async def has_shown(self, names: str) -> None:
        """Wait until exactly these were shown."""
        async with asyncio.timeout(60):
            while self.shown != list(names):
                self.changed.clear()
                await self.changed.wait()


FAST = Timing(pin_s=0.05, dwell_s=0.05, transition="none")


@pytest.mark.anyio
async def test_the_timer_brings_one_piece_after_the_other() -> None:
    """Every piece of the page is shown once, in order, by the service's own timer."""
    theatre = Theatre(FAST)
    theatre.sync("a", "b", "c")
    await theatre.has_shown("abc")
    theatre.service.close()
    assert theatre.service.state.on_stage is not None


@pytest.mark.anyio
async def test_answers_from_within_an_effect_wait_for_their_turn() -> None:
    """A show that fails while it is being performed leaves no half-decided state: the next piece goes on."""
    theatre = Theatre(FAST, broken="a")
    theatre.sync("a", "b")
    await theatre.has_shown("b")
    theatre.service.close()
    assert theatre.service.state.broken == {"a"}
