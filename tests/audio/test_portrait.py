"""How a window of music sounds, and how unlike two are."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.audio.analyse import analyse
from kiosk.audio.portrait import Portrait, difference
from tests.audio import sounds
from tests.audio.sounds import Samples

SONG = sounds.music(bpm=120, tonic=0, seconds=16, seed=1)


def portrait(samples: Samples) -> Portrait:
    """The portrait of music."""
    made = analyse(samples).portrait
    assert made is not None
    return made


def test_only_music_has_one() -> None:
    """Speech, noise and silence have no portrait."""
    for sound in (sounds.voice(), sounds.coloured(0.5), np.zeros(44_100, np.float32)):
        assert analyse(sound).portrait is None


def test_a_portrait_of_numbers_that_can_be_compared() -> None:
    """Notes are a vector of mean 0 and length 1, the bands' mean is taken off, a sure tempo is kept."""
    song = portrait(SONG)
    assert np.linalg.norm(song.notes) == pytest.approx(1)
    assert [sum(song.notes), sum(song.bands_db)] == pytest.approx([0, 0], abs=1e-6)
    assert song.tempo_bpm == pytest.approx(120, rel=0.04)


def test_loudness_has_no_part_in_it() -> None:
    """The same music at a fifth of its level is the same."""
    assert difference(portrait(SONG), portrait(0.2 * SONG)) < 0.02


def test_notes_bands_and_tempo_count() -> None:
    """Other notes, other bands and another tempo are each a difference, together more; an unknown tempo is a small one,
    unknown notes are none.
    """
    song = portrait(SONG)
    notes = replace(song, notes=tuple(-share for share in song.notes))
    bands = replace(song, bands_db=tuple(-level_db for level_db in song.bands_db))
    tempo = replace(song, tempo_bpm=93.0)
    silent, timeless = replace(song, notes=(0.0,) * 12), replace(song, tempo_bpm=None)
    assert difference(song, song) == pytest.approx(0, abs=1e-6)
    assert difference(song, silent) == pytest.approx(0, abs=1e-6)
    assert 0 < difference(song, timeless) < 0.5
    assert min(difference(song, other) for other in (notes, bands, tempo)) > 0.8
    both = replace(notes, tempo_bpm=93.0)
    assert difference(song, both) == pytest.approx(difference(song, notes) + difference(song, tempo), abs=1e-6)


def test_octaves_of_a_tempo_are_the_same_tempo() -> None:
    """Half and twice as fast is no difference; thirds, which an analysis mistakes as well, are as good as unknown."""
    song = replace(portrait(SONG), tempo_bpm=120.0)
    unknown = difference(song, replace(song, tempo_bpm=None))
    for bpm in (60.0, 118.0, 240.0):
        assert difference(song, replace(song, tempo_bpm=bpm)) == pytest.approx(0, abs=1e-6)
    for bpm in (40.0, 80.0, 126.0, 180.0):
        assert difference(song, replace(song, tempo_bpm=bpm)) == pytest.approx(unknown)


def test_clipped_music_is_compared_by_what_is_known_of_it() -> None:
    """Clipping adds notes nobody played: such a window has none."""
    assert not any(portrait(np.clip(6 * SONG, -1, 1)).notes)
