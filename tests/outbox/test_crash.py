"""`kill -9` at random moments: no painted impression lost, none counted twice."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.domain.impressions import ImpressionCounts
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.sync.backoff import retry_after_of
from tests.fakes.clock import LoopClock
from tests.fakes.web import serving
from tests.outbox.server import ImpressionServer

pytestmark = pytest.mark.anyio

KILLS = 40
ROOT = Path(__file__).resolve().parents[2]


async def test_kill_9_at_random_moments(tmp_path: Path) -> None:
    """Every impression whose `opened` returned arrives exactly once, whenever the process was killed."""
    path = tmp_path / "outbox.db"
    dice = random.Random(20261121)
    server = ImpressionServer()
    painted: list[str] = []
    async with serving(server.app) as url:
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.outbox.crash_writer", str(path), url, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert writer.stdin is not None
        assert writer.stdout is not None
        for _ in range(KILLS):
            writer.stdin.write(b"\n")
            painted += await _one_life(writer.stdout, dice)
        writer.stdin.close()
        await writer.wait()
        counts = await _deliver_the_rest(path, url)
    with closing(sqlite3.connect(path)) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM impressions")]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert set(painted) <= set(ids)
    assert len(ids) - len(painted) <= KILLS
    assert set(server.stored) == set(ids)
    assert max(Counter(server.order).values()) == 1
    assert (counts.painted, counts.delivered, counts.pending, counts.dropped) == (len(ids), len(ids), 0, 0)
    assert len(painted) > KILLS


async def _one_life(lines: asyncio.StreamReader, dice: random.Random) -> list[str]:
    """Let one writer live for a random number of impressions and a moment more; returns what it painted."""
    pid = int((await lines.readline()).split()[1])
    wanted = dice.randrange(12)
    painted: list[str] = []
    while len(painted) < wanted:
        painted.append((await lines.readline()).split()[1].decode())
    await asyncio.sleep(dice.uniform(0, 0.01))
    os.kill(pid, signal.SIGKILL)
    while (line := await lines.readline()) != b"dead\n":
        painted.append(line.split()[1].decode())
    return painted


async def _deliver_the_rest(path: Path, url: str) -> ImpressionCounts:
    transport = HttpTransport(url, "token", retry_after=retry_after_of)
    outbox = OutboxService(
        path=path, transport=transport, clock=LoopClock(), boot_id="one boot", retry_delay=lambda *_: 0.1
    )
    await outbox.start()
    assert await outbox.flush(60)
    await outbox.aclose()
    await transport.aclose()
    return outbox.counts()
