"""When a new piece begins: on records that vary as a piece does, and on real sound, one piece after another."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.analyse import analyse
from kiosk.audio.record import AudioAnalysis, Bands, Kind
from kiosk.audio.sections import Sections, difference, portrait_of
from tests.audio import sounds
from tests.audio.sounds import RATE_HZ

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
)
OTHER = replace(ONE, key="F#", mode="minor", tempo_bpm=93.0, brightness_hz=2400.0)
windows_of_one = st.builds(
    lambda bpm, octave, sure, brightness, onsets: replace(
        ONE, tempo_bpm=bpm * octave, key_confidence=sure, brightness_hz=brightness, onsets_per_s=onsets
    ),
    st.floats(119, 121),
    st.sampled_from([0.5, 1.0, 2.0]),
    st.floats(0, 1),
    st.floats(1050, 1400),
    st.floats(3.5, 4.5),
)


def quiet(kind: Kind) -> AudioAnalysis:
    """A window without music."""
    return replace(ONE, kind=kind, tempo_bpm=None, key=None, mode=None, tempo_confidence=0.0, key_confidence=0.0)


def events(windows: list[AudioAnalysis]) -> list[int]:
    """The places of the windows that a new piece begins with."""
    sections = Sections()
    return [place for place, window in enumerate(windows) if sections.is_new(window)]


@given(st.lists(windows_of_one, min_size=1, max_size=30))
def test_one_piece_begins_once(windows: list[AudioAnalysis]) -> None:
    """However a piece wavers in octave, brightness, onsets and certainty, it begins with its first window only."""
    assert events(windows) == [0]


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_single_window_proves_nothing(strays: list[bool]) -> None:
    """Windows that differ, but never two in a row, are no new piece."""
    windows = [ONE]
    for stray in strays:
        windows += [OTHER, ONE] if stray else [ONE]
    assert events(windows) == [0]


@given(st.integers(1, 10), st.integers(2, 10))
def test_another_piece_begins_once(before: int, after: int) -> None:
    """Another piece is told by its second window, and once."""
    assert events([ONE] * before + [OTHER] * after) == [0, before + 1]


@pytest.mark.parametrize("kind", ["silence", "speech", "noise"])
def test_music_after_none_is_new(kind: Kind) -> None:
    """The same piece after two windows without music is new at once; after a single such window it is not."""
    assert events([quiet(kind), ONE, quiet(kind), ONE, ONE]) == [1]
    assert events([ONE, quiet(kind), quiet(kind), ONE, ONE]) == [0, 3]


@pytest.mark.parametrize(
    "changed",
    [
        replace(ONE, key="F#", mode="minor", brightness_hz=1600.0),
        replace(ONE, tempo_bpm=93.0, brightness_hz=1600.0),
        replace(ONE, key="E", tempo_bpm=93.0),
        replace(ONE, brightness_hz=2600.0),
    ],
    ids=["key and some timbre", "tempo and some timbre", "key and tempo", "timbre alone"],
)
def test_each_difference_counts(changed: AudioAnalysis) -> None:
    """Key, tempo and timbre each make two windows different pieces, alone or together."""
    assert events([ONE, changed, changed]) == [0, 2]


def test_what_is_not_sure_counts_nothing() -> None:
    """A key and a tempo of low confidence, a relative key's neighbour and half the tempo are no great difference."""
    unsure = replace(OTHER, key_confidence=0.2, tempo_confidence=0.2, brightness_hz=ONE.brightness_hz)
    near = replace(ONE, key="A", mode="minor", tempo_bpm=60.0)
    assert difference(portrait_of(ONE), portrait_of(unsure)) == 0
    assert difference(portrait_of(ONE), portrait_of(near)) < 0.3


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
