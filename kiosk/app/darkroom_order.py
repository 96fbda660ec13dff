"""In which order the darkroom works, pure.

First the hanging that is to go on now; then what is on the glass, when the screen has a new size or fit; then what
comes next, one after the other, each with the motion that leads to it from the one before, as far as the budget of
bytes reaches.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kiosk.imaging.orders import Source

AHEAD_BYTES = 14 * 1024 * 1024
BYTES_A_PIXEL = 3
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Plate:
    """What is to be printed: one picture or two side by side. `key` names the content, whatever its size or fit."""

    key: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """How prints are made: the scene's size in pixels, and cover, contain or blur."""

    size_px: tuple[int, int]
    fit: str

    @property
    def print_bytes(self) -> int:
        """The size of a print."""
        return max(1, self.size_px[0] * self.size_px[1] * BYTES_A_PIXEL)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted: `now` at once, `on_glass` in the present finish, then `soon`, most urgent first."""

    finish: Finish
    now: Plate | None = None
    on_glass: Plate | None = None
    soon: tuple[Plate, ...] = ()

    @property
    def plates(self) -> tuple[Plate, ...]:
        """All of it in order; of what comes next as much as the budget of bytes allows, at least one."""
        count = max(1, AHEAD_BYTES // self.finish.print_bytes)
        first = tuple(plate for plate in (self.now, self.on_glass) if plate is not None)
        return (*first, *self.soon[:count])


@dataclass(frozen=True, slots=True)
class PrintJob:
    """Make this print."""

    plate: Plate
    finish: Finish


@dataclass(frozen=True, slots=True)
class MotionJob:
    """Make the motion from one print to another."""

    pair: Pair
    finish: Finish


Job = PrintJob | MotionJob


def next_job(
    wishes: Wishes, made: Mapping[str, Finish], motions: Collection[Pair], refused: Collection[str]
) -> Job | None:
    """Return what to do next, None when all is done.

    `made` says in which finish the print of each content is there; `motions` are made; `refused` cannot be printed.
    """
    if min(wishes.finish.size_px) <= 0:
        return None
    for job in _jobs(wishes):
        match job:
            case PrintJob(plate):
                if made.get(plate.key) != wishes.finish and plate.key not in refused:
                    return job
            case MotionJob(pair):
                if pair not in motions and all(made.get(key) == wishes.finish for key in pair):
                    return job
    return None


def opening_job(wishes: Wishes) -> PrintJob | None:
    """Return what a start would print first if the wall ended now: what comes next; failing that what is on the glass.

    None before anything is on the glass: until then the note of the start before holds.
    """
    if wishes.on_glass is None or min(wishes.finish.size_px) <= 0:
        return None
    coming = (plate for plate in wishes.soon if plate.key != wishes.on_glass.key)
    return PrintJob(next(coming, wishes.on_glass), wishes.finish)


def _jobs(wishes: Wishes) -> Iterator[Job]:
    before = wishes.on_glass
    for plate in wishes.plates:
        yield PrintJob(plate, wishes.finish)
        if before is not None and plate not in (wishes.now, wishes.on_glass) and before.key != plate.key:
            yield MotionJob((before.key, plate.key), wishes.finish)
        before = plate if plate is not wishes.now else before
