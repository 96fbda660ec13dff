"""The imaging process by its pipes alone: what it says, and when it ends."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app.server_child import kiosk_command
from kiosk.imaging.orders import Print, PrintOrder, Refusal
from kiosk.imaging.process import NICENESS, READY
from kiosk.imaging.wire import result_from, to_line
from tests.imaging.making import plain, saved

LIMIT_S = 60


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """One that has said it is ready."""
    command = [*kiosk_command(), "imaging", "--child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == READY
        yield started
        started.kill()


def test_it_prints_and_steps_back_after_the_first(process: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    """The first print is made at the priority of the display, what follows behind everything else."""
    assert process.stdin is not None
    assert process.stdout is not None
    before = os.getpriority(os.PRIO_PROCESS, process.pid)
    good = saved(tmp_path / "a.png", plain((1, 2, 3)))
    bad = saved(tmp_path / "b.png", b"no")
    kinds = []
    for source in (bad, good, good):
        process.stdin.write(to_line(PrintOrder((source,), (64, 36), "cover", tmp_path / "o.ppm")))
        process.stdin.flush()
        kinds.append((type(result_from(process.stdout.readline())), os.getpriority(os.PRIO_PROCESS, process.pid)))
    assert [kind for kind, _ in kinds] == [Refusal, Print, Print]
    assert kinds[0][1] == before
    assert kinds[2][1] == min(19, before + NICENESS)


def test_it_ends_when_its_display_does(process: "subprocess.Popen[bytes]") -> None:
    """The end of its input is its end, and no fault."""
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(LIMIT_S) == 0


def test_it_ends_in_the_middle_of_an_order_too(process: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    """A source that never ends (a pipe nobody writes to) keeps it busy; it ends all the same."""
    assert process.stdin is not None
    os.mkfifo(tmp_path / "endless.jpg")
    from kiosk.imaging.orders import Source

    order = PrintOrder((Source(tmp_path / "endless.jpg", "", 0, 0, 0),), (64, 36), "cover", tmp_path / "o.ppm")
    process.stdin.write(to_line(order))
    process.stdin.flush()
    process.stdin.close()
    assert process.wait(LIMIT_S) == 0
