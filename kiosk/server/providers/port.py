"""The protocol of all that paint: an order in, a picture out, or the outcome that there is none.

Counterparts: `making` places the order; `procedural`, `openai`, `comfyui` and `automatic1111` fill it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kiosk.generator.genome import genome_from_json
from kiosk.generator.titles import prompt_of
from kiosk.server.providers.outcomes import WHY, Outcome
from kiosk.server.renderers import RenderFailed


@dataclass(frozen=True, slots=True)
class PaintOrder:
    """A piece to be painted: its genome as JSON, the prompt and seed told from it, its size in pixels.

    `recent` are the signatures of pieces that one drawn here may not be like.
    """

    genome: str
    prompt: str
    seed: int
    width_px: int
    height_px: int
    recent: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, genome_json: str, *, width_px: int, height_px: int, recent: Sequence[str] = ()) -> "PaintOrder":
        """Return the order for a genome; raises BadGenome."""
        genome = genome_from_json(genome_json)
        return cls(genome_json, prompt_of(genome), genome.seed, width_px, height_px, tuple(recent))


@dataclass(frozen=True, slots=True)
class Fallback:
    """Whose place a piece took, and why."""

    provider: str
    model: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PaintedImage:
    """An image file in memory, checked: sizes in pixels as stored, before the turn its EXIF `orientation` (1-8) asks.

    `facts` go into the provenance as they are; `seconds` is the time it took. `genome` is the JSON of what was painted
    where that is not what was ordered, but another of its kind. `signature` is what later pieces are compared with;
    `nearest` is the distance to the nearest of the order's `recent`, None for a picture that hangs whatever it is like.
    """

    data: bytes = field(repr=False)
    media_type: str
    width_px: int
    height_px: int
    provider: str
    model: str
    seconds: float = 0.0
    orientation: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)
    instead_of: Fallback | None = None
    genome: str = ""
    signature: str = ""
    nearest: float | None = None

    @property
    def sha256(self) -> str:
        """The image file's digest in hex."""
        return hashlib.sha256(self.data).hexdigest()

    def provenance(self) -> dict[str, Any]:
        """Return what the artwork tells of its making, besides its genome."""
        told: dict[str, Any] = {"provider": self.provider, "seconds": round(self.seconds, 3), **self.facts}
        if self.nearest is not None:
            told["nearest"] = self.nearest
        if self.model:
            told["model"] = self.model
        if self.orientation != 1:
            told["orientation"] = self.orientation
        if self.instead_of is not None:
            told["fallback"] = {
                "provider": self.instead_of.provider,
                "model": self.instead_of.model,
                "outcome": self.instead_of.outcome.value,
                "reason": WHY[self.instead_of.outcome],
            }
        return told


class ProviderFailed(RenderFailed):
    """A service outside has painted nothing. `message` is for the log; it may quote the service, never the key.

    `is_charged`: the service may charge for it all the same. `retry_after_s`: what it asked to wait, in seconds.
    """

    code = "provider_failed"

    def __init__(
        self, outcome: Outcome, message: str, *, is_charged: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, is_final=False)
        self.outcome = outcome
        self.is_charged = is_charged
        self.retry_after_s = retry_after_s


class Provider(Protocol):
    """Paints pieces. `name` is the setting's word for it, `model` what it paints with, if it has any."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture; raise RenderFailed, ProviderFailed when the provider is outside."""
        ...


class Outside(Provider, Protocol):
    """A provider outside this machine's own program, which can also be looked at."""

    async def look(self) -> str:
        """Return in a few words what is found there, at no cost; raise ProviderFailed."""
        ...
