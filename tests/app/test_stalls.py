"""What keeps the GUI thread is measured, named and counted: on a real event loop, with real delays."""

import gc
import hashlib
import json
import math
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from kiosk.app.clock import SystemClock
from kiosk.app.stalls import COLLECTING, NOT_PYTHON, StallBook, StallFigures, StallWatch, Turn

LONG_S = 0.06
SCRIPT = Path(__file__).with_name("stalling_loop.py")


@pytest.fixture
def watch(qtbot: QtBot) -> Iterator[StallWatch]:
    """A watch over this thread's event loop, with a limit that what a test has it do takes several times over."""
    watch = StallWatch(SystemClock(), limit_s=LONG_S / 12)
    watch.start()
    yield watch
    watch.stop()


def after_slot(qtbot: QtBot, watch: StallWatch, slot: Callable[[], object], named: str) -> str:
    """Have the loop run `slot`, and return the place of the stall that came of it: the one with `named` in its name.

    Every second anew: a turn that a busy machine kept from the processor is counted elsewhere, or has another name.
    """
    again = QTimer(interval=1_000)
    again.timeout.connect(slot)
    again.start()
    QTimer.singleShot(0, slot)
    found: list[str] = []

    def is_named() -> bool:
        found[:] = [place for place in watch.book.places if named in place]
        return bool(found)

    qtbot.waitUntil(is_named, timeout=60_000)
    again.stop()
    return found[0]


def test_a_slot_that_waits_is_named(qtbot: QtBot, watch: StallWatch) -> None:
    """A slot that blocks, not computing at all, is named with its line and its whole length."""

    def slot_that_waits() -> None:
        threading.Event().wait(LONG_S)

    # nothing of the program is on the stack here, so the innermost function is named
    place = after_slot(qtbot, watch, slot_that_waits, "threading.")
    assert watch.book.places[place][1] >= 1000 * LONG_S * 0.9
    figures = watch.figures
    assert figures is not None
    assert figures.count >= 1
    assert figures.worst_ms >= 1000 * LONG_S * 0.9


def test_our_own_function_is_named_with_what_it_called(qtbot: QtBot, watch: StallWatch) -> None:
    """Where a function of the program is on the stack, that one is named, and the foreign one it waits in."""
    module = {"__name__": "kiosk.sync.sham", "wait": lambda: threading.Event().wait(LONG_S)}
    exec(compile("def fetch():\n    wait()\n", "sham", "exec"), module)
    fetch = module["fetch"]
    assert callable(fetch)
    assert after_slot(qtbot, watch, fetch, " in threading.").startswith("kiosk.sync.sham.fetch:2 in threading.")


def test_c_code_is_measured_and_its_caller_named(qtbot: QtBot, watch: StallWatch) -> None:
    """C code that keeps the interpreter's lock cannot be interrupted: its whole length counts for who called it."""

    def slot_in_c() -> None:
        math.factorial(60_000)

    after_slot(qtbot, watch, slot_in_c, "slot_in_c")


def test_a_collection_is_named_as_such(qtbot: QtBot, watch: StallWatch) -> None:
    """Whoever allocates when the collector runs is not to blame."""
    cycles: list[list[object]] = [[] for _ in range(600_000)]
    for cycle in cycles:
        cycle.append(cycle)
    qtbot.wait(1)  # the turn in which they were made is over

    def slot_that_collects() -> None:
        gc.collect()

    after_slot(qtbot, watch, slot_that_collects, COLLECTING)
    assert len(cycles) == 600_000  # they were there to be walked through each time


def test_a_child_is_not_struck_by_our_timer(qtbot: QtBot, watch: StallWatch) -> None:
    """A process started within a stall inherits neither timer nor handler, and runs to its end."""
    codes: list[int] = []
    code = "import signal, time; assert signal.getitimer(signal.ITIMER_REAL)[0] == 0; time.sleep(0.1)"

    def slot_that_starts() -> None:
        codes.append(subprocess.run([sys.executable, "-c", code]).returncode)

    after_slot(qtbot, watch, slot_that_starts, "")
    assert set(codes) == {0}


def test_afterwards_all_is_as_before(qtbot: QtBot) -> None:
    """Stopped, the watch leaves no handler, no timer, no callback, and the loop turns on."""
    before = signal.getsignal(signal.SIGALRM)
    watch = StallWatch(SystemClock())
    assert watch.figures is None
    watch.start()
    watch.start()
    assert len([one for one in gc.callbacks if getattr(one, "__self__", None) is watch]) == 1
    watch.stop()
    watch.stop()
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert not [one for one in gc.callbacks if getattr(one, "__self__", None) is watch]
    with qtbot.waitCallback(timeout=60_000) as called:
        QTimer.singleShot(1, called)
    assert watch.figures is None


def test_beside_asyncio_it_does_no_harm() -> None:
    """On the program's own loop: stalls of tasks are named, threads' work goes on, SIGTERM ends it cleanly."""
    with subprocess.Popen([sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert any("compute" in place for place in first["places"])
        assert first["hashed"] == hashlib.sha256(b"kiosk").hexdigest()
        process.send_signal(signal.SIGTERM)
        assert json.loads(process.stdout.readline()) == {"ended": "by SIGTERM"}
        assert process.wait(60) == 0


def turn(place: str, ms: float, *, computing_ms: float = 0.0, queued_ms: float = 0.0) -> Turn:
    """A turn of the loop."""
    return Turn(ms / 1000, computing_ms / 1000, queued_ms / 1000, place)


def test_only_what_somebody_did_counts_as_a_stall() -> None:
    """Short turns are none; a wait for a processor and one for the render thread are counted for themselves."""
    book = StallBook(limit_s=0.008)
    assert not book.note(turn("a", 7.9), 1.0)
    assert not book.note(turn("a", 60.0, queued_ms=55.0), 1.0)
    assert not book.note(turn(NOT_PYTHON, 30.0, computing_ms=2.0), 1.0)
    assert book.figures == StallFigures(render_waits=1, starved=1)
    assert book.note(turn(NOT_PYTHON, 30.0, computing_ms=20.0), 1.0)
    assert book.note(turn("a", 20.0, queued_ms=5.0), 1.0)
    assert book.figures == StallFigures(2, 30.0, NOT_PYTHON, 1, 1)
    assert book.places == {NOT_PYTHON: (1, 30.0), "a": (1, 15.0)}


def test_a_place_is_logged_once_a_minute() -> None:
    """However often it stalls; every one is counted."""
    book = StallBook()
    logged = [book.note(turn("a", 20.0), at_s) for at_s in (0.0, 10.0, 59.0, 60.0, 61.0)]
    assert logged == [True, False, False, True, False]
    assert book.figures.count == 5
