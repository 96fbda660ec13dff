"""Renderer processes, real ones: they draw, are replaced when they die or hang, and never outlive the server."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kiosk.generator.compose import compose
from kiosk.generator.render import RenderedPiece
from kiosk.server.renderer_process import Order, draw
from kiosk.server.renderers import RendererPool, RenderFailed
from tests.server.harness import DEADLINE_S, until
from tests.server.obeying import obey, tell, warm_for_ever

ORDER = Order("{}", 16, 9)
HANGS_AFTER_S = 0.5


def is_alive(pid: int) -> bool:
    """Whether a process lives (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.anyio
async def test_the_generator_draws_in_its_own_process() -> None:
    """A genome comes back as a picture, the same bytes as drawn here, from a process started for it."""
    pool = RendererPool(1, warm=None)
    try:
        genome = compose(None, 7, "silk").to_json()
        piece = await pool.render(Order(genome, 96, 54))
        assert (piece.width_px, piece.height_px, piece.media_type) == (96, 54, "image/jpeg")
        assert piece.sha256 == draw(Order(genome, 96, 54)).sha256
        assert pool.pids
        assert pool.pids != [os.getpid()]
    finally:
        pool.close()


@pytest.mark.anyio
async def test_a_renderer_is_kept_and_is_nice() -> None:
    """The second piece comes from the same process, which runs at low priority."""
    pool = RendererPool(1, work=tell, warm=None)
    try:
        await pool.start()
        pids = pool.pids
        first, second = await pool.render(ORDER), await pool.render(ORDER)
        assert first.data == second.data
        pid, niceness, scheduler = map(int, first.data.split())
        assert [pid] == pids
        assert niceness == 19
        assert scheduler == os.SCHED_BATCH
    finally:
        pool.close()


@pytest.mark.anyio
async def test_warming_up_gives_way_to_a_piece() -> None:
    """A process that has much to compile yet draws what is asked for between two steps."""
    pool = RendererPool(1, work=tell, warm=warm_for_ever)
    try:
        await pool.start()
        async with asyncio.timeout(DEADLINE_S):
            assert (await pool.render(ORDER)).data == (await pool.render(ORDER)).data
    finally:
        pool.close()


@pytest.mark.anyio
async def test_a_dead_renderer_is_replaced() -> None:
    """A process that dies over a piece costs that try only."""
    pool = RendererPool(1, work=obey, warm=None)
    try:
        with pytest.raises(RenderFailed, match="died") as failed:
            await pool.render(Order("die", 16, 9))
        assert not failed.value.is_final
        assert (await pool.render(ORDER)).data
        os.kill(pool.pids[0], signal.SIGKILL)
        await until(lambda: pool.pids == [], "the renderer is dead")
        assert (await pool.render(ORDER)).data
    finally:
        pool.close()


@pytest.mark.anyio
async def test_a_hanging_renderer_is_replaced() -> None:
    """A process that takes too long is killed, and the next piece comes from another."""
    async with impatient() as pool:
        hung = pool.pids[0]
        with pytest.raises(RenderFailed, match="hung"):
            await pool.render(Order("hang", 16, 9))
        assert not is_alive(hung)


@pytest.mark.anyio
@pytest.mark.parametrize("recent", [(), tuple(f"{number:0555d}" for number in range(500))], ids=["short", "long"])
async def test_a_stopped_renderer_is_replaced(recent: tuple[str, ...]) -> None:
    """A process that reads nothing is killed too, though its order is more than the pipe holds; the next one draws."""
    async with impatient() as pool:
        (stopped,) = pool.pids
        os.kill(stopped, signal.SIGSTOP)
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(RenderFailed, match=r"hung for 0\.5 s") as failed:
                await pool.render(Order("", 16, 9, recent=recent))
        assert not failed.value.is_final
        assert not is_alive(stopped)


@pytest.mark.anyio
async def test_a_renderer_that_stops_amid_its_answer_is_replaced() -> None:
    """The first bytes of a picture and then nothing: killed, told as hung."""
    async with impatient() as pool:
        (stuck,) = pool.pids
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(RenderFailed, match=r"hung for 0\.5 s"):
                await pool.render(Order("half", 16, 9))
        assert not is_alive(stuck)


@pytest.mark.anyio
async def test_a_renderer_that_cannot_be_started_costs_a_try(caplog: pytest.LogCaptureFixture) -> None:
    """Without a file descriptor left the order says so, the start ahead of it warns; with some, the next one draws."""
    pool = RendererPool(1, work=obey, warm=None)
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        await pool.render(ORDER)
        os.kill(pool.pids[0], signal.SIGKILL)
        await until(lambda: pool.pids == [], "the renderer is dead")
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, usual[1]))
        try:
            with pytest.raises(RenderFailed, match="could not be started: Too many open files") as failed:
                await pool.render(ORDER)
            await pool.start()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, usual)
        assert not failed.value.is_final
        assert "ahead of the first order: The renderer could not be started" in caplog.text
        assert (await pool.render(ORDER)).data
    finally:
        pool.close()


@asynccontextmanager
async def obedient(size: int = 1) -> AsyncIterator[RendererPool]:
    """A pool that does what genomes say, started, and closed afterwards."""
    pool = RendererPool(size, work=obey, warm=None)
    try:
        await pool.start()
        yield pool
    finally:
        pool.close()


