"""The procedural provider: draws the genome with this machine's own styles. Needs no network and costs nothing."""

from kiosk.generator.genome import Genome
from kiosk.generator.render import RenderedPiece, render_piece


class ProceduralProvider:
    """Makes pieces with `render_piece`."""

    name = "procedural"

    def make(self, genome: Genome, width_px: int, height_px: int, *, format: str) -> RenderedPiece:
        """Return the rendered piece; errors as `render_piece`."""
        return render_piece(genome, width_px, height_px, format=format)
