"""Where pieces come from: one protocol, one file for each provider. The procedural one is always there."""

from typing import Protocol

from kiosk.generator.genome import Genome
from kiosk.generator.render import RenderedPiece


class Provider(Protocol):
    """Something that makes a picture of a genome."""

    @property
    def name(self) -> str:
        """Return the name used in settings and records."""

    def make(self, genome: Genome, width_px: int, height_px: int, *, format: str) -> RenderedPiece:
        """Return the finished picture. Blocks while it works; raises KioskError when it cannot be made."""
