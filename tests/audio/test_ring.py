"""The ring of the last seconds of sound."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.ring import Ring

CAPACITY = 50


@given(st.lists(st.integers(0, 120), max_size=12), st.integers(0, 70))
def test_the_newest_samples_are_there_whatever_the_pieces(sizes: list[int], count: int) -> None:
    """Written in pieces of any size, the newest `count` come back in order, as many as the ring holds."""
    ring = Ring(CAPACITY)
    for number, size in enumerate(sizes):
        begun = sum(sizes[:number])
        ring.write(np.arange(begun + 1, begun + size + 1, dtype=np.float32))
    total = sum(sizes)
    held = min(count, total, CAPACITY)
    assert ring.written == total
    assert ring.take(count).tolist() == list(range(total - held + 1, total + 1))


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5]), max_size=20), max_size=8))
def test_exact_zeros_at_the_end_are_counted(pieces: list[list[float]]) -> None:
    """`zeros` is the length of the run of exact zeros at the end, over the borders of the pieces."""
    ring = Ring(CAPACITY)
    for piece in pieces:
        ring.write(np.array(piece, np.float32))
    everything = [value for piece in pieces for value in piece]
    run = next((place for place, value in enumerate(reversed(everything)) if value), len(everything))
    assert ring.zeros == run


def test_what_nobody_took_in_time_is_an_overrun() -> None:
    """Sound that is written over before it was taken is counted; sound that was taken in time is not."""
    ring = Ring(CAPACITY)
    for _ in range(4):
        ring.write(np.ones(CAPACITY, np.float32))
        ring.take(10)
    assert ring.overruns == 0
    ring.write(np.ones(CAPACITY, np.float32))
    ring.write(np.ones(1, np.float32))
    assert ring.overruns == 1


def test_a_reader_wakes_when_there_is_enough() -> None:
    """Who waits is woken by the write that completes it; who waits in vain is told so."""
    ring = Ring(CAPACITY)

    def write() -> None:
        for _ in range(3):
            ring.write(np.ones(10, np.float32))

    writer = threading.Thread(target=write)
    writer.start()
    assert ring.wait_for(30, timeout_s=30)
    writer.join()
    assert not ring.wait_for(31, timeout_s=0.01)


def test_a_reader_sleeps_through_what_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The piece that completes what is waited for wakes who waits; those before and after it wake nobody."""
    ring, is_waiting = Ring(CAPACITY), threading.Event()
    woken: list[int] = []
    got: list[bool] = []
    wait, wake = ring._news.wait, ring._news.notify_all

    def waited(timeout: float | None) -> bool:
        is_waiting.set()
        return wait(timeout)

    def notified() -> None:
        woken.append(ring.written)
        wake()

    monkeypatch.setattr(ring._news, "wait", waited)
    monkeypatch.setattr(ring._news, "notify_all", notified)
    reader = threading.Thread(target=lambda: got.append(ring.wait_for(30, timeout_s=30)))
    reader.start()
    assert is_waiting.wait(30)
    for _ in range(3):
        ring.write(np.ones(10, np.float32))
    reader.join()
    ring.write(np.ones(10, np.float32))
    assert (got, woken) == ([True], [30])
