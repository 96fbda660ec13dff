"""A painted picture as a piece: title, prompt and provenance, told from its genome and from who painted it.

`making` stores what this returns.
"""

from collections.abc import Collection

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.generator.titles import ARTIST, explain, prompt_of, summary_of, title_of
from kiosk.server.providers.port import PaintedImage
from kiosk.server.providers.procedural import NAME as OWN
from kiosk.server.store_artworks import NewArtwork


def describe(genome_json: str, piece: PaintedImage, *, generation: int = 0, taken: Collection[str] = ()) -> NewArtwork:
    """Return a painted piece with its title, none of those `taken`, its prompt and its provenance; `generation` counts
    from those without parents.
    """
    genome = genome_from_json(piece.genome or genome_json)
    return NewArtwork(
        public_id=new_id(),
        sha256=piece.sha256,
        byte_count=len(piece.data),
        width=piece.width_px,
        height=piece.height_px,
        media_type=piece.media_type,
        title=title_of(genome, taken, signature=piece.signature),
        artist=ARTIST,
        origin=Origin.GENERATED,
        prompt=prompt_of(genome),
        style=genome.style,
        provenance={
            "genome": genome.to_dict(),
            "summary": summary_of(genome, piece.signature),
            "explanation": explain(genome, piece.signature) if piece.provider == OWN else _painted_words(piece, genome),
            "generation": generation,
            **piece.provenance(),
        },
        signature=piece.signature,
    )


def _painted_words(piece: PaintedImage, genome: Genome) -> str:
    """Say how a piece from outside came to be: what the music asked for, and who painted it."""
    return f"Painted by {piece.model or piece.provider}, which was asked for: {prompt_of(genome)}"
