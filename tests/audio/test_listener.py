"""Listening to a device that comes, goes and falls silent: the listener over sources of the test's own."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.audio import listener as listener_module
from kiosk.audio.capture import RATE_HZ, NoSource, Unopenable
from kiosk.audio.listener import FIRST_S, RING_S, UNOPENED_MAX, WINDOW_S, Listener
from kiosk.audio.record import AudioAnalysis, Bands
from kiosk.audio.ring import Ring
from kiosk.audio.wire import SAYS_EVERY_S, Heard, Said, Standing

Hear = Callable[[NDArray[np.float32]], None]
LIMIT_S = 60.0
AGAIN_S = 0.01
SECOND = RATE_HZ
SOUND = np.full(SECOND, 0.25, np.float32)
ZEROS = np.zeros(SECOND, np.float32)
END = np.zeros(0, np.float32)
ANALYSIS = AudioAnalysis(
    duration_s=8.0,
    tempo_bpm=92.0,
    tempo_confidence=0.8,
    key="D",
    mode="minor",
    key_confidence=0.7,
    loudness_dbfs=-20.0,
    brightness_hz=1400.0,
    onsets_per_s=2.5,
    bands=Bands(low=0.4, mid=0.5, high=0.1),
    clipped_ratio=0.0,
    silent=False,
    kind="music",
)
TOLD = replace(ANALYSIS, tempo_bpm=None, tempo_confidence=0.0)


class Reel(Ring):
    """A ring whose reader has patience with a tape that plays, and loses it when its end was written."""

    is_over = False

    def write(self, samples: NDArray[np.float32]) -> None:
        super().write(samples)
        self.is_over = self.is_over or samples is END

    def wait_for(self, total: int, *, timeout_s: float) -> bool:
        while not self.is_over:
            if super().wait_for(total, timeout_s=AGAIN_S):
                return True
        return super().wait_for(total, timeout_s=timeout_s)


class Tape:
    """A source that gives these seconds on a thread of its own and then nothing more."""

    name = "tape"

    def __init__(self, seconds: Iterator[NDArray[np.float32]], hear: Hear) -> None:
        self.closed = False
        self._seconds, self._hear = seconds, hear
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        try:
            for second in self._seconds:
                self._hear(second)
        finally:
            self._hear(END)

    def close(self) -> None:
        self._thread.join()
        self.closed = True


@dataclass
class Room:
    """A listener with everything round it; `tapes` are what the device gives each time it is opened."""

    tapes: list[Iterable[NDArray[np.float32]] | NoSource]
    said: list[Said] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    opened: list[Tape] = field(default_factory=list)
    open_while_waiting: int = 0
    is_in_doubt: bool = False
    cost_s: float = 0.0
    now_s: float = 0.0
    look_s: float = 0.0
    was_looked_at: threading.Event = field(default_factory=threading.Event)
    next_is_set: threading.Event = field(default_factory=threading.Event)

    def open(self, hear: Hear) -> Tape:
        tape = self.tapes.pop(0)
        if isinstance(tape, NoSource):
            raise tape
        self.opened.append(Tape(iter(tape), hear))
        return self.opened[-1]

    def analyse(self, samples: NDArray[np.float32]) -> AudioAnalysis:
        self.windows.append(len(samples))
        return ANALYSIS

    def is_new(self, analysis: AudioAnalysis) -> bool:
        return len(self.windows) == 1

    def told(self, analysis: AudioAnalysis) -> AudioAnalysis:
        assert analysis == ANALYSIS
        return TOLD

    @property
    def in_doubt(self) -> bool:
        self.next_is_set.set()  # what is given from here on counts for the next analysis
        return self.is_in_doubt

    def cpu(self) -> float:
        return self.cost_s * len(self.windows)

    def monotonic(self) -> float:
        self.now_s += self.look_s
        self.was_looked_at.set()
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.waited.append(seconds)
        self.open_while_waiting += sum(not tape.closed for tape in self.opened)

    @property
    def states(self) -> list[str]:
        """What was said of the device, in order."""
        return [said.state for said in self.said if isinstance(said, Standing)]

    def listen(self) -> None:
        """Open the device as often as there is a tape."""
        listener = Listener(
            open_source=self.open,
            analyse=self.analyse,
            changes=self,
            say=self.said.append,
            wait=self.wait,
            cpu=self.cpu,
            monotonic=self.monotonic,
        )
        while self.tapes:
            listener.once()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tape that has ended is taken for unplugged soon; one that plays is not, however slowly it does."""
    monkeypatch.setattr(listener_module, "STALL_S", AGAIN_S)
    monkeypatch.setattr(listener_module, "Ring", Reel)


