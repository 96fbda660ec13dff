"""What the sections bench takes for true of its programmes, and what it counts."""

import numpy as np
import pytest

from kiosk.audio.decode import RATE_HZ
from kiosk.audio.record import AudioAnalysis
from tests.audio.test_sections import ONE, OTHER
from tests.bench.audio_pieces import Piece
from tests.bench.bench_sections import Programme, joined, told

PIECES = [Piece(str(level), np.full(100 * RATE_HZ, level, np.float32)) for level in (0.1, 0.2, 0.3)]


@pytest.mark.parametrize("join", ["cut", "cross-fade of 5 s", "2 s of silence"])
def test_a_change_is_where_the_next_piece_is_first_heard(join: str) -> None:
    """Just before it the one piece sounds, or nothing; from it on the next comes, from nothing where they cross."""
    programme = joined(PIECES, join)
    assert len(programme.changes_s) == len(PIECES) - 1
    levels = [0.0]
    for change_s in programme.changes_s:
        change = round(change_s * RATE_HZ)
        before, at, later = programme.samples[[change - 1, change, change + 6 * RATE_HZ]]
        levels.append(later)
        assert before == (0 if join == "2 s of silence" else pytest.approx(programme.samples[change - 3 * RATE_HZ]))
        assert at == pytest.approx(before if join == "cross-fade of 5 s" else later)
    assert len(set(levels)) == len(PIECES)


def test_events_are_counted() -> None:
    """A change is told once; an event within a piece, or another after the change, was in vain."""

    def heard(end_s: int) -> AudioAnalysis:
        return OTHER if 40 < end_s <= 80 or end_s > 120 else ONE

    silence = np.zeros(160 * RATE_HZ, np.float32)
    whole = told(Programme(silence), heard, 8.0)
    assert (whole.changes, whole.in_vain) == (0, 2 * 3)
    changing = told(Programme(silence, (40.0, 120.0)), heard, 8.0)
    assert (changing.changes, len(changing.delays_s), changing.in_vain) == (2 * 2, 2 * 2, 2)
    assert sorted(changing.delays_s) == [12, 12, 16, 16]
