"""The imaging process from the display's end: real processes, real kills."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.app.clock import SystemClock
from kiosk.app.imaging_process import ImagingProcess
from kiosk.imaging.orders import Fault, Motion, MotionOrder, Print, PrintOrder, Refusal, Source
from tests.imaging.making import plain, saved, smooth

DEADLINE_S = 60
DISPLAY = """
import sys
from kiosk.app.clock import SystemClock
from kiosk.app.imaging_process import ImagingProcess
imaging = ImagingProcess(clock=SystemClock())
imaging.start()
while imaging.pid is None:
    pass
print(imaging.pid, flush=True)
sys.stdin.read()
"""
SIZE = (64, 36)


@pytest.fixture
def imaging() -> Iterator[ImagingProcess]:
    """A started one."""
    made = ImagingProcess(clock=SystemClock())
    made.start()
    yield made
    made.close()


def order(folder: Path, name: str = "a", seed: int = 1) -> PrintOrder:
    """A print of soft forms."""
    return PrintOrder((saved(folder / f"{name}.png", smooth(96, 54, seed)),), SIZE, "cover", folder / f"{name}.ppm")


def endless(folder: Path, name: str = "endless") -> Source:
    """A source that opens and never ends: whoever reads it is in the middle of an order for as long as one likes."""
    path = folder / f"{name}.jpg"
    os.mkfifo(path)
    return Source(path, "", 0, 0, 0)


async def until(condition: Callable[[], bool]) -> None:
    """Waits for something to be so."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - nobody tells what happens in the kernel
            await asyncio.sleep(0.01)


async def opened_for_reading(path: Path) -> int:
    """Waits until a process reads the pipe, and returns our end of it."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                await asyncio.sleep(0.01)


def kill(process: ImagingProcess, number: int = signal.SIGKILL) -> int:
    """Sends the imaging process a signal, and returns who it was."""
    pid = process.pid
    assert pid is not None
    os.kill(pid, number)
    return pid


async def killed_at_each(imaging: ImagingProcess, source: Source, number: int, *, times: int) -> None:
    """Kills that many processes in a row, each in the middle of reading an endless source."""
    ends = []
    for _ in range(times):
        ends.append(await opened_for_reading(source.path))
        killed = kill(imaging, number)
        await until(lambda killed=killed: imaging.pid != killed)  # type: ignore[misc] # a default mypy cannot type
    for end in ends:  # not before: one of them closed would be the end of what the next process reads
        os.close(end)


@pytest.mark.anyio
async def test_orders_come_back_in_turn(imaging: ImagingProcess, tmp_path: Path) -> None:
    """Whoever asks first is served first; prints and the motion between them."""
    orders = [order(tmp_path, str(number), number) for number in range(4)]
    done: list[Path] = []

    async def ask(one: PrintOrder) -> None:
        result = await imaging.carry_out(one)
        assert isinstance(result, Print)
        done.append(result.path)

    async with asyncio.TaskGroup() as group:
        for one in orders:
            group.create_task(ask(one))
    assert done == [one.out for one in orders]
    motion = await imaging.carry_out(MotionOrder(orders[0].out, orders[1].out, tmp_path / "m.ppm"))
    assert motion == Motion(tmp_path / "m.ppm")


@pytest.mark.anyio
async def test_a_process_killed_between_orders_is_replaced(imaging: ImagingProcess, tmp_path: Path) -> None:
    """The next order is carried out by another one."""
    assert isinstance(await imaging.carry_out(order(tmp_path)), Print)
    killed = kill(imaging)
    assert isinstance(await imaging.carry_out(order(tmp_path)), Print)
    assert imaging.pid != killed


@pytest.mark.anyio
async def test_an_order_survives_one_death(imaging: ImagingProcess, tmp_path: Path) -> None:
    """A process killed in the middle of an order is replaced, and the order tried again."""
    source = endless(tmp_path)
    out = tmp_path / "o.ppm"
    asked = asyncio.ensure_future(imaging.carry_out(PrintOrder((source,), SIZE, "cover", out)))  # noqa: TID251
    end = await opened_for_reading(source.path)
    killed = kill(imaging)
    os.close(end)
    await until(lambda: imaging.pid not in {None, killed})
    end = await opened_for_reading(source.path)
    picture = saved(tmp_path / "good.png", plain((1, 2, 3))).path.read_bytes()
    os.write(end, picture)
    os.close(end)
    assert isinstance(await asked, Print)
    assert out.exists()


@pytest.mark.anyio
@pytest.mark.parametrize(("number", "fault"), [(signal.SIGSEGV, Fault.UNFIT), (signal.SIGKILL, Fault.FAILED)])
async def test_what_kills_two_processes_is_unfit(
    imaging: ImagingProcess, tmp_path: Path, number: int, fault: Fault
) -> None:
    """The second death is a refusal, the picture's fault unless somebody ended it; the next order is carried out."""
    source = endless(tmp_path)
    (tmp_path / "o.ppm.part").write_bytes(b"half")
    asked = asyncio.ensure_future(  # noqa: TID251 - waited for below
        imaging.carry_out(PrintOrder((source,), SIZE, "cover", tmp_path / "o.ppm"))
    )
    await killed_at_each(imaging, source, number, times=2)
    result = await asked
    assert isinstance(result, Refusal)
    assert (result.fault, result.source) == (fault, 0)
    assert ("died of it" if fault is Fault.UNFIT else "ended by somebody") in result.reason
    assert not (tmp_path / "o.ppm.part").exists()
    assert isinstance(await imaging.carry_out(order(tmp_path)), Print)


