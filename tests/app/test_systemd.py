"""Word to the service manager, over real datagram sockets."""

import asyncio
import contextlib
import os
import select
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.app.glass import GlassAnswer
from kiosk.app.systemd import Manager, Pulse, manager_of
from tests.fakes.clock import FakeClock
from tests.fakes.web import eventually

WELL = GlassAnswer(True, True, "", "a", 100, "x11", 2, 3000)
ASLEEP = replace(WELL, art=False, why="asleep")
FROZEN = replace(WELL, art=False, healthy=False, why="no frame was presented for 12 s")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[socket.socket]:
    """A service manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def heard(door: socket.socket) -> list[str]:
    """Everything that has come so far."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found.append(door.recv(4096).decode())
    return found


class Wall:
    """What the pulse feels."""

    def __init__(self, address: str) -> None:
        self.clock = FakeClock()
        self.glass = WELL
        self.outbox_free = asyncio.Event()
        self.outbox_free.set()
        self.pulse = Pulse(
            Manager(address, limit_s=30.0), clock=self.clock, glass=lambda: self.glass, outbox=self.outbox_free.wait
        )

    async def beat(self) -> None:
        """Let the next beat come."""
        await eventually(lambda: self.clock.sleeping)
        self.clock.advance(10.0)
        await eventually(lambda: self.clock.sleeping)


@contextlib.asynccontextmanager
async def wall_of(door: socket.socket) -> AsyncIterator[Wall]:
    """A wall whose pulse runs for the length of the block."""
    wall = Wall(door.getsockname())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(wall.pulse.run())
        await eventually(lambda: wall.clock.sleeping)
        yield wall
        task.cancel()


def test_the_environment_names_the_manager() -> None:
    """A path or an abstract name; a limit in microseconds that counts when it is meant for this process."""
    assert manager_of({}) == Manager()
    assert manager_of({"NOTIFY_SOCKET": "relative"}) == Manager()
    of_ours = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}
    assert manager_of(of_ours) == Manager("/run/notify", 30.0)
    assert manager_of(of_ours).every_s == 10.0
    assert manager_of({**of_ours, "WATCHDOG_PID": "1"}) == Manager("/run/notify", 0.0)
    assert manager_of({**of_ours, "WATCHDOG_USEC": "3000000"}).every_s == 1.0


def test_abstract_sockets_are_spoken_to() -> None:
    """An address with an @ lies in the abstract namespace."""
    name = f"kiosk-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        listening.settimeout(60)
        Manager("@" + name).tell("READY=1", "STATUS=Art")
        assert listening.recv(4096) == b"READY=1\nSTATUS=Art"


def test_a_manager_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    """Nobody listens, or never did: nothing is raised, and nothing is made where nobody listens."""
    Manager(str(tmp_path / "gone")).tell("READY=1")
    Manager().tell("READY=1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_ready_then_alive_and_a_word_of_state(door: socket.socket) -> None:
    """READY comes first and at once; then one WATCHDOG a beat, with what is on the glass."""
    async with wall_of(door) as wall:
        assert heard(door) == ["READY=1", "WATCHDOG=1\nSTATUS=Art is on the glass"]
        wall.glass = ASLEEP
        await wall.beat()
        assert heard(door) == ["WATCHDOG=1\nSTATUS=Asleep"]
        wall.pulse.stopping()
        assert heard(door) == ["STOPPING=1"]


@pytest.mark.anyio
async def test_without_art_there_is_no_sign_of_life(door: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """A frozen wall only says why, once in the log; well again it says so and lives."""
    async with wall_of(door) as wall:
        heard(door)
        wall.glass = FROZEN
        await wall.beat()
        await wall.beat()
        assert heard(door) == ["STATUS=No frame was presented for 12 s"] * 2
        assert [record.levelname for record in caplog.records].count("ERROR") == 1
        wall.glass = WELL
        await wall.beat()
        assert heard(door) == ["WATCHDOG=1\nSTATUS=Art is on the glass"]


@pytest.mark.anyio
async def test_an_outbox_that_hangs_ends_the_signs_of_life(
    door: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Art on the glass is not enough: impressions must find their way to the disk."""
    monkeypatch.setattr("kiosk.app.systemd.OUTBOX_LIMIT_S", 0.05)
    async with wall_of(door) as wall:
        heard(door)
        wall.outbox_free.clear()
        wall.clock.advance(10.0)
        await eventually(lambda: select.select([door], [], [], 0)[0])
        found = heard(door)
        assert "outbox" in found[0]
        assert "WATCHDOG=1" not in found[0]
