"""What is told of a painted piece."""

from kiosk.generator.compose import compose
from kiosk.generator.titles import explain, prompt_of
from kiosk.server.describing import describe
from kiosk.server.providers.port import PaintedImage


def test_a_piece_is_explained_by_who_painted_it() -> None:
    """Ours is explained by the genome it was drawn from; one from outside by the words its painter was asked for."""
    genome = compose({"key": "E", "mode": "minor", "loudnessDbfs": -20.0}, 3, "silk")
    ours = PaintedImage(b"a", "image/png", 16, 9, provider="procedural", model="")
    theirs = PaintedImage(b"b", "image/png", 16, 9, provider="openai", model="gpt-image-1")
    assert describe(genome.to_json(), ours).provenance["explanation"] == explain(genome)
    told = describe(genome.to_json(), theirs).provenance["explanation"]
    assert told == f"Painted by gpt-image-1, which was asked for: {prompt_of(genome)}"
