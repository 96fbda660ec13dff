"""Frame times are read from Qt's lines as what they are."""

import pytest

from tests.bench.frames import Frames


def test_the_step_between_two_morphs_is_left_out() -> None:
    """The interval in which one morph ended and the next began is no frame time."""
    frames = Frames(heard_s=[0.0, 0.01, 0.02, 0.32, 0.33], changes={3})
    assert frames.intervals_ms() == pytest.approx([10, 10, 10])


def test_refreshes_without_a_frame_are_counted() -> None:
    """An interval of four refreshes misses three; frames closer than a refresh miss none."""
    frames = Frames(stamped_s=[0.0, 4 / 60, 4.5 / 60, 5 / 60], held=[1, 3])
    assert frames.missed_held() == 3
    assert frames.frames_held() == 2
    assert frames.missed_a_minute() == pytest.approx(3 * 60 / (5 / 60))
