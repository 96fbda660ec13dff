"""The tempo a piece's windows agree on: told while they do, null while they do not, forgotten with the piece."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.audio.agreement import Agreement
from kiosk.audio.record import AudioAnalysis
from tests.audio.test_sections import ONE


def window(bpm: float | None, confidence: float = 0.8) -> AudioAnalysis:
    """A window of music that says this tempo."""
    return replace(ONE, tempo_bpm=bpm, tempo_confidence=confidence if bpm else 0.0)


def told(windows: Iterable[AudioAnalysis]) -> list[float | None]:
    """What is told after each window of one piece, rounded."""
    agreement, tempi = Agreement(), []
    for each in windows:
        agreement = agreement.after(each, is_new=False, in_doubt=False)
        tempi.append(agreement.told(each).tempo_bpm)
    return [None if bpm is None else round(bpm) for bpm in tempi]


def test_a_first_window_is_told_as_it_is() -> None:
    """Tempo and confidence of a piece's first window are its own; so is a tempo that is not known."""
    for first in (window(93.0, 0.7), window(None)):
        heard = Agreement().after(first, is_new=True, in_doubt=False).told(first)
        assert heard.tempo_bpm == (first.tempo_bpm and pytest.approx(first.tempo_bpm))
        assert heard.tempo_confidence == pytest.approx(first.tempo_confidence)


@pytest.mark.parametrize("wrong_bpm", [60.0, 240.0, 150.0])
def test_a_window_that_contradicts_its_piece_tells_none(wrong_bpm: float) -> None:
    """A sure window of another tempo, an octave or not, is null; the piece keeps its tempo."""
    sure = window(wrong_bpm, 0.9)
    assert told([window(120.0), window(120.0), sure, window(121.0)]) == [120, 120, None, 120]


def test_windows_that_disagree_tell_none_until_most_agree() -> None:
    """One window against one is null; another tempo is told once it has two thirds of the weight."""
    assert told([window(180.0), *[window(90.0)] * 4]) == [180, None, None, 90, 90]
    assert told([window(180.0, 0.2), *[window(90.0)] * 2]) == [180, 90, 90]


@given(st.lists(st.tuples(st.sampled_from([None, 60.0, 90.0, 120.0, 124.0]), st.floats(0, 1)), min_size=1, max_size=30))
@example([(60.0, 5e-324)] * 2)  # of which no part is a number
def test_what_is_told_is_what_the_window_says(heard: list[tuple[float | None, float]]) -> None:
    """A tempo that is told is the newest window's within 4 %, and no surer than the surest window."""
    agreement = Agreement()
    for bpm, confidence in heard:
        newest = window(bpm, confidence)
        agreement = agreement.after(newest, is_new=False, in_doubt=False)
        answer = agreement.told(newest)
        assert answer == replace(newest, tempo_bpm=answer.tempo_bpm, tempo_confidence=answer.tempo_confidence)
        if answer.tempo_bpm is None:
            assert answer.tempo_confidence == 0
        else:
            assert answer.tempo_bpm == pytest.approx(bpm, rel=0.04)
            assert answer.tempo_confidence <= max(each for _, each in heard) + 1e-9


def test_a_doubt_counts_for_the_piece_that_begins_with_it() -> None:
    """In doubt another tempo is null and the same is told; when the next piece has begun, only its windows count."""
    agreement = Agreement()
    for _ in range(6):
        agreement = agreement.after(window(120.0), is_new=False, in_doubt=False)
    doubt = agreement.after(window(93.0), is_new=False, in_doubt=True)
    assert doubt.told(window(93.0)).tempo_bpm is None
    assert doubt.told(window(121.0)).tempo_bpm == pytest.approx(120)
    begun = doubt.after(window(94.0), is_new=True, in_doubt=False)
    assert begun.told(window(94.0)).tempo_bpm == pytest.approx(93.5, abs=0.1)
    dropped = doubt.after(window(120.0), is_new=False, in_doubt=False)
    assert dropped.told(window(120.0)).tempo_bpm == pytest.approx(120)
