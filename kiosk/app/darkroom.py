"""The darkroom: has prints made of what comes next, and the motion between them, before they are due.

    playback says what comes -> stage link -> darkroom -> imaging process -> files in memory -> stage

One order is out at a time, the most urgent first (`darkroom_order.py`). The files lie in a folder in memory where there
is one; nothing there outlives the program.

A print that fails by trouble of our own is tried again: after room was made for it, then after the others, for ever if
they fail too. One that fails once more after another one worked out is refused: it is that picture's trouble.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from kiosk.app.darkroom_order import Finish, MotionJob, Pair, Plate, PrintJob, Wishes, next_job, opening_job
from kiosk.domain.ports import Clock
from kiosk.imaging.orders import Fault, Motion, MotionOrder, Order, Print, PrintOrder, Refusal, Result

log = logging.getLogger(__name__)

KEPT_BYTES = 8 * 1024 * 1024
RETRY_S = 2.0
TRIES_BEFORE_OTHERS = 2


class Imaging(Protocol):
    """Who carries out orders; `imaging_process` is the adapter."""

    async def carry_out(self, order: Order) -> Result:
        """Return the result, a Refusal when there is none."""
        ...


class Listener(Protocol):
    """Who hears of what was made."""

    def printed(self, key: str, made: Print) -> None:
        """A print lies ready."""
        ...

    def moved(self, pair: Pair, path: Path) -> None:
        """The motion from one print to another lies ready."""
        ...

    def refused(self, key: str, refusal: Refusal) -> None:
        """No print can be made of that content."""
        ...


class Darkroom:
    """Keeps what was made. Used on the loop's thread; `run` is supervised. `fault` says what keeps it from working.

    `note` is told on a worker what a start would have to print first, each time that changes.
    """

    def __init__(
        self,
        *,
        imaging: Imaging,
        folder: Path,
        finish: Finish,
        clock: Clock,
        note: Callable[[PrintOrder], None] | None = None,
    ) -> None:
        self._imaging = imaging
        self._folder = folder
        self._clock = clock
        self._listener: Listener | None = None
        self._note = note
        self._noted: PrintJob | None = None
        self._wishes = Wishes(finish=finish)
        self._prints: dict[str, tuple[Finish, Print]] = {}
        self._motions: dict[Pair, Path | None] = {}
        self._refused: frozenset[str] = frozenset()
        self._failed: dict[str, int] = {}
        self._stuck: frozenset[str] = frozenset()
        self._suspect: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._to_note = asyncio.Event()
        self._serial = 0
        self.fault = ""

    def listen(self, listener: Listener) -> None:
        """Name who hears of prints; called once, when the parts are put together."""
        self._listener = listener

    @property
    def finish(self) -> Finish:
        """How prints are made now."""
        return self._wishes.finish

    def find(self, key: str) -> Print | None:
        """Return the print of that content for the present finish, None when it is not made yet."""
        finish, made = self._prints.get(key, (None, None))
        return made if finish == self.finish and made is not None and made.path.is_file() else None

    def motion(self, pair: Pair) -> Path | None:
        """Return the motion from one print to another, None when it is not made yet."""
        return self._motions.get(pair)

    def put(self, key: str, made: Print) -> None:
        """Keep a print of that content for the present finish, and tell of it."""
        self._prints.pop(key, None)
        self._prints[key] = (self.finish, made)
        if self._listener is not None:
            self._listener.printed(key, made)

    def spoiled(self, key: str) -> None:
        """The print of that content turned out to be unreadable: make it again."""
        self._prints.pop(key, None)
        self._changed.set()

    def want(self, soon: Sequence[Plate]) -> None:
        """Have these printed, most urgent first; replaces the last wish."""
        self._refused &= {plate.key for plate in soon}
        self._wish(replace(self._wishes, soon=tuple(soon)))

    def want_now(self, plate: Plate) -> None:
        """Have this printed before all else."""
        self._refused -= {plate.key}
        self._wish(replace(self._wishes, now=plate))

    def goes_on(self, plate: Plate) -> None:
        """This goes on the glass now: what comes next is morphed from it."""
        self._wish(replace(self._wishes, now=None, on_glass=plate))

    def clear(self) -> None:
        """Delete all prints and motions; called from a worker once `run` has ended for good."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def set_finish(self, finish: Finish) -> None:
        """Print for another size or with another fit from now on; what is on the glass comes first."""
        if finish != self.finish and min(finish.size_px) > 0:
            self._motions.clear()
            self._wish(replace(self._wishes, finish=finish))

    async def run(self) -> None:
        """Have made what is wanted, for ever, and have the opening noted meanwhile: no print waits for a disk."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._note_openings(), name="opening")
            await self._make()

    async def _make(self) -> None:
        while True:
            self._changed.clear()
            passed_over = self._refused | self._stuck
            job = next_job(self._wishes, self._made(), frozenset(self._motions), passed_over)
            match job:
                case PrintJob(plate, finish):
                    await self._print(plate, finish)
                case MotionJob(pair, finish):
                    await self._move(pair, finish)
                case None if self._stuck:
                    self._stuck = frozenset()  # the others are done, or are stuck too: from the beginning
                case None:
                    await self._changed.wait()

    def _wish(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._changed.set()
        self._to_note.set()

    def _made(self) -> dict[str, Finish]:
        return {key: finish for key, (finish, made) in self._prints.items() if made.path.is_file()}

    def _out(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._serial += 1
        return self._folder / f"{self._serial}.ppm"

    async def _note_openings(self) -> None:
        """Note one at a time; what changed while a disk was slow is noted after it, the newest only."""
        while True:
            await self._to_note.wait()
            self._to_note.clear()
            job = opening_job(self._wishes)
            if self._note is not None and job is not None and job != self._noted:
                self._noted = job
                order = PrintOrder(job.plate.sources, job.finish.size_px, job.finish.fit, self._folder)
                await asyncio.to_thread(self._note, order)

    async def _print(self, plate: Plate, finish: Finish) -> None:
        self._tidy()
        result = await self._order(lambda out: PrintOrder(plate.sources, finish.size_px, finish.fit, out))
        match result:
            case Print():
                self.fault = ""
                self._failed.pop(plate.key, None)
                self._suspect = self._suspect - {plate.key} | self._stuck
                self._stuck = frozenset()
                if finish == self.finish:
                    self.put(plate.key, result)
            case Refusal(fault=Fault.FAILED) if plate.key not in self._suspect:
                tries = self._failed[plate.key] = self._failed.get(plate.key, 0) + 1
                if tries >= TRIES_BEFORE_OTHERS:
                    self._stuck |= {plate.key}
                self._make_room(plate)
                await self._pause(result.reason)
            case Refusal():
                self._refuse(plate.key, result)
            case _:
                raise TypeError(result)

    def _refuse(self, key: str, refusal: Refusal) -> None:
        self._failed.pop(key, None)
        self._suspect -= {key}
        self._refused |= {key}
        if self._listener is not None:
            self._listener.refused(key, refusal)

    def _make_room(self, plate: Plate) -> None:
        """Let go of every print that is less urgent than this one: there may be no room for it."""
        keys = [wanted.key for wanted in self._wishes.plates]
        urgent = keys[: keys.index(plate.key)] if plate.key in keys else keys
        on_glass = self._wishes.on_glass
        for key in [key for key in self._prints if key not in urgent and (on_glass is None or key != on_glass.key)]:
            del self._prints[key]

    async def _move(self, pair: Pair, finish: Finish) -> None:
        origin, goal = (self._prints[key][1].path for key in pair)
        result = await self._order(lambda out: MotionOrder(origin, goal, out))
        if not isinstance(result, Motion):
            log.warning("no motion could be made, the morph will be a dissolve: %s", result)
        if finish != self.finish:
            return
        if not isinstance(result, Motion):
            self._motions[pair] = None
        else:
            self._motions[pair] = result.path
            if self._listener is not None:
                self._listener.moved(pair, result.path)

    async def _order(self, make: Callable[[Path], Order]) -> Result:
        try:
            return await self._imaging.carry_out(make(self._out()))
        except OSError as error:
            return Refusal(Fault.FAILED, f"{self._folder} cannot be written: {error.strerror or error}")

    async def _pause(self, reason: str) -> None:
        if reason != self.fault:
            log.warning("no print can be made for now: %s", reason)
        self.fault = reason
        await self._clock.sleep(RETRY_S)

    def _tidy(self) -> None:
        """Delete what nobody wants any more: prints beyond the budget, the oldest first, and motions without prints."""
        wanted = {plate.key for plate in self._wishes.plates}
        self._failed = {key: tries for key, tries in self._failed.items() if key in wanted}
        self._suspect &= wanted
        spare = [key for key in self._prints if key not in wanted]
        kept = max(1, KEPT_BYTES // self.finish.print_bytes)
        for key in spare[: max(0, len(spare) - kept)]:
            del self._prints[key]
        for pair in [pair for pair in self._motions if not all(key in self._prints for key in pair)]:
            del self._motions[pair]
        here = {made.path for _, made in self._prints.values()} | set(self._motions.values())
        for path in self._folder.glob("*.ppm"):
            if path not in here:
                path.unlink(missing_ok=True)
