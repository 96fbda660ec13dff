"""The tempo of onset envelopes alone: its octave comes from the bar, and its confidence is how often it is right."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.audio.tempo import tempo_of

FRAMES_PER_S = 86.13
BAR = (1.0, 0.45, 0.8, 0.45)


def bars(bpm: float, *, noise: float = 0.05, seed: int = 1, seconds: float = 24.0) -> NDArray[np.float64]:
    """Bars of four beats, the first and the third strong, with weak eighths between them, in noise."""
    envelope = noise * np.abs(np.random.default_rng(seed).standard_normal(round(seconds * FRAMES_PER_S)))
    for number in range(int((seconds - 0.2) * bpm / 30)):
        strength = 0.25 if number % 2 else BAR[number // 2 % 4]
        envelope[round(number * 30 / bpm * FRAMES_PER_S)] += strength
    return np.convolve(envelope, [0.25, 0.5, 0.25], "same")


@pytest.mark.parametrize("bpm", [88.0, 100.0, 112.0, 126.0, 140.0, 152.0, 165.0, 176.0])
def test_the_bar_tells_the_beat_from_its_parts(bpm: float) -> None:
    """Beats of bars of four are found as such, not as their halves, doubles or triplets, and surely."""
    tempo = tempo_of(bars(bpm), FRAMES_PER_S)
    assert tempo.bpm == pytest.approx(bpm, rel=0.02)
    assert tempo.confidence > 0.7


def test_beginnings_by_chance_have_no_sure_tempo() -> None:
    """Knocks at any moment give some tempo, which is believed less than not."""
    random = np.random.default_rng(2)
    assert all(
        tempo_of((random.random(2000) < share).astype(np.float64), FRAMES_PER_S).confidence < 0.45
        for share in (0.01, 0.03, 0.1)
    )


def test_the_confidence_falls_as_the_beat_drowns() -> None:
    """In more and more noise the tempo is right less often; the mean confidence falls with it, and claims no more."""
    confidences = []
    for noise in (0.05, 0.2, 0.5, 1.0):
        found = [tempo_of(bars(120, noise=noise, seed=seed), FRAMES_PER_S) for seed in range(12)]
        right = np.mean([tempo.bpm is not None and abs(tempo.bpm / 120 - 1) < 0.04 for tempo in found])
        confidences.append(np.mean([tempo.confidence for tempo in found]))
        assert confidences[-1] < right + 0.05
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] - confidences[-1] > 0.3