@pytest.mark.anyio
async def test_a_hung_process_is_killed(tmp_path: Path) -> None:
    """One that says nothing for too long is replaced; a picture that hangs two is unfit, others go on."""
    imaging = ImagingProcess(clock=SystemClock(), limit_s=0.5)
    imaging.start()
    try:
        source = endless(tmp_path)
        held = os.open(source.path, os.O_RDWR)
        result = await imaging.carry_out(PrintOrder((source,), SIZE, "cover", tmp_path / "o.ppm"))
        os.close(held)
        assert isinstance(result, Refusal)
        assert result.fault is Fault.UNFIT
        assert "said nothing" in result.reason
    finally:
        imaging.close()


@pytest.mark.anyio
async def test_a_stopped_process_is_replaced(tmp_path: Path) -> None:
    """SIGSTOP is a hang like any other: the order is carried out by the next one."""
    imaging = ImagingProcess(clock=SystemClock(), limit_s=5)
    imaging.start()
    try:
        assert isinstance(await imaging.carry_out(order(tmp_path)), Print)
        stopped = kill(imaging, signal.SIGSTOP)
        assert isinstance(await imaging.carry_out(order(tmp_path)), Print)
        assert imaging.pid != stopped
    finally:
        imaging.close()


@pytest.mark.anyio
async def test_of_two_pictures_the_one_that_kills_is_named(imaging: ImagingProcess, tmp_path: Path) -> None:
    """Each is tried alone, and the good one is not blamed."""
    good, source = saved(tmp_path / "good.png", plain((1, 2, 3))), endless(tmp_path)
    asked = asyncio.ensure_future(  # noqa: TID251 - waited for below
        imaging.carry_out(PrintOrder((good, source), SIZE, "cover", tmp_path / "o.ppm"))
    )
    await killed_at_each(imaging, source, signal.SIGSEGV, times=4)  # twice beside the other one, twice alone
    result = await asked
    assert isinstance(result, Refusal)
    assert (result.fault, result.source) == (Fault.UNFIT, 1)
    assert [name for name in os.listdir(tmp_path) if "ppm" in name] == []  # noqa: PTH208 - no waiting in it


@pytest.mark.anyio
async def test_who_is_cancelled_before_his_turn_is_left_out(imaging: ImagingProcess, tmp_path: Path) -> None:
    """An order nobody waits for any more is not begun; those behind it are."""
    source = endless(tmp_path)
    first = asyncio.ensure_future(  # noqa: TID251 - waited for below
        imaging.carry_out(PrintOrder((source,), SIZE, "cover", tmp_path / "first.ppm"))
    )
    end = await opened_for_reading(source.path)
    dropped = asyncio.ensure_future(imaging.carry_out(order(tmp_path, "dropped")))  # noqa: TID251
    last = asyncio.ensure_future(imaging.carry_out(order(tmp_path, "last")))  # noqa: TID251
    await asyncio.sleep(0)
    dropped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dropped
    os.close(end)
    assert isinstance(await first, Refusal)
    assert isinstance(await last, Print)
    assert not (tmp_path / "dropped.ppm").exists()


@pytest.mark.anyio
async def test_closing_answers_everybody_and_leaves_no_process(tmp_path: Path) -> None:
    """In the middle of an order, with others waiting, and again afterwards."""
    imaging = ImagingProcess(clock=SystemClock())
    imaging.start()
    source = endless(tmp_path)
    asked = [
        asyncio.ensure_future(imaging.carry_out(one))  # noqa: TID251
        for one in (PrintOrder((source,), SIZE, "cover", tmp_path / "o.ppm"), order(tmp_path))
    ]
    end = await opened_for_reading(source.path)
    pid = imaging.pid
    assert pid is not None
    imaging.close()
    os.close(end)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    results = [*await asyncio.gather(*asked), await imaging.carry_out(order(tmp_path))]
    assert [result.fault for result in results if isinstance(result, Refusal)] == [Fault.FAILED] * 3
    imaging.close()


@pytest.mark.anyio
@pytest.mark.parametrize("command", [["/nowhere/kiosk"], [sys.executable, "-c", "raise SystemExit(3)"]])
async def test_a_process_that_never_starts_blames_no_picture(command: list[str], tmp_path: Path) -> None:
    """A broken installation is our own trouble: nothing is set aside for it."""
    imaging = ImagingProcess(clock=SystemClock(), command=command)
    imaging.start()
    try:
        result = await imaging.carry_out(order(tmp_path))
        assert isinstance(result, Refusal)
        assert result.fault is Fault.FAILED
    finally:
        imaging.close()


def test_a_killed_display_leaves_no_process() -> None:
    """The process ends with the display that started it, however that went."""
    with subprocess.Popen([sys.executable, "-c", DISPLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        assert not _is_gone(pid)
        started.kill()
    asyncio.run(until(lambda: _is_gone(pid)))


def _is_gone(pid: int) -> bool:
    """Whether it has ended, taken leave of or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_display_imports_nothing_for_pictures() -> None:
    """Starting the process costs the display neither numpy nor a decoder."""
    code = "import sys, kiosk.app.imaging_process; print(*sorted({'numpy', 'cv2', 'PIL', 'Xlib'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
