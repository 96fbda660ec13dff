"""Is art on the glass now? The answer from facts, pure. `kiosk.app.self_witness` gathers them.

Two witnesses: frames that are still being presented, and, where the screen can be read, what it truly shows against the
print that should be there. A window that lies under another one presents frames all the same; a screen that shows the
right picture may be frozen. Both must agree.
"""

from dataclasses import dataclass
from typing import Any, Literal

FRAME_LIMIT_MS = 10_000
START_LIMIT_S = 60.0
CHECK_COUNTS_FOR_MS = 60_000
DIFFERENT_BITS = 23
"""From so many of 64 on it is another picture: the same print under a label differs by up to 22, others by 32."""
MISSES_TO_BELIEVE = 2
BLACK = 0.0005

Screen = Literal["x11", "window", "none"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A look at the screen at monotonic `at_s`: bits apart from the print, mean linear light (0-1), misses in a row."""

    bits_apart: int
    mean: float
    at_s: float
    misses: int

    @property
    def is_art(self) -> bool:
        """Whether it was the print that was seen."""
        return self.bits_apart < DIFFERENT_BITS


@dataclass(frozen=True, slots=True)
class GlassFacts:
    """What is known at monotonic `now_s`. `dark` says why no art is wanted ("asleep"), empty when it is.

    `frame_age_ms` is None before the first frame; `running_s` is how long the display has been up. `covered` is the
    window system's word that another window lies over all of it.
    """

    now_s: float
    running_s: float
    artwork_id: str | None
    frame_age_ms: int | None
    dark: str = ""
    seen: Seen | None = None
    covered: bool = False


@dataclass(frozen=True, slots=True)
class GlassAnswer:
    """`art` is the answer, `why` the reason when it is no; `healthy` tells whether that is as it should be."""

    art: bool
    healthy: bool
    why: str
    artwork_id: str | None
    frame_age_ms: int | None
    screen: Screen
    bits_apart: int | None
    checked_age_ms: int | None

    def as_json(self) -> dict[str, Any]:
        """Return what `kiosk status --json` says under `glass`."""
        return {
            "art": self.art,
            "healthy": self.healthy,
            "why": self.why,
            "artworkId": self.artwork_id,
            "frameAgeMs": self.frame_age_ms,
            "screen": self.screen,
            "bitsApart": self.bits_apart,
            "checkedAgeMs": self.checked_age_ms,
        }


def answer(facts: GlassFacts) -> GlassAnswer:
    """Judge the facts."""
    seen = facts.seen
    age_ms = None if seen is None else max(0, round(1000 * (facts.now_s - seen.at_s)))
    counts = seen is not None and age_ms is not None and age_ms <= CHECK_COUNTS_FOR_MS and not facts.dark
    why, healthy = _fault(facts, seen if counts else None)
    return GlassAnswer(
        art=not why,
        healthy=healthy,
        why=why,
        artwork_id=facts.artwork_id,
        frame_age_ms=facts.frame_age_ms,
        screen="none" if facts.frame_age_ms is None else "x11" if counts else "window",
        bits_apart=seen.bits_apart if seen is not None and counts else None,
        checked_age_ms=age_ms if counts else None,
    )


def _fault(facts: GlassFacts, seen: Seen | None) -> tuple[str, bool]:
    """Return why no art is to be seen (empty: it is), and whether all is well nevertheless."""
    if facts.dark:
        return facts.dark, True
    if facts.frame_age_ms is None or facts.artwork_id is None:
        return "nothing has been shown yet", facts.running_s <= START_LIMIT_S
    if facts.frame_age_ms > FRAME_LIMIT_MS:
        return f"no frame was presented for {facts.frame_age_ms / 1000:.0f} s", False
    why = _hidden_by(facts, seen)
    return why, not why


def _hidden_by(facts: GlassFacts, seen: Seen | None) -> str:
    """Return what is to be seen in the art's place, empty for the art."""
    if seen is None or seen.misses < MISSES_TO_BELIEVE:
        return "the screen shows something else (another window lies over it)" if facts.covered else ""
    if seen.mean < BLACK:
        return "the screen is black"
    return f"the screen shows something else ({seen.bits_apart} of 64 bits differ)"
