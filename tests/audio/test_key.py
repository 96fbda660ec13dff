"""The key of a chroma alone: found for every key, and its confidence is how often it is right."""

import numpy as np
import pytest

from kiosk.audio.key import _MAJOR, _MINOR, MODES, NOTES, key_of

PROFILES = tuple(np.array(profile) for profile in (_MAJOR, _MINOR))


@pytest.mark.parametrize("mode", range(2))
@pytest.mark.parametrize("note", range(12))
def test_every_key_is_found_surely(note: int, mode: int) -> None:
    """Notes as they are spread in a key are that key's."""
    key = key_of(np.roll(PROFILES[mode], note))
    assert key is not None
    assert (key.note, key.mode) == (NOTES[note], MODES[mode])
    assert key.confidence > 0.9


@pytest.mark.parametrize("steps", [5, 6, 7])
def test_of_two_keys_at_once_neither_is_sure(steps: int) -> None:
    """As much of one key as of another is believed less than one key alone; of the farthest hardly at all."""
    key = key_of(PROFILES[0] + np.roll(PROFILES[0], steps))
    assert key is not None
    assert key.confidence < (0.1 if steps == 6 else 0.6)


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.3, 0.5])
def test_the_confidence_is_how_often_it_is_right(noise: float) -> None:
    """In notes that belong to no key, few or many, the mean confidence is the share of keys that are right."""
    random = np.random.default_rng(3)
    right, confidences = [], []
    for _ in range(200):
        note, mode = int(random.integers(12)), int(random.integers(2))
        key = key_of(np.roll(PROFILES[mode], note) + noise * random.random(12))
        assert key is not None
        right.append((key.note, key.mode) == (NOTES[note], MODES[mode]))
        confidences.append(key.confidence)
    assert np.mean(confidences) == pytest.approx(np.mean(right), abs=0.15)


def test_no_difference_is_no_key() -> None:
    """Where all notes sound alike, or none does, nothing is guessed."""
    assert key_of(np.zeros(12)) is None
    assert key_of(np.full(12, 1 / 12)) is None
