"""The driver of playback: feeds events to `decide` on the loop's thread and performs the effects through two ports."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol, assert_never

from kiosk.domain.artworks import Artwork
from kiosk.domain.impressions import EndedBy
from kiosk.domain.ports import Clock
from kiosk.playback.decide import decide, is_holding
from kiosk.playback.events import (
    Effect,
    Event,
    Notice,
    Prefetch,
    Prepare,
    Refetch,
    SetAsleep,
    ShowPiece,
    Ticked,
    WakeAt,
)
from kiosk.playback.state import Hanging, State


class StagePort(Protocol):
    """Where pieces are shown."""

    def show(self, showing_id: str, hanging: Hanging, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring a piece, or two side by side, on."""
        ...

    def prepare(self, hangings: Sequence[Hanging]) -> None:
        """Get these ready, most urgent first."""
        ...

    def set_asleep(self, asleep: bool) -> None:
        """Darken or light the stage."""
        ...

    def notice(self, word: str) -> None:
        """Show a quiet word to whoever stands there."""
        ...


class SupplyPort(Protocol):
    """Where pieces come from."""

    def prefetch(self, artworks: Sequence[Artwork], on_glass: Sequence[Artwork]) -> None:
        """Have the images of these pieces, in this order, and keep those on the glass."""
        ...

    def request_sync(self, delay_s: float) -> None:
        """Sync with the server after `delay_s`."""
        ...


class PlaybackService:
    """Holds the state and the one timer. Must be used from the thread of the running loop."""

    def __init__(self, state: State, *, stage: StagePort, supply: SupplyPort, clock: Clock) -> None:
        self._state = state
        self._stage = stage
        self._supply = supply
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: deque[Event] = deque()

    @property
    def state(self) -> State:
        """What playback knows now."""
        return self._state

    @property
    def holding(self) -> bool:
        """Whether the picture stays because nothing new is there."""
        return is_holding(self._state, self._clock.monotonic())

    def handle(self, event: Event) -> None:
        """Take in one event and do what follows from it; events told meanwhile wait for their turn."""
        self._waiting.append(event)
        if len(self._waiting) > 1:
            return
        try:
            while self._waiting:
                self._state, effects = decide(self._state, self._waiting[0])
                for effect in effects:
                    self._perform(effect)
                self._waiting.popleft()
        finally:
            self._waiting.clear()

    def join(self, other: State) -> None:
        """Take over what another screen of the wall knows of the queue and of what was shown."""
        self._state = self._state.joining(other)

    def close(self) -> None:
        """Stop the timer; no event comes after this."""
        self._set_timer(None)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case ShowPiece():
                self._stage.show(effect.showing_id, effect.hanging, effect.transition, effect.morph_s, effect.cause)
            case Prefetch(artworks=artworks, on_glass=on_glass):
                self._supply.prefetch(artworks, on_glass)
            case Prepare(hangings=hangings):
                self._stage.prepare(hangings)
            case Refetch(delay_s=delay_s):
                self._supply.request_sync(delay_s)
            case SetAsleep(asleep=asleep):
                self._stage.set_asleep(asleep)
            case Notice(word=word):
                self._stage.notice(word)
            case WakeAt(at_s=at_s):
                self._set_timer(at_s)
            case _:
                assert_never(effect)

    def _set_timer(self, at_s: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at_s is not None:
            delay_s = max(0.0, at_s - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.handle(Ticked(self._clock.monotonic()))
