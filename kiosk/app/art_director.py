"""Asks for new pieces: when the queue runs short or the interval is over, and when a person wants one now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from kiosk.domain.artworks import Artwork
from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.playback.demand import Demand, Wishes, wants_art
from kiosk.playback.events import ArtArrived, ArtRequested, ArtRequestFailed, Event
from kiosk.protocol.artworks import GenerateRequest, Preferences

LOOK_EVERY_S = 1.0
PERSON_WAITS_S = 10.0
POOL_WAITS_S = 180.0


class Maker(Protocol):
    """Who has pieces made; the sync service is the adapter."""

    async def generate(self, request: GenerateRequest, *, faults_for_s: float) -> Artwork:
        """Return the finished piece; raise KioskError when it cannot be had.

        A server that does not answer is asked again for `faults_for_s`.
        """
        ...


class ArtDirector:
    """Decides by `playback.demand`, asks the server, tells playback. `run` is supervised."""

    def __init__(
        self,
        *,
        maker: Maker,
        clock: Clock,
        wishes: Callable[[], Wishes],
        preferences: Callable[[], Preferences],
        queued: Callable[[], int],
        tell: Callable[[Event], None],
    ) -> None:
        self._maker = maker
        self._clock = clock
        self._wishes = wishes
        self._preferences = preferences
        self._queued = queued
        self._tell = tell
        self._demand = Demand()

    async def run(self) -> None:
        """Look every second whether art is wanted; a failure is waited out, never raised."""
        while True:
            at_s = self._clock.monotonic()
            if wants_art(self._wishes(), self._demand, queued=self._queued(), at_s=at_s):
                await self._fill(at_s)
            await self._clock.sleep(LOOK_EVERY_S)

    async def make_now(self, style: str | None, seed: int | None) -> Artwork:
        """Have a piece made because a person asked; it takes the stage as news. Raises KioskError when it fails."""
        wanted = self._preferences()
        if style is not None:
            wanted = wanted.model_copy(update={"styles": [style]})
        info: dict[str, Any] = {} if seed is None else {"seed": seed}
        return await self._ask(GenerateRequest(preferences=wanted, music_info=info or None), urgent=True)

    async def _fill(self, at_s: float) -> None:
        self._demand = replace(self._demand, last_asked_s=at_s, outstanding=True)
        failures = self._demand.failures + 1
        try:
            await self._ask(self._ambient_request(), urgent=False)
            failures = 0
        except KioskError:
            pass  # _ask has told playback; the demand counts it and waits longer
        finally:
            self._demand = replace(self._demand, outstanding=False, failures=failures)

    def _ambient_request(self) -> GenerateRequest:
        """Nothing is heard: a calm piece of its own, told apart from the last so that it is not taken for a repeat."""
        info: Mapping[str, Any] = {"source": "ambient", "variation": new_id()}
        return GenerateRequest(preferences=self._preferences(), music_info=dict(info))

    async def _ask(self, request: GenerateRequest, *, urgent: bool) -> Artwork:
        request_id = new_id()
        self._tell(ArtRequested(self._clock.monotonic(), request_id, urgent))
        try:
            artwork = await self._maker.generate(request, faults_for_s=PERSON_WAITS_S if urgent else POOL_WAITS_S)
        except BaseException:
            self._tell(ArtRequestFailed(self._clock.monotonic(), request_id))
            raise
        self._tell(ArtArrived(self._clock.monotonic(), artwork, request_id))
        return artwork
