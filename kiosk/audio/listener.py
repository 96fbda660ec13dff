"""Listens to one device for as long as its process lives: opens it, has the last seconds analysed, says what is heard.

    source -> ring -> analyse -> sections -> Heard       every 8 to 28 s of sound (`pace.py`)
    a device that is missing, or falls silent for good   -> Standing, and another try

A device that gives nothing is taken for unplugged and looked for again. One that gives exact zeros is muted somewhere,
or its driver hangs: it is opened anew, less and less often. Counterparts: `capture.py` and `ring.py`; `child.py` is
the process round it.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.capture import RATE_HZ, NoSource, Source, Unopenable
from kiosk.audio.pace import Pace
from kiosk.audio.record import AudioAnalysis
from kiosk.audio.ring import Ring
from kiosk.audio.wire import SAYS_EVERY_S, Heard, OpenState, Said, Standing

FIRST_S = 8.0
WINDOW_S = 16.0
RING_S = 45.0
LOOK_AGAIN_S = 5.0
UNOPENED_MAX = 20
STALL_S = 3.0
ZEROS_S = 2.0
REOPEN_MIN_S, REOPEN_MAX_S = 10.0, 300.0


class Changes(Protocol):
    """Who hears that a new piece of music has begun; `sections.Sections` is the adapter."""

    def is_new(self, analysis: AudioAnalysis) -> bool:
        """Take the next analysis and tell whether a new piece has begun with it."""
        ...

    def told(self, analysis: AudioAnalysis) -> AudioAnalysis:
        """Return the analysis taken last as it is told, in agreement with what was told of its piece."""
        ...

    @property
    def in_doubt(self) -> bool:
        """True when one may have begun: the next analysis, soon, shall tell."""
        ...


class Listener:
    """Runs for ever. `wait` pauses for some seconds, `cpu` counts the process's seconds of CPU."""

    def __init__(
        self,
        *,
        open_source: Callable[[Callable[[NDArray[np.float32]], None]], Source],
        analyse: Callable[[NDArray[np.float32]], AudioAnalysis],
        changes: Changes,
        say: Callable[[Said], None],
        wait: Callable[[float], None],
        cpu: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._open_source = open_source
        self._analyse = analyse
        self._changes = changes
        self._say = say
        self._wait = wait
        self._cpu = cpu
        self._monotonic = monotonic
        self._pace = Pace()
        self._said: Standing | None = None
        self._said_s = 0.0
        self._overruns = 0
        self._reopened = 0
        self._unopened = 0
        self._reopen_after_s = REOPEN_MIN_S

    def run(self) -> None:
        """Open the device, listen, and look for it again when it is gone."""
        while True:
            self.once()

    def once(self) -> None:
        """Open the device and listen to it until it has to be opened again.

        Raises Unopenable when a device that is there has failed to open too often: miniaudio leaves a connection to the
        sound server behind each time, which ends with the process. The display starts another.
        """
        ring = Ring(round(RING_S * RATE_HZ))
        try:
            source = self._open_source(ring.write)
        except NoSource as error:
            self._unopened += isinstance(error, Unopenable)
            if self._unopened > UNOPENED_MAX:
                raise
            self._stand("missing", "", str(error))
            self._wait(LOOK_AGAIN_S)
            return
        try:
            is_gone = self._listen(ring, source.name)
        finally:
            source.close()
        if is_gone:
            self._stand("missing", source.name, f"The microphone ({source.name}) gives nothing any more.")
            self._wait(LOOK_AGAIN_S)

    def _listen(self, ring: Ring, name: str) -> bool:
        """Listen until the device stops (True), or has been digitally silent for too long (False).

        It is said to be open with the first that it gives.
        """
        due, overruns = round(FIRST_S * RATE_HZ), self._overruns
        rested_s, heard = self._cpu(), 0
        while True:
            before, zeros = ring.written, ring.zeros
            is_silent = zeros >= min(before, ZEROS_S * RATE_HZ)
            if not is_silent:
                self._reopen_after_s = REOPEN_MIN_S
            if before:
                self._stand("silent" if is_silent else "listening", name)
            if zeros >= self._reopen_after_s * RATE_HZ:
                self._reopen_after_s = min(self._reopen_after_s * 2, REOPEN_MAX_S)
                self._reopened += 1
                return False
            news = round(ZEROS_S * RATE_HZ) if before else 1
            if not ring.wait_for(min(due, before + news), timeout_s=STALL_S):
                if ring.written == before:
                    return True
                continue
            if ring.written >= due:
                lasted_s = (ring.written - heard) / RATE_HZ
                self._hear(ring, hearing_share=(self._cpu() - rested_s) / lasted_s, lasted_s=lasted_s)
                rested_s, heard = self._cpu(), ring.written
                self._overruns = overruns + ring.overruns
                due = ring.written + round(self._pace.wait_s(in_doubt=self._changes.in_doubt) * RATE_HZ)

    def _hear(self, ring: Ring, *, hearing_share: float, lasted_s: float) -> None:
        begun_s = self._cpu()
        analysis = self._analyse(ring.take(round(WINDOW_S * RATE_HZ)))
        is_new = self._changes.is_new(analysis)
        self._pace = self._pace.after(self._cpu() - begun_s, hearing_share=hearing_share, lasted_s=lasted_s)
        self._say(Heard(self._changes.told(analysis).to_json_dict(), is_new))

    def _stand(self, state: OpenState, name: str, reason: str = "") -> None:
        standing, now_s = Standing(state, name, reason, self._overruns, self._reopened), self._monotonic()
        if standing != self._said or now_s - self._said_s >= SAYS_EVERY_S:
            self._said, self._said_s = standing, now_s
            self._say(standing)
