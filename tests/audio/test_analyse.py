"""The analysis as a whole: music is measured, everything else is called what it is and gives no key and no tempo."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kiosk.audio.analyse import analyse
from kiosk.audio.key import NOTES
from kiosk.audio.record import AudioAnalysis
from kiosk.protocol import artworks
from tests.audio import sounds
from tests.audio.sounds import RATE_HZ, Samples

NOISES: Mapping[str, Samples] = {
    "white": sounds.coloured(0),
    "pink": sounds.coloured(0.5),
    "brown": sounds.coloured(1),
    "hum": sounds.hum(),
    "a sine": sounds.tones({440: 0.5}),
    "a held chord": sounds.tones({261.6: 0.2, 329.6: 0.2, 392.0: 0.2}),
    "clicks": sounds.knocks(per_s=4, lasting_s=0.004),
    "applause": sounds.knocks(per_s=120, lasting_s=0.03),
}
SILENCES: Mapping[str, Samples] = {
    "zeros": np.zeros(3 * RATE_HZ, np.float32),
    "a constant": np.full(3 * RATE_HZ, 0.7, np.float32),
    "not a number": np.full(3 * RATE_HZ, np.nan, np.float32),
    "nothing": np.zeros(0, np.float32),
    "one sample": np.ones(1, np.float32),
    "a faint hiss": 1e-4 * sounds.coloured(0),
}


def unknown(heard: AudioAnalysis) -> bool:
    """Neither tempo nor key, and no confidence in them."""
    values = (heard.tempo_bpm, heard.key, heard.mode)
    return values == (None, None, None) and heard.tempo_confidence == heard.key_confidence == 0


@pytest.mark.parametrize(
    ("bpm", "tonic", "minor"), [(120, 0, False), (104, 3, True), (150, 6, False), (96, 10, False), (132, 9, True)]
)
def test_music_is_measured(bpm: float, tonic: int, minor: bool) -> None:
    """Of plain music, tempo (within 4 %), key and mode are found, and more likely right than not."""
    heard = analyse(sounds.music(bpm=bpm, tonic=tonic, minor=minor))
    assert heard.kind == "music"
    assert heard.tempo_bpm == pytest.approx(bpm, rel=0.04)
    assert (heard.key, heard.mode) == (NOTES[tonic], "minor" if minor else "major")
    assert min(heard.tempo_confidence, heard.key_confidence) > 0.5


def test_a_tuning_off_concert_pitch_changes_no_key() -> None:
    """The same music a third of a semitone higher, and as much faster, has the same key."""
    plain = sounds.music(bpm=120, tonic=2)
    ratio = 2 ** (0.33 / 12)
    places = np.arange(0, len(plain) - 1, ratio)
    sharp = np.interp(places, np.arange(len(plain)), plain).astype(np.float32)
    heard = analyse(sharp)
    assert (heard.key, heard.mode) == ("D", "major")
    assert heard.tempo_bpm == pytest.approx(120 * ratio, rel=0.04)


def test_loudness_changes_neither_key_nor_tempo() -> None:
    """Music 30 dB quieter is the same music; only its loudness differs, by 30."""
    loud = sounds.music(bpm=120)
    one, other = analyse(loud), analyse(loud * np.float32(10 ** (-30 / 20)))
    assert (other.key, other.mode, other.kind) == (one.key, one.mode, "music")
    assert other.tempo_bpm == pytest.approx(one.tempo_bpm, rel=0.04)
    assert one.loudness_dbfs is not None
    assert other.loudness_dbfs == pytest.approx(one.loudness_dbfs - 30, abs=0.1)


@pytest.mark.parametrize("name", NOISES)
def test_noise_gives_no_guess(name: str) -> None:
    """Hiss, hum, tones that never change, clicks and applause are noise, of no tempo and no key."""
    heard = analyse(NOISES[name])
    assert heard.kind == "noise"
    assert unknown(heard)


@pytest.mark.parametrize("seed", range(4))
def test_speech_gives_no_guess(seed: int) -> None:
    """A voice that speaks is speech, of no tempo and no key."""
    heard = analyse(sounds.voice(seed=seed))
    assert heard.kind == "speech"
    assert unknown(heard)


@pytest.mark.parametrize("name", SILENCES)
def test_silence_is_silence(name: str) -> None:
    """Zeros, a constant, what is no number, nothing at all and what nobody hears are silent."""
    heard = analyse(SILENCES[name])
    assert (heard.kind, heard.silent) == ("silence", True)
    assert unknown(heard)


@pytest.mark.parametrize("seconds", [8 / RATE_HZ, 0.3, 3.9])
def test_a_short_sound_has_no_figures(seconds: float) -> None:
    """Of less than four seconds nothing is told but how long it is and how much of it is clipped."""
    heard = analyse(sounds.music(bpm=120, seconds=8)[2000 : 2000 + round(seconds * RATE_HZ)])
    assert (heard.kind, heard.silent) == ("noise", False)
    assert unknown(heard)
    assert (heard.loudness_dbfs, heard.brightness_hz, heard.onsets_per_s) == (None, None, None)
    assert heard.duration_s == pytest.approx(seconds, abs=1e-3)


def test_four_seconds_are_enough() -> None:
    """Of four seconds of music kind, tempo and key are told."""
    heard = analyse(sounds.music(bpm=120, seconds=4))
    assert heard.kind == "music"
    assert heard.key in {"C", "F"}, "the two chords there are"
    assert heard.tempo_bpm == pytest.approx(120, rel=0.04)


def test_clipped_sound_has_no_key() -> None:
    """Music driven into clipping says so and keeps its tempo; its key is unknown."""
    heard = analyse(sounds.music(bpm=120) * np.float32(8))
    assert heard.clipped_ratio > 0.01
    assert (heard.key, heard.mode, heard.key_confidence) == (None, None, 0)
    assert heard.tempo_bpm == pytest.approx(120, rel=0.04)


def test_sound_clipped_to_pieces_has_no_tempo() -> None:
    """With more than 30 % of its samples clipped, music is still music, and nothing more is told of it."""
    heard = analyse(sounds.music(bpm=120) * np.float32(40))
    assert heard.clipped_ratio > 0.3
    assert heard.kind == "music"
    assert unknown(heard)


def test_bands_brightness_and_onsets_follow_the_sound() -> None:
    """Low, middle and high tones fill their band; brightness is their frequency; two knocks a second are two onsets."""
    for hertz, share in ((100, "low"), (800, "mid"), (5000, "high")):
        heard = analyse(sounds.tones({hertz: 0.5}, seconds=4))
        assert getattr(heard.bands, share) > 0.98
    assert analyse(sounds.tones({2000: 0.5}, seconds=4)).brightness_hz == pytest.approx(2000, rel=0.03)
    knock = sounds.knocks(per_s=100, lasting_s=0.05, seconds=0.05)
    beats = np.tile(np.pad(knock, (0, RATE_HZ // 2 - len(knock))), 16)
    assert analyse(beats).onsets_per_s == pytest.approx(2, rel=0.1)


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.float32, st.integers(0, 9000), elements=st.floats(width=32), fill=st.floats(-1, 1, width=32)))
def test_any_numbers_are_answered(samples: Samples) -> None:
    """Whatever comes, short, loud, infinite or not a number, gives a record that the wire accepts."""
    record = analyse(samples).to_json_dict()
    read = artworks.AudioAnalysis.model_validate(record, strict=True)
    assert read.model_dump(mode="json", by_alias=True).items() >= record.items()


@pytest.mark.parametrize(("shape", "rate_hz"), [((100, 2), 44_100), ((100,), 8_000)])
def test_other_forms_are_refused(shape: tuple[int, ...], rate_hz: int) -> None:
    """Several channels, or a rate that lacks the upper bands, are the caller's mistake."""
    with pytest.raises(ValueError, match="one row at 44100 Hz"):
        analyse(np.zeros(shape, np.float32), rate_hz)


def test_another_rate_hears_the_same() -> None:
    """At 48 kHz the same music has the same tempo and key."""
    plain = sounds.music(bpm=120, tonic=4, minor=True)
    places = np.arange(0, len(plain) - 1, 44_100 / 48_000)
    heard = analyse(np.interp(places, np.arange(len(plain)), plain).astype(np.float32), 48_000)
    assert (heard.key, heard.mode) == ("E", "minor")
    assert heard.tempo_bpm == pytest.approx(120, rel=0.04)
