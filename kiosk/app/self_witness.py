"""The wall looks at itself: every few seconds, and when it is asked, what the screen shows against what it should.

The looking and the hashing are done in the imaging process; here two numbers are compared. The judgement is
`kiosk.app.glass`; `kiosk status` prints it and `kiosk.app.systemd` acts on it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kiosk.app.glass import GlassAnswer, GlassFacts, Seen, answer
from kiosk.domain.ports import Clock
from kiosk.imaging.orders import Look

LOOK_EVERY_S = 10.0
LOOK_AGAIN_S = 1.0
LOOK_LIMIT_S = 8.0
ASKED_LIMIT_S = 2.0
FRESH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Whom the witness asks.

    `look` returns what the screen shows in the window's place, None where nobody can read it. `expected` is the
    fingerprint of the print that is wholly on the glass, None while one goes over into another or something of our own
    lies over it; 0, that of a print with too little contrast to be known again, can be compared with nothing either,
    and what was seen of the piece before says nothing about it. `frame_age_ms` is None before the first frame; `dark`
    says why no art is wanted now, or nothing; `covered` whether the window system tells of a window over all of it.
    """

    look: Callable[[], Awaitable[Look | None]]
    expected: Callable[[], int | None]
    artwork_id: Callable[[], str | None]
    frame_age_ms: Callable[[], int | None]
    dark: Callable[[], str]
    covered: Callable[[], bool]


class SelfWitness:
    """Knows whether art is on the glass. Used on the loop's thread; `run` is supervised."""

    def __init__(self, views: Views, *, clock: Clock) -> None:
        self._views = views
        self._clock = clock
        self._began_s = clock.monotonic()
        self._looking = asyncio.Lock()
        self._seen: Seen | None = None

    def answer(self) -> GlassAnswer:
        """Return the answer from the frames of now and the last look."""
        now_s = self._clock.monotonic()
        return answer(
            GlassFacts(
                now_s=now_s,
                running_s=now_s - self._began_s,
                artwork_id=self._views.artwork_id(),
                frame_age_ms=self._views.frame_age_ms(),
                dark=self._views.dark(),
                seen=self._seen,
                covered=self._views.covered(),
            )
        )

    async def asked(self) -> GlassAnswer:
        """Look now, if the screen lets itself be looked at soon, and return the answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASKED_LIMIT_S):
                await self.look()
                if self._doubtful:
                    await self._clock.sleep(LOOK_AGAIN_S)
                    await self.look()
        return self.answer()

    async def look(self) -> None:
        """Compare the screen with the print on it; a look during which the print changed says nothing."""
        async with self._looking:
            wanted = self._views.expected()
            if wanted == 0:
                self._seen = None
            if not wanted or self._views.dark() or self._is_fresh:
                return
            try:
                async with asyncio.timeout(LOOK_LIMIT_S):
                    found = await self._views.look()
            except TimeoutError:
                return
            if found is None or self._views.expected() != wanted or self._views.dark():
                return
            seen = Seen((found.fingerprint ^ wanted).bit_count(), found.mean, self._clock.monotonic(), 0)
            misses = 0 if seen.is_art else 1 + (self._seen.misses if self._seen is not None else 0)
            self._seen = Seen(seen.bits_apart, seen.mean, seen.at_s, misses)

    async def run(self) -> None:
        """Look again and again, sooner while in doubt or while there was nothing to compare."""
        while True:
            before = self._seen
            await self.look()
            idle = self._seen is before and not self._views.expected()
            await self._clock.sleep(LOOK_AGAIN_S if idle or self._doubtful else LOOK_EVERY_S)

    @property
    def _is_fresh(self) -> bool:
        seen = self._seen
        return seen is not None and seen.is_art and self._clock.monotonic() - seen.at_s < FRESH_S

    @property
    def _doubtful(self) -> bool:
        return self._seen is not None and self._seen.misses == 1
