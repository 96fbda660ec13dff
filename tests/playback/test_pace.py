"""Morphs in time with the music their piece was made from."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.playback.events import ShowPiece
from kiosk.playback.pace import STRETCH, paced_s, tempo_of
from kiosk.playback.state import State
from tests.playback.show import Show, artwork


@pytest.mark.parametrize(
    ("morph_s", "tempo", "expected"), [(4.0, 120.0, 4.0), (4.0, 92.0, 2.609 * 2), (4.0, 60.0, 4.0)]
)
def test_whole_bars_where_they_fit(morph_s: float, tempo: float, expected: float) -> None:
    """A morph lasts bars of the music, the most regular count near the operator's time."""
    assert paced_s(morph_s, tempo) == pytest.approx(expected, abs=0.01)


@given(st.floats(0.1, 600), st.floats(30, 300))
def test_never_far_from_the_operators_time(morph_s: float, tempo: float) -> None:
    """At any tempo a morph is at most a quarter shorter and a third longer, and whole beats or as it was set."""
    length_s = paced_s(morph_s, tempo)
    assert STRETCH[0] * morph_s <= length_s <= STRETCH[1] * morph_s
    beats = length_s * tempo / 60
    assert length_s == morph_s or beats == pytest.approx(round(beats), abs=1e-6)


@pytest.mark.parametrize(
    "provenance",
    [{}, {"genome": None}, {"genome": {"audio": {"tempo": None}}}, {"genome": {"audio": {"tempo": True}}},
     {"genome": {"audio": {"tempo": 9_000}}}, {"genome": {"audio": "loud"}}],
)  # fmt: skip
def test_without_a_tempo_nothing_moves(provenance: dict[str, object]) -> None:
    """A piece without a believable tempo has the operator's time."""
    assert tempo_of(replace(artwork("a"), provenance=provenance)) is None
    assert paced_s(4.0, None) == 4.0


def test_a_piece_comes_on_at_its_own_pace() -> None:
    """The newcomer's tempo sets the length of the morph to it, and half weight still falls on the end of the dwell."""
    show = Show(State())
    show.sync(artwork("a"), replace(artwork("b"), provenance={"genome": {"audio": {"tempo": 92}}}))
    show.run(30)
    lengths = [effect.morph_s for effect in show.effects if isinstance(effect, ShowPiece)]
    assert lengths[1] == pytest.approx(8 * 60 / 92)
    assert show.stays[1].half_at_s - show.stays[0].half_at_s == pytest.approx(12.0)
