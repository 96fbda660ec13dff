"""Watches that the GUI thread answers within a frame's time, and names what kept it.

`LoopTurns` says where a turn of the loop begins and ends. A turn that takes longer than the limit is interrupted by an
interval timer: the signal's handler gets the very frame that is running. C code is not interrupted, so the handler
runs right after it, still in the frame that called it; where Qt itself was at work there is no such frame.

Three things keep a thread, and only the first is anybody's fault here: a slot (or Qt) that computes or waits; Qt that
waits for its own render thread to take a frame; a machine without a processor to spare.
"""

import gc
import logging
import math
import opcode
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from kiosk.app.thread_times import Spent, ThreadTimes
from kiosk.app.turns import LoopTurns
from kiosk.domain.ports import Clock

log = logging.getLogger(__name__)

LIMIT_S = 0.008
LOG_EVERY_S = 60.0
PLACES_MAX = 200
NOT_PYTHON = "Qt"
COLLECTING = "garbage collection"
_OWN_MODULES = frozenset({__name__, LoopTurns.__module__, ThreadTimes.__module__})
_BELOW_THE_LOOP = frozenset({"kiosk.app.gui", "kiosk.app.main", "kiosk.cli.run", "kiosk.cli.main", "kiosk.__main__"})
_RESUME = opcode.opmap.get("RESUME", -1)


@dataclass(frozen=True, slots=True)
class StallFigures:
    """Turns beyond the limit: those of somebody's doing, the longest (ms) and where it was; the others by cause."""

    count: int = 0
    worst_ms: float = 0.0
    worst_at: str = ""
    render_waits: int = 0
    starved: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the loop, in seconds; `place` is what was running when the limit had passed."""

    length_s: float
    computing_s: float
    queued_s: float
    place: str


class StallBook:
    """Counts turns beyond `limit_s`, by place; a place is worth a line in the log once in `LOG_EVERY_S`."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.limit_s = limit_s
        self.figures = StallFigures()
        self.places: dict[str, tuple[int, float]] = {}
        self._logged: dict[str, float] = {}

    def note(self, turn: Turn, at_s: float) -> bool:
        """Count a turn that ended at monotonic `at_s`; tell whether it is worth a line."""
        if turn.length_s <= self.limit_s:
            return False
        if turn.length_s - turn.queued_s <= self.limit_s:
            self.figures = replace(self.figures, starved=self.figures.starved + 1)
            return False
        if turn.place.startswith(NOT_PYTHON) and turn.computing_s <= self.limit_s:
            self.figures = replace(self.figures, render_waits=self.figures.render_waits + 1)
            return False
        return self._stalled(turn.place, round(1000 * (turn.length_s - turn.queued_s), 1), at_s)

    def _stalled(self, place: str, held_ms: float, at_s: float) -> bool:
        self.figures = replace(self.figures, count=self.figures.count + 1)
        if held_ms > self.figures.worst_ms:
            self.figures = replace(self.figures, worst_ms=held_ms, worst_at=place)
        count, longest_ms = self.places.get(place, (0, 0.0))
        if place in self.places or len(self.places) < PLACES_MAX:
            self.places[place] = (count + 1, max(longest_ms, held_ms))
        if at_s - self._logged.get(place, -math.inf) < LOG_EVERY_S:
            return False
        if len(self._logged) >= PLACES_MAX:
            self._logged.clear()
        self._logged[place] = at_s
        return True


class StallWatch:
    """Measures every turn of the loop between `start` and `stop`, on the main thread, which is the GUI's.

    `start` and `stop` belong to that thread, too.
    """

    def __init__(self, clock: Clock, *, limit_s: float = LIMIT_S) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._turns = LoopTurns(begun=self._begun, over=self._over)
        self._times: ThreadTimes | None = None
        self._in_turn = False
        self._began_s = 0.0
        self._spent = Spent(0.0, 0.0)
        self._place = ""
        self._before: Any = None
        self.book = StallBook(limit_s)

    def start(self) -> None:
        """Watch from now on; a second call does nothing.

        What is in memory by now is taken from the garbage collector: walking through all modules takes it 80 ms.
        """
        if self._times is not None or not self._turns.hook():
            return
        gc.freeze()
        self._times = ThreadTimes()
        self._before = signal.signal(signal.SIGALRM, self._rang)
        signal.siginterrupt(signal.SIGALRM, False)
        gc.callbacks.insert(0, self._collected)  # before all others: the handler runs in the first one that is entered

    def stop(self) -> None:
        """Watch no more."""
        if self._times is None:
            return
        self._turns.unhook()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, self._before)
        gc.callbacks.remove(self._collected)
        gc.unfreeze()
        self._times.close()
        self._times, self._in_turn = None, False

    @property
    def figures(self) -> StallFigures | None:
        """The sums so far; None where turns are not watched, or not yet."""
        return self.book.figures if self._times is not None else None

    def _begun(self) -> None:
        if self._times is None:
            return
        self._in_turn = True
        self._place = ""
        self._spent = self._times.spent()
        self._began_s = self._clock.monotonic()
        signal.setitimer(signal.ITIMER_REAL, self._limit_s)

    def _over(self) -> None:
        if self._times is None or not self._in_turn:
            return
        now_s = self._clock.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        self._in_turn = False
        if now_s - self._began_s > self._limit_s:
            self._note(now_s, self._times.spent())

    def _note(self, now_s: float, spent: Spent) -> None:
        turn = Turn(
            length_s=now_s - self._began_s,
            computing_s=spent.computing_s - self._spent.computing_s,
            queued_s=spent.queued_s - self._spent.queued_s,
            place=self._place or NOT_PYTHON,
        )
        if self.book.note(turn, now_s):
            log.warning(
                "the wall's thread was kept %.1f ms by %s: %.1f ms computing, %.1f ms without a processor",
                1000 * turn.length_s,
                turn.place,
                1000 * turn.computing_s,
                1000 * turn.queued_s,
            )

    def _rang(self, number: int, frame: FrameType | None) -> None:
        del number
        if self._in_turn and not self._place:
            self._place = place_of(frame)

    def _collected(self, phase: str, info: Mapping[str, int]) -> None:
        """A place for the handler to run in once a collection is over."""


def place_of(frame: FrameType | None) -> str:
    """Name what runs in `frame`: our innermost function and what it called, or whoever else it is.

    A function that has only just been entered from the loop is not to blame: Qt was at work before it.
    """
    if frame is None or _module(frame) in _OWN_MODULES:
        return COLLECTING if frame is not None and frame.f_code is StallWatch._collected.__code__ else NOT_PYTHON  # noqa: SLF001
    ours: FrameType | None = frame
    while ours is not None and not _module(ours).startswith("kiosk."):
        ours = ours.f_back
    if ours is None or _module(ours) in _BELOW_THE_LOOP:
        return NOT_PYTHON if _just_entered(frame) else _written(frame)
    if ours is frame:
        return f"{NOT_PYTHON}, before {_written(ours)}" if _just_entered(frame) else _written(ours)
    return f"{_written(ours)} in {_module(frame)}.{frame.f_code.co_qualname}"


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "?"))


def _written(frame: FrameType) -> str:
    return f"{_module(frame)}.{frame.f_code.co_qualname}:{frame.f_lineno}"


def _just_entered(frame: FrameType) -> bool:
    code = frame.f_code.co_code
    return 0 <= frame.f_lasti < len(code) and code[frame.f_lasti] == _RESUME