@asynccontextmanager
async def impatient() -> AsyncIterator[RendererPool]:
    """A pool of one that is soon taken to hang: from when it has drawn a piece, and need not start."""
    async with obedient() as pool:
        await pool.render(ORDER)
        pool._hangs_after_s = HANGS_AFTER_S
        yield pool


async def cancelled(drawing: asyncio.Task[RenderedPiece]) -> None:
    """Cancel an order and wait until its caller is free."""
    drawing.cancel()
    await asyncio.wait({drawing})
    assert drawing.cancelled()


@pytest.mark.anyio
async def test_a_cancelled_order_ends_its_process_and_nobody_else_gets_its_picture() -> None:
    """An order given up amid the drawing: its process is killed, and the next order gets its own picture at once."""
    async with obedient() as pool, asyncio.TaskGroup() as group:
        (pid,) = pool.pids
        hanging = group.create_task(pool.render(Order("hang", 99, 9)))
        await asyncio.sleep(0.05)
        await cancelled(hanging)
        async with asyncio.timeout(DEADLINE_S):
            piece = await pool.render(Order("", 17, 9))
        assert piece.width_px == 17
        assert not is_alive(pid)
        assert [int(piece.data.split()[0])] == pool.pids


@pytest.mark.anyio
async def test_orders_cancelled_at_any_moment_mix_up_nothing() -> None:
    """Orders are given up before, while and after they are drawn; every other one gets the picture it asked for."""
    async with obedient(2) as pool, asyncio.TaskGroup() as group:
        for number in range(1, 7):
            given_up = group.create_task(pool.render(Order("slow", 1000 + number, 9)))
            wanted = [group.create_task(pool.render(Order("", number, height))) for height in (9, 10)]
            await asyncio.sleep((number - 1) * 0.012)
            given_up.cancel()
            pieces = [await drawing for drawing in wanted]
            assert [(piece.width_px, piece.height_px) for piece in pieces] == [(number, 9), (number, 10)]


@pytest.mark.anyio
async def test_a_start_that_is_cancelled_is_no_order_under_way() -> None:
    """A pool whose start was given up starts when the first order comes."""
    pool = RendererPool(1, work=obey, warm=None)
    try:
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(pool.start())
            await asyncio.sleep(0)
            starting.cancel()
        assert (await pool.render(ORDER)).data
        assert len(pool.pids) == 1
    finally:
        pool.close()


@pytest.mark.anyio
async def test_an_answer_to_another_order_is_not_taken() -> None:
    """An answer that does not repeat its order's number costs that try and the process, and reaches nobody."""
    async with obedient() as pool:
        (pid,) = pool.pids
        with pytest.raises(RenderFailed, match="answered another order"):
            await pool.render(Order("twice", 16, 9))
        assert (await pool.render(Order("", 17, 9))).width_px == 17
        assert not is_alive(pid)


@pytest.mark.anyio
async def test_faults_of_a_piece_are_told() -> None:
    """What cannot be drawn is final; a fault of a style may be tried again; the process lives on."""
    pool = RendererPool(1, work=obey, warm=None)
    try:
        with pytest.raises(RenderFailed, match=r"Such a picture cannot be\.") as refused:
            await pool.render(Order("refuse", 16, 9))
        pid = pool.pids
        with pytest.raises(RenderFailed, match="ValueError: a fault in a style") as failed:
            await pool.render(Order("fail", 16, 9))
        assert (refused.value.is_final, failed.value.is_final) == (True, False)
        assert pool.pids == pid
    finally:
        pool.close()


@pytest.mark.anyio
async def test_closing_ends_a_renderer_in_the_middle_of_a_piece() -> None:
    """`close` does not wait for what is being drawn."""
    pool = RendererPool(1, work=obey, warm=None)
    await pool.start()
    pid = pool.pids[0]
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(refusal_of(pool))
        await asyncio.sleep(0)
        await asyncio.to_thread(pool.close)
    assert isinstance(waiting.result(), RenderFailed)
    assert not is_alive(pid)


async def refusal_of(pool: RendererPool) -> Exception | None:
    """What a piece that hangs ends with."""
    try:
        await pool.render(Order("hang", 16, 9))
    except RenderFailed as error:
        return error
    return None


PARENT = """
import asyncio, signal
from kiosk.server.renderers import RendererPool
from tests.server.obeying import obey
from kiosk.server.renderer_process import Order

async def main():
    pool = RendererPool(1, work=obey, warm=None)
    await pool.start()
    async with asyncio.TaskGroup() as group:
        group.create_task(pool.render(Order("hang", 16, 9)))
        print(*pool.pids, flush=True)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_renderer_dies_with_its_killed_parent(tmp_path: Path) -> None:
    """`kill -9` of the server leaves no renderer behind, not even one in the middle of a piece."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment, cwd=root) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    asyncio.run(until(lambda: not is_alive(pid), "the renderer ended with its parent"))


def test_a_renderer_that_may_not_choose_its_policy_draws_all_the_same() -> None:
    """Started at idle priority by somebody without privileges it stays there, which the kernel insists on."""
    code = (
        "import os; from kiosk.server.renderer_process import give_way; "
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)); os.getuid() or os.setuid(65534); "
        "give_way(); print(os.nice(0), os.sched_getscheduler(0) == os.SCHED_IDLE)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=DEADLINE_S)
    assert told.stdout.split() == ["19", "True"]