def test_what_is_heard_is_analysed_and_told() -> None:
    """The first analysis after eight seconds, of what there is; each is told in agreement with its piece, and whether
    new music has begun.
    """
    room = Room([[SOUND] * 9])
    room.listen()
    heard = [said for said in room.said if isinstance(said, Heard)]
    assert room.windows[0] >= FIRST_S * SECOND
    assert heard[0] == Heard(TOLD.to_json_dict(), is_new=True)
    assert room.states[0] == "listening"


def test_a_window_is_never_longer_than_wanted() -> None:
    """However much has come, only the last seconds are analysed; sound that nobody could take in time is counted."""
    room = Room([[np.concatenate([SOUND] * round(RING_S + 5))]])
    room.listen()
    assert room.windows == [WINDOW_S * SECOND]
    assert [said.overruns for said in room.said if isinstance(said, Standing)][-1] == 1


@pytest.mark.parametrize(("is_in_doubt", "analyses"), [(True, 2), (False, 1)])
def test_a_doubt_is_followed_up_soon(is_in_doubt: bool, analyses: int) -> None:
    """On a slow machine, which analyses every 20 s, 19 s of sound bring a second analysis in doubt only."""
    room = Room([], is_in_doubt=is_in_doubt, cost_s=1.0)

    def sound() -> Iterator[NDArray[np.float32]]:
        yield np.concatenate([SOUND] * round(FIRST_S))
        assert room.next_is_set.wait(LIMIT_S)
        yield np.concatenate([SOUND] * 19)

    room.tapes = [sound()]
    room.listen()
    assert len(room.windows) == analyses


def test_a_device_that_gives_nothing_more_is_looked_for_again() -> None:
    """Unplugged: it is closed, said to be missing, and opened again when it is back."""
    room = Room([[SOUND] * 2, NoSource("There is no microphone called USB."), [SOUND]])
    room.listen()
    assert room.states == ["listening", "missing", "missing", "listening", "missing"]
    assert len(room.waited) == 3
    assert room.open_while_waiting == 0, "a device that is said to be missing is closed"
    assert any(said.reason == "There is no microphone called USB." for said in room.said if isinstance(said, Standing))


def test_digital_silence_reopens_the_device_less_and_less_often() -> None:
    """Exact zeros are silence; after ten seconds of them the device is opened anew, then after twenty; sound resets."""
    room = Room([[SOUND, *[ZEROS] * 12], [ZEROS] * 22, [*[ZEROS] * 3, SOUND]])
    room.listen()
    standings = [said for said in room.said if isinstance(said, Standing)]
    assert [said.reopened for said in standings][-1] == 2
    assert room.waited[:-1] == []
    assert "listening" in room.states
    assert room.states.index("silent") < len(room.states) - 1
    assert all(tape.closed for tape in room.opened)


def test_a_device_is_told_as_open_with_its_first_sound() -> None:
    """The mark is on the glass before anybody could say a word: after the first fifth of a second, not after two."""
    room, is_told, in_time = Room([]), threading.Event(), []

    def beginning() -> Iterator[NDArray[np.float32]]:
        yield SOUND[: SECOND // 5]
        in_time.append(is_told.wait(LIMIT_S))
        yield from [ZEROS] * 12

    class Told(list[Said]):
        def append(self, said: Said) -> None:
            super().append(said)
            is_told.set()

    room.said, room.tapes = Told(), [beginning()]
    room.listen()
    assert in_time == [True]
    assert room.states[0] == "listening"


def test_a_device_that_never_opens_ends_the_process() -> None:
    """What is missing is looked for as long as it takes; what is there and fails too often is another process's try."""
    room = Room([*[NoSource("gone")] * 40, *[Unopenable("busy")] * 40])
    with pytest.raises(Unopenable, match="busy"):
        room.listen()
    assert len(room.tapes) == 40 - (UNOPENED_MAX + 1)


def test_a_listener_is_heard_of_again_and_again() -> None:
    """What stands is repeated after 15 s though nothing has changed: looking for a device, and listening to it."""
    missing = Room([NoSource("gone")] * 10)
    missing.listen()
    assert missing.waited == [5.0] * 10
    assert missing.states == ["missing"] * 4
    listening = Room([], look_s=SAYS_EVERY_S / 3)

    def sound() -> Iterator[NDArray[np.float32]]:
        for _ in range(10):
            listening.was_looked_at.clear()
            yield np.concatenate([SOUND] * 2)
            assert listening.was_looked_at.wait(LIMIT_S)

    listening.tapes = [sound()]
    listening.listen()
    assert listening.states.count("listening") >= 3
    assert len(listening.states) < listening.now_s / listening.look_s / 2
