"""The label's line on how a piece was made."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.bundle import demo_pieces
from kiosk.app.made_line import made_line
from kiosk.domain.artworks import Origin
from kiosk.generator.compose import compose
from tests.playback.show import artwork

SILENCE: dict[str, Any] = {"energy": None, "brightness": None, "onsets": None, "tempo": None, "key": None, "mode": None}


@pytest.mark.parametrize(
    ("style", "audio", "parents", "expected"),
    [
        ("silk", {"tempo": 92, "key": "D", "mode": "minor"}, [], "Silk, drawn from 92 bpm in D minor"),
        ("flow", {"tempo": 164, "key": "F#", "mode": "major"}, [], "Flow, drawn from 164 bpm in F♯ major"),
        ("flow", {"tempo": 120}, [], "Flow, drawn from 120 bpm"),
        ("silk", {"key": "C", "mode": None}, [], "Silk, drawn from music in C"),
        ("silk", {"energy": 7}, [], "Silk, drawn from lively music"),
        ("silk", {}, [], "Silk, drawn from chance"),
        ("flow", {"tempo": 92}, ["a"], "Flow, bred from a piece people liked"),
        ("flow", {}, ["a", "b"], "Flow, bred from two pieces people liked"),
        ("", {}, [], "Drawn from chance"),
    ],
)
def test_what_the_music_gave_is_named(style: str, audio: dict[str, Any], parents: list[str], expected: str) -> None:
    """Pulse and key where they are known, otherwise the mood; no music is chance, and parents go before all that."""
    genome = {"style": style, "audio": {**SILENCE, **audio}, "parents": parents}
    piece = replace(artwork("a"), origin=Origin.GENERATED, style=style, provenance={"genome": genome})
    assert made_line(piece) == expected


def test_it_reads_what_the_generator_writes() -> None:
    """A genome as the server stores it gives the line of its own music."""
    music = {"tempoBpm": 91.0, "tempoConfidence": 0.9, "key": "D", "mode": "minor", "keyConfidence": 0.8}
    genome = compose(music, 7, "silk")
    piece = replace(artwork("a"), origin=Origin.GENERATED, style="silk", provenance={"genome": genome.to_dict()})
    assert made_line(piece) == "Silk, drawn from 92 bpm in D minor"


def test_bundled_pieces_claim_no_music_that_was_heard() -> None:
    """What a first start shows was composed for imagined music, and its line says no more."""
    lines = [made_line(piece.artwork) for piece in demo_pieces()]
    assert len(lines) == 8
    assert all("composed for" in line and "drawn from" not in line for line in lines)
    assert all(piece.artwork.provenance["explanation"].startswith("Imagined music, ") for piece in demo_pieces())


def test_the_manner_and_a_painter_outside_are_named() -> None:
    """A piece in an artist's manner says whose; one that a service painted names its model, else the service."""
    genome = {"style": "ebru", "audio": SILENCE, "parents": [], "artist": "Katsushika Hokusai"}
    piece = replace(artwork("a"), origin=Origin.GENERATED, style="ebru", provenance={"genome": genome})
    assert made_line(piece) == "Ebru after Katsushika Hokusai, drawn from chance"
    outside = {"genome": genome, "provider": "openai", "model": "gpt-image-1"}
    assert made_line(replace(piece, provenance=outside)) == "Painted by gpt-image-1, from chance"
    bred = {"genome": {**genome, "parents": ["a"]}, "provider": "comfyui"}
    assert made_line(replace(piece, provenance=bred)) == "Painted by comfyui, bred from a piece people liked"
    ours = {"genome": genome, "provider": "procedural"}
    assert made_line(replace(piece, provenance=ours)) == "Ebru after Katsushika Hokusai, drawn from chance"


def test_an_import_has_its_medium_or_nothing() -> None:
    """What people brought was not drawn by the wall: its medium is told where it is known."""
    piece = replace(artwork("a"), origin=Origin.IMPORTED, style="", provenance={})
    assert made_line(piece) == ""
    assert made_line(replace(piece, provenance={"medium": " Oil on canvas "})) == "Oil on canvas"
    assert made_line(replace(piece, provenance={"medium": 7})) == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["genome", "audio", "key"]), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["genome", "medium", "provider", "model"]), json_values), st.sampled_from(Origin)
)
def test_whatever_a_server_sends_makes_a_line(provenance: dict[str, Any], origin: Origin) -> None:
    """No provenance, however odd, ends in an exception."""
    assert isinstance(made_line(replace(artwork("a"), origin=origin, provenance=provenance)), str)
