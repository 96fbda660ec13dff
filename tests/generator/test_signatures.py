"""Signatures as texts: the distance they tell, and what is none."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kiosk.generator.distance import distance
from kiosk.generator.signatures import nearest_of, readable, signature_text

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))


@given(PICTURES, PICTURES)
def test_what_is_kept_tells_the_distance(a: Any, b: Any) -> None:
    """From two texts the distance is the pictures' own but for rounding and the coarser layout; 0 for equal ones."""
    one, other = (signature_text(picture) for picture in (a, b))
    assert nearest_of(one, readable([one])) == 0
    assert nearest_of(one, readable([other])) <= distance(a, b) + 0.05
    assert nearest_of(one, readable([other, one])) == 0
    assert all(len(text) < 600 for text in (one, other))


@pytest.mark.parametrize("text", ["", "x", "é", '"', "A" * 10_000])
def test_texts_of_another_kind_are_far_from_all(text: str) -> None:
    """What an older or a newer program may have left is compared with nothing, and nothing with it."""
    known = signature_text(np.zeros((9, 16, 3), np.uint8))
    assert readable([text]) == []
    assert nearest_of(text, readable([known])) == nearest_of(known, readable([text])) == 1.0
