"""Signatures as texts: the distance they tell, and what is none."""

import io
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from kiosk.generator.compose import compose
from kiosk.generator.distance import distance
from kiosk.generator.render import render_piece
from kiosk.generator.signatures import nearest_of, readable, signature_text

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))


@given(PICTURES, PICTURES)
def test_any_picture_has_a_text(a: Any, b: Any) -> None:
    """The distance by texts is 0 to itself, the same both ways, and at most 1; a text is short."""
    one, other = (signature_text(picture) for picture in (a, b))
    assert nearest_of(one, readable([one])) == 0
    assert nearest_of(one, readable([other])) == pytest.approx(nearest_of(other, readable([one])))
    assert nearest_of(one, readable([other])) <= 1
    assert nearest_of(one, readable([other, one])) == 0
    assert all(len(text) < 600 for text in (one, other))


def test_texts_tell_the_distance_of_pieces() -> None:
    """Of two pieces of each of three styles, the distance by texts is the pictures' own, give or take .05."""
    pieces = [
        render_piece(compose(None, seed, style), 160, 90) for style in ("flow", "silk", "loom") for seed in (1, 2)
    ]
    pictures = [np.asarray(Image.open(io.BytesIO(piece.data)).convert("RGB")) for piece in pieces]
    for one, other in combinations(pictures, 2):
        told = nearest_of(signature_text(one), readable([signature_text(other)]))
        assert told == pytest.approx(distance(one, other), abs=0.05)


@pytest.mark.parametrize("text", ["", "x", "é", '"', "A" * 10_000])
def test_texts_of_another_kind_are_far_from_all(text: str) -> None:
    """What an older or a newer program may have left is compared with nothing, and nothing with it."""
    known = signature_text(np.zeros((9, 16, 3), np.uint8))
    assert readable([text]) == []
    assert nearest_of(text, readable([known])) == nearest_of(known, readable([text])) == 1.0
