"""Asks for new pieces: when the queue runs short, the interval is over, other music plays, or a person wants one.

What the display asks for by itself carries the music of the room, where that is heard and may steer.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from kiosk.domain.artworks import Artwork
from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.playback.demand import Demand, Wishes, wants_art, wants_to_follow
from kiosk.playback.events import ArtArrived, ArtRequested, ArtRequestFailed, Event
from kiosk.protocol.artworks import AudioAnalysis, GenerateRequest, Preferences

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
        music: Callable[[], Mapping[str, Any] | None] = lambda: None,
    ) -> None:
        self._maker = maker
        self._clock = clock
        self._wishes = wishes
        self._preferences = preferences
        self._queued = queued
        self._tell = tell
        self._music = music
        self._demand = Demand()

    async def run(self) -> None:
        """Look every second whether art is wanted; a failure is waited out, never raised.

        What was asked for is waited for aside: new music need not wait for the answer.
        """
        async with asyncio.TaskGroup() as group:
            while True:
                at_s = self._clock.monotonic()
                follows = self._may_follow() and wants_to_follow(self._wishes(), self._demand, at_s=at_s)
                if follows or wants_art(self._wishes(), self._demand, queued=self._queued(), at_s=at_s):
                    self._demand = self._demand.asked(at_s, follows_music=follows)
                    group.create_task(self._fill(follows_music=follows), name="art")
                await self._clock.sleep(LOOK_EVERY_S)

    def new_music(self) -> None:
        """Hear that another piece of music has begun in the room: it gets a picture of its own, as news."""
        self._demand = replace(self._demand, new_music=True)

    async def make_now(self, style: str | None, seed: int | None, analysis: Mapping[str, Any] | None = None) -> Artwork:
        """Have a piece made because a person asked, of the music given if any; it takes the stage as news.

        Raises KioskError when it fails.
        """
        wanted = self._preferences()
        if style is not None:
            wanted = wanted.model_copy(update={"styles": [style]})
        info: dict[str, Any] = {} if seed is None else {"seed": seed}
        heard = None if analysis is None else AudioAnalysis.model_validate(analysis)
        request = GenerateRequest(preferences=wanted, audio_analysis=heard, music_info=info or None)
        return await self._ask(request, urgent=True, faults_for_s=PERSON_WAITS_S)

    def _may_follow(self) -> bool:
        """Tell whether there is music that may steer: what began may be over, or muted, before it is its turn."""
        return self._preferences().dynamic_mode and self._music() is not None

    async def _fill(self, *, follows_music: bool) -> None:
        failed = True
        try:
            await self._ask(self._ambient_request(), urgent=follows_music, faults_for_s=POOL_WAITS_S)
            failed = False
        except KioskError:
            pass  # _ask has told playback; the demand counts it and waits longer
        finally:
            self._demand = self._demand.answered(failed=failed, followed_music=follows_music)

    def _ambient_request(self) -> GenerateRequest:
        """A piece of the music in the room, a calm one where none is heard or none may steer.

        Told apart from the last one, so that it is not taken for a repeat.
        """
        wanted = self._preferences()
        heard = self._music() if wanted.dynamic_mode else None
        return GenerateRequest(
            preferences=wanted,
            audio_analysis=None if heard is None else AudioAnalysis.model_validate(heard),
            music_info={"source": "ambient" if heard is None else "room", "variation": new_id()},
        )

    async def _ask(self, request: GenerateRequest, *, urgent: bool, faults_for_s: float) -> Artwork:
        request_id = new_id()
        self._tell(ArtRequested(self._clock.monotonic(), request_id, urgent))
        try:
            artwork = await self._maker.generate(request, faults_for_s=faults_for_s)
        except BaseException:
            self._tell(ArtRequestFailed(self._clock.monotonic(), request_id))
            raise
        self._tell(ArtArrived(self._clock.monotonic(), artwork, request_id))
        return artwork
