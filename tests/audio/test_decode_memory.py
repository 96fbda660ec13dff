"""A long file is read part by part: it costs the memory of its mono samples, and sounds as if read at once."""

import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest

from kiosk.audio import decode as decoding
from kiosk.audio.decode import RATE_HZ, decode
from tests.audio import sounds

SECONDS = 20.0
TUNE = np.tile(sounds.tones({440: 0.4, 660: 0.2}, seconds=1), round(SECONDS))


def stereo(path: Path, left: sounds.Samples, right: sounds.Samples) -> Path:
    """A WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.stack([left, right], axis=1) * 32_767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("other", [0.5, -0.9], ids=["stereo", "opposed"])
def test_both_channels_are_never_held_together(other: float, tmp_path: Path) -> None:
    """At its peak, decoding holds little more than the samples twice: their parts, and the whole made of them."""
    path = stereo(tmp_path / "long.wav", TUNE, np.float32(other) * TUNE)
    tracemalloc.start()
    try:
        samples = decode(path).samples
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(samples) == len(TUNE)
    assert samples.nbytes < peak_bytes < 2.8 * samples.nbytes


def test_channels_that_cancel_out_in_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many parts, cut off within one, the louder channel is the one that is taken, sample by sample."""
    monkeypatch.setattr(decoding, "KEPT_S", 7.3)
    sound = decode(stereo(tmp_path / "opposed.wav", np.float32(-0.9) * TUNE, TUNE))
    assert len(sound.samples) == round(7.3 * RATE_HZ)
    assert np.abs(sound.samples - TUNE[: len(sound.samples)]).max() < 1e-4
    assert sound.duration_s == pytest.approx(SECONDS)
