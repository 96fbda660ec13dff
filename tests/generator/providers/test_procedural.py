"""The procedural provider: the generator behind the protocol all providers share."""

from kiosk.generator.compose import compose
from kiosk.generator.providers import Provider
from kiosk.generator.providers.procedural import ProceduralProvider
from kiosk.generator.render import render_piece


def test_it_makes_what_the_generator_renders() -> None:
    """Through the protocol comes the very file `render_piece` gives."""
    provider: Provider = ProceduralProvider()
    genome = compose(None, 9, "silk")
    assert provider.name == "procedural"
    made = provider.make(genome, 64, 36, format="png")
    assert made.data == render_piece(genome, 64, 36, format="png").data
