"""Loudness against the signals of EBU Tech 3341, which every meter must read within 0.1 LU."""

from collections.abc import Sequence

import numpy as np
import pytest

from kiosk.audio.loudness import loudness_dbfs
from tests.audio.sounds import RATE_HZ, sines_at

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
