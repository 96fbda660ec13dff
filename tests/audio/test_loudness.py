"""Loudness against the signals of EBU Tech 3341, which every meter must read within 0.1 LU."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.audio.loudness import loudness_dbfs
from tests.audio.sounds import RATE_HZ, sines_at

# The two filters of ITU-R BS.1770-4, annex 1, brought to 44.1 kHz: of 1, z^-1, z^-2 above, of z^-1, z^-2 below.
SHELF = (1.5308412300498355, -2.6509799951536985, 1.1690790799210682, -1.6636551132560204, 0.7125954280732254)
HIGH_PASS = (1.0, -2.0, 1.0, -1.9891696736297957, 0.9891990357870394)
STEP = RATE_HZ // 10

CASES: Sequence[tuple[float, Sequence[tuple[float, float]]]] = (
    (-23.0, [(-23, 20)]),
    (-33.0, [(-33, 20)]),
    (-23.0, [(-36, 10), (-23, 60), (-36, 10)]),
    (-23.0, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)]),
    (-23.0, [(-26, 20), (-20, 20.1), (-26, 20)]),
)


@pytest.mark.parametrize(("expected_lufs", "levels_dbfs"), CASES)
def test_signals_of_the_standard(expected_lufs: float, levels_dbfs: Sequence[tuple[float, float]]) -> None:
    """Cases 1 to 5 of EBU Tech 3341: steady tones, and the two gates."""
    assert loudness_dbfs(sines_at(levels_dbfs), RATE_HZ) == pytest.approx(expected_lufs, abs=0.1)


@pytest.mark.parametrize(("hertz", "relative_db"), [(40, -6.3), (100, -1.9), (997, 0.0), (8000, 3.3)])
def test_the_ears_weighting(hertz: float, relative_db: float) -> None:
    """Low tones count less and high ones more, by the curve of ITU-R BS.1770 against 997 Hz (within 0.2 dB)."""
    level = loudness_dbfs(sines_at([(-20, 5)], hertz=hertz), RATE_HZ)
    reference = loudness_dbfs(sines_at([(-20, 5)], hertz=997), RATE_HZ)
    assert level - reference == pytest.approx(relative_db, abs=0.2)


def test_silence_and_shortness() -> None:
    """Silence reads -70; a tenth of a second is read as it is."""
    assert loudness_dbfs(np.zeros(RATE_HZ, np.float32), RATE_HZ) == -70.0
    assert loudness_dbfs(sines_at([(-23, 0.1)]), RATE_HZ) == pytest.approx(-23, abs=1)


@pytest.mark.parametrize("length", [100, STEP, 5 * STEP + 7, 6 * STEP + 1, 15 * STEP])
def test_filtering_in_pieces_is_filtering(length: int) -> None:
    """Whatever its length, a sound reads as one whose filters run over it sample by sample, within 0.01 LU."""
    samples = np.random.default_rng(length).normal(0.02, 0.1, length).astype(np.float32)
    weighted = filtered(filtered(samples.astype(np.float64), SHELF), HIGH_PASS)
    energy = np.square(weighted[: length // STEP * STEP or length]).reshape(-1, min(STEP, length)).mean(axis=1)
    blocks = np.convolve(energy, np.full(4, 0.25), "valid") if len(energy) >= 4 else energy.mean(keepdims=True)
    assert np.ptp(blocks) < 0.5 * blocks.mean(), "the gates take nothing away"
    assert loudness_dbfs(samples, RATE_HZ) == pytest.approx(-0.691 + 10 * np.log10(2 * blocks.mean()), abs=0.01)


def filtered(samples: NDArray[np.float64], biquad: Sequence[float]) -> NDArray[np.float64]:
    """The samples after a biquad, in its transposed direct form."""
    above_0, above_1, above_2, below_1, below_2 = biquad
    one = two = 0.0
    made = []
    for value in samples.tolist():
        made.append(above_0 * value + one)
        one = above_1 * value - below_1 * made[-1] + two
        two = above_2 * value - below_2 * made[-1]
    return np.array(made)
