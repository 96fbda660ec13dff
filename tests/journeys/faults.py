"""What may befall a wall at any moment, one function each, and a run of changes with such faults in between.

Short in the suite (`test_faults`), long in `python -m tests.soak`; the same seed gives the same faults in order.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.filmed import Evidence, Filmed
from tests.journeys.pixels import Piece, flat_pieces
from tests.journeys.wall import child_of, wait_until
from tests.journeys.xserver import windows_of_size
from tests.journeys.xwindows import resize

HURRIED = {
    "KIOSK_PLAYBACK__PIN_S": "0.3",
    "KIOSK_PLAYBACK__DWELL_S": "0.3",
    "KIOSK_PLAYBACK__MORPH_S": "0.12",
    "KIOSK_OUTBOX__FLUSH_AFTER_S": "0.5",
    "KIOSK_SYNC__POLL_S": "1",
}
CHANGES_BETWEEN = 5
LARGER = (480, 270)
AT_ONCE = 100
STOPPED_S = 1.5


@dataclass
class Trouble:
    """One wall in trouble. `more` are pieces not imported yet; `told` names what was done to it, in order."""

    filmed: Filmed
    screen: str
    chance: random.Random
    more: Iterator[Sequence[Piece]]
    told: list[str] = field(default_factory=list)
    large: bool = False


def kill_server(trouble: Trouble) -> str:
    """kill -9 of the server child."""
    _signal(_child(trouble, "serve"), signal.SIGKILL)
    return "server killed"


def stop_server(trouble: Trouble) -> str:
    """SIGSTOP of the server child, and SIGCONT a while after."""
    pid, begun_s = _child(trouble, "serve"), time.monotonic()
    _signal(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: time.monotonic() - begun_s > STOPPED_S, "the server has been stopped for a while")
    finally:
        _signal(pid, signal.SIGCONT)
    return f"server stopped for {STOPPED_S:g} s"


def wipe_cache(trouble: Trouble) -> str:
    """Every file of the image cache goes."""
    count = 0
    for path in _cached(trouble):
        path.unlink(missing_ok=True)
        count += 1
    return f"{count} files of the cache wiped"


def remove_cache(trouble: Trouble) -> str:
    """The cache's folder itself goes."""
    shutil.rmtree(trouble.filmed.folder / "cache", ignore_errors=True)
    return "cache folder removed"


def spoil_cache(trouble: Trouble) -> str:
    """Some cached files are cut short, others get other bytes."""
    files = _cached(trouble)
    chosen = trouble.chance.sample(files, min(4, len(files)))
    for number, path in enumerate(chosen):
        with suppress(FileNotFoundError):
            data = path.read_bytes()
            if number % 2:
                path.write_bytes(data[: len(data) // 2])
            else:
                middle = len(data) // 2
                path.write_bytes(data[:middle] + trouble.chance.randbytes(16) + data[middle + 16 :])
    return f"{len(chosen)} cached files spoilt"


def import_many(trouble: Trouble) -> str:
    """Many pieces at once, as soon as there is a server to take them."""
    trouble.filmed.wall.link_is("live")
    pieces = next(trouble.more)
    trouble.filmed.add(pieces)
    return f"{len(pieces)} pieces imported"


def resize_window(trouble: Trouble) -> str:
    """The window becomes larger, or small again."""
    now, then = (LARGER, trouble.filmed.size) if trouble.large else (trouble.filmed.size, LARGER)
    (window,) = windows_of_size(trouble.screen, *now)
    resize(trouble.screen, window, then)
    wait_until(lambda: windows_of_size(trouble.screen, *then) == [window], "the window has its new size")
    trouble.large = not trouble.large
    return f"window resized to {then}"


def kill_imaging(trouble: Trouble) -> str:
    """kill -9 of the process that makes pictures ready for the screen."""
    _signal(_child(trouble, "imaging"), signal.SIGKILL)
    return "imaging process killed"


FAULTS: tuple[Callable[[Trouble], str], ...] = (
    kill_server,
    wipe_cache,
    stop_server,
    spoil_cache,
    import_many,
    resize_window,
    kill_imaging,
    remove_cache,
)


def changes_with_faults(
    folder: Path,
    screen: str,
    pictures: Path,
    *,
    seed: int,
    changes: int,
    at_first: int = 60,
    say: Callable[[str], None] = lambda words: None,
) -> tuple[Evidence, list[str]]:
    """Let a wall change so many times, each fault befalling it in turns, and return the evidence and what was done.

    The screen is looked at from the first piece to the last change; a fault comes every few changes.
    """
    chance = random.Random(seed)
    batches = changes // AT_ONCE + changes // (CHANGES_BETWEEN * len(FAULTS)) + 2
    of = at_first + batches * AT_ONCE
    more = (
        flat_pieces(pictures, AT_ONCE, first=at_first + number * AT_ONCE, of=of, seed=seed) for number in range(batches)
    )
    pieces = flat_pieces(pictures, at_first, of=of, seed=seed)
    with Filmed(folder, screen, pieces, environ=HURRIED) as filmed:
        trouble = Trouble(filmed, screen, chance, more)
        pending: list[Callable[[Trouble], str]] = []
        for done in range(0, changes, CHANGES_BETWEEN):
            filmed.changes(CHANGES_BETWEEN)
            pending = pending or chance.sample(FAULTS, len(FAULTS))
            runs_short = len(filmed.pieces) - filmed.shown < at_first / 2
            words = (import_many if runs_short else pending.pop())(trouble)
            trouble.told.append(f"{filmed.seconds():.2f} s on, after {done + CHANGES_BETWEEN} changes: {words}")
            say(trouble.told[-1])
        filmed.changes(CHANGES_BETWEEN)
        return filmed.end(), trouble.told


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _child(trouble: Trouble, command: str) -> int:
    """Return the process id of the wall's child that runs this command, once there is one."""
    process = trouble.filmed.wall.process
    assert process is not None
    return child_of(process.pid, command)


def _cached(trouble: Trouble) -> list[Path]:
    folders = os.walk(trouble.filmed.folder / "cache")  # the wall itself may be at work in them
    return sorted(Path(folder) / name for folder, _, names in folders for name in names)
