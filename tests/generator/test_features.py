"""Reading an audio analysis: tolerant of anything, honest about what is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.features import Features, features_of, fingerprint, quantise
from tests.generator.music import CALM, PARTY, analyses


@given(st.none() | analyses())
def test_any_record_gives_features_in_range(analysis: dict[str, object] | None) -> None:
    """Whatever the record holds, every feature is unknown or in 0-1, and every level in 0-7."""
    features = features_of(analysis)
    for value in (features.energy, features.brightness, features.onsets, features.tempo):
        assert value is None or 0 <= value <= 1
    for name in ("energy", "brightness", "onsets"):
        level = quantise(features)[name]
        assert level is None or (isinstance(level, int) and 0 <= level <= 7)


@pytest.mark.parametrize("extra", [{"silent": True}, {"kind": "speech"}, {"kind": "noise"}, {"kind": "silence"}])
def test_what_is_no_music_is_unknown(extra: dict[str, object]) -> None:
    """Silence, speech and noise give no features at all."""
    assert features_of({**CALM, **extra}) == Features()
    assert fingerprint({**CALM, **extra}) == "silence"


def test_low_confidence_is_unknown() -> None:
    """A key or tempo of low confidence is left out; the rest stays."""
    features = features_of({**CALM, "keyConfidence": 0.1, "tempoConfidence": 0.1})
    assert (features.key, features.mode, features.tempo) == (None, None, None)
    assert features.energy is not None


def test_fingerprint_is_coarse_but_tells_music_apart() -> None:
    """A hair's difference in the measurement keeps the fingerprint, other music changes it."""
    assert fingerprint(CALM) == fingerprint({**CALM, "loudnessDbfs": -30.01, "tempoBpm": 67.3})
    assert fingerprint(CALM) != fingerprint(PARTY)
