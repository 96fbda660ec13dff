"""When a new piece begins: on portraits that vary as a piece does, and on real sound, one piece after another."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.analyse import analyse
from kiosk.audio.portrait import Portrait
from kiosk.audio.record import AudioAnalysis, Bands, Kind
from kiosk.audio.sections import Sections
from tests.audio import sounds
from tests.audio.sounds import RATE_HZ

OF_C_MAJOR = np.array([0.6, -0.3, 0.2, -0.3, 0.4, 0.1, -0.3, 0.4, -0.3, 0.1, -0.3, -0.3])
NOTES = tuple((OF_C_MAJOR / np.linalg.norm(OF_C_MAJOR)).tolist())
PORTRAIT = Portrait(notes=NOTES, bands_db=(6.0, 2.0, -2.0, -6.0) * 10, tempo_bpm=120.0)
ONE = AudioAnalysis(
    duration_s=20.0,
    tempo_bpm=120.0,
    tempo_confidence=0.8,
    key="C",
    mode="major",
    key_confidence=0.9,
    loudness_dbfs=-20.0,
    brightness_hz=1200.0,
    onsets_per_s=4.0,
    bands=Bands(low=0.4, mid=0.5, high=0.1),
    clipped_ratio=0.0,
    silent=False,
    kind="music",
    portrait=PORTRAIT,
)


def of(*, steps_db: float = 4.0, tempo_bpm: float | None = 120.0) -> AudioAnalysis:
    """A window whose bands fall by 4 dB a step in the piece, and otherwise in another."""
    bands_db = tuple(steps_db * step for step in (1.5, 0.5, -0.5, -1.5)) * 10
    return replace(ONE, portrait=replace(PORTRAIT, bands_db=bands_db, tempo_bpm=tempo_bpm))


OTHER = of(steps_db=-4.0, tempo_bpm=93.0)
windows_of_one = st.builds(
    of, steps_db=st.floats(3.2, 4.8), tempo_bpm=st.sampled_from([None, 60.0, 119.0, 121.0, 240.0])
)


def quiet(kind: Kind) -> AudioAnalysis:
    """A window without music."""
    return replace(ONE, kind=kind, portrait=None)


def events(windows: list[AudioAnalysis]) -> list[int]:
    """The places of the windows that a new piece begins with."""
    sections = Sections()
    return [place for place, window in enumerate(windows) if sections.is_new(window)]


@given(st.lists(windows_of_one, min_size=1, max_size=30))
def test_one_piece_begins_once(windows: list[AudioAnalysis]) -> None:
    """However a piece wavers in its bands and the octave of its tempo, it begins with its first window only."""
    assert events(windows) == [0]


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_single_window_proves_nothing(strays: list[bool]) -> None:
    """Windows that differ, but never two in a row, are no new piece."""
    windows = [ONE, ONE]
    for stray in strays:
        windows += [OTHER, ONE] if stray else [ONE]
    assert events(windows) == [0]


@given(st.integers(2, 10), st.integers(2, 10))
def test_another_piece_begins_once(before: int, after: int) -> None:
    """Another piece is told by its second window, and once, as soon as the one before is known by two."""
    assert events([ONE] * before + [OTHER] * after) == [0, before + 1]


@pytest.mark.parametrize("kind", ["silence", "speech", "noise"])
def test_music_after_none_is_new(kind: Kind) -> None:
    """The same piece after two windows without music is new at once; after a single such window it is not."""
    assert events([quiet(kind), ONE, quiet(kind), ONE, ONE]) == [1]
    assert events([ONE, quiet(kind), quiet(kind), ONE, ONE]) == [0, 3]


def test_the_whole_piece_is_remembered() -> None:
    """The nearest window of the piece counts, not the last: it changes slowly, and comes back to where it began."""
    first, *between, last = [of(steps_db=each) for each in (4.0, 2.0, 0.0, -2.0)]
    assert events([first, *between, last, first, first]) == [0]
    assert events([last, last, first, first]) == [0, 3], "they differ as pieces do"


def test_a_piece_does_not_creep_into_the_next() -> None:
    """What lies between same and different is not remembered: a slow cross-fade is still told."""
    fade_db = [4.0, 4.0, 1.1, 1.1, -1.6, -3.0, -4.0, -4.0]
    assert events([of(steps_db=each) for each in fade_db]) == [0, 5]


def test_an_introduction_is_part_of_its_piece() -> None:
    """The first two windows after none are of one piece, however they differ; after a change two are known already."""
    assert events([ONE, OTHER, OTHER, OTHER]) == [0]
    assert events([ONE, ONE, OTHER, OTHER, ONE, ONE]) == [0, 3, 5]


def test_a_doubt_is_named() -> None:
    """In doubt after the first window of another piece; not after one of the same, the second, or one without music."""
    sections = Sections()
    doubts = []
    for window in (ONE, ONE, OTHER, OTHER, ONE, quiet("speech"), OTHER):
        sections.is_new(window)
        doubts.append(sections.in_doubt)
    assert doubts == [False, False, True, False, True, False, False]


def test_a_tempo_is_told_in_agreement_with_its_piece() -> None:
    """A window whose tempo contradicts its piece tells none; the next piece has its own from its second window on."""
    sections, told = Sections(), []
    one = [replace(ONE, tempo_bpm=bpm) for bpm in (120.0, 121.0, 60.0, 120.0)]
    other = [replace(OTHER, tempo_bpm=bpm) for bpm in (93.0, 93.0, 94.0)]
    for window in (*one, *other):
        sections.is_new(window)
        told.append(sections.told(window).tempo_bpm)
    assert [bpm and round(bpm) for bpm in told] == [120, 120, None, 120, None, 93, 93]


def test_pieces_one_after_another() -> None:
    """Of three pieces of 40 s, heard through a window of 15 s, each is told once, within 25 s of its beginning."""
    pieces = [
        sounds.music(bpm=120, tonic=0, seconds=40, seed=1),
        sounds.music(bpm=92, tonic=6, minor=True, seconds=40, seed=2),
        sounds.music(bpm=150, tonic=3, seconds=40, seed=3),
    ]
    sound = np.concatenate(pieces)
    sections = Sections()
    ends_s = range(15, 121, 5)
    heard = [end_s for end_s in ends_s if sections.is_new(analyse(sound[(end_s - 15) * RATE_HZ : end_s * RATE_HZ]))]
    assert len(heard) == 3
    assert heard[0] == 15
    assert 40 < heard[1] <= 65
    assert 80 < heard[2] <= 105
