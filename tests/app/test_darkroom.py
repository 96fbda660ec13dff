"""The darkroom: what it makes first, what it keeps, and what it does when it cannot."""

import asyncio
import operator
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.darkroom import Darkroom
from kiosk.app.darkroom_order import Finish, MotionJob, Plate, PrintJob, Wishes, next_job
from kiosk.imaging.orders import Fault, Motion, MotionOrder, Order, Print, PrintOrder, Refusal, Result, Source
from tests.fakes.clock import LoopClock
from tests.fakes.web import eventually

HD = Finish((1920, 1080), "cover")
LIMIT_S = 60.0


def plate(name: str) -> Plate:
    """Return a plate of one picture."""
    return Plate(name, (Source(Path(f"/pictures/{name}"), name, 1, 16, 9),))


A, B, C, D = (plate(name) for name in "ABCD")


def prints_in(folder: Path) -> int:
    """Return how many files lie there."""
    return len(list(folder.iterdir()))


class Maker:
    """Makes prints and motions at once, as files that name what they are of; `refuses` says of what it makes none.

    `room` is for how many files there is space.
    """

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.refuses: dict[str, list[Refusal]] = {}
        self.room = 1_000

    async def carry_out(self, order: Order) -> Result:
        await asyncio.sleep(0)
        match order:
            case PrintOrder(sources=(source, *_), size_px=size_px, out=out):
                self.orders.append(f"{source.sha256} {size_px[0]}")
                if self.refuses.get(source.sha256):
                    return self.refuses[source.sha256].pop(0)
                if prints_in(out.parent) >= self.room:
                    return Refusal(Fault.FAILED, "no space left on device")
                out.write_text(source.sha256)
                return Print(out, size_px, (1.0,), 7)
            case MotionOrder(origin=origin, goal=goal, out=out):
                self.orders.append(f"{origin.read_text()}>{goal.read_text()}")
                out.write_text("motion")
                return Motion(out)
            case _:
                raise AssertionError(order)


class Heard:
    """Notes the darkroom's news."""

    def __init__(self) -> None:
        self.news: list[str] = []

    def printed(self, key: str, made: Print) -> None:
        self.news.append(f"printed {key}")

    def moved(self, pair: tuple[str, str], path: Path) -> None:
        self.news.append(f"moved {pair[0]}>{pair[1]}")

    def refused(self, key: str, refusal: Refusal) -> None:
        self.news.append(f"refused {key}: {refusal.fault}")


@asynccontextmanager
async def at_work(folder: Path) -> AsyncIterator[tuple[Darkroom, Maker, Heard]]:
    """Yield a darkroom that runs."""
    maker, heard = Maker(), Heard()
    darkroom = Darkroom(imaging=maker, folder=folder, finish=HD, clock=LoopClock())
    darkroom.listen(heard)
    task = asyncio.get_running_loop().create_task(darkroom.run())
    yield darkroom, maker, heard
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.anyio
async def test_prints_come_in_order_each_with_the_motion_to_it(tmp_path: Path) -> None:
    """What comes next is printed one after the other; once something is on the glass, with the way from one to the
    next.
    """
    async with at_work(tmp_path) as (darkroom, maker, heard):
        darkroom.want([A, B])
        await eventually(lambda: len(maker.orders) == 3)
        assert maker.orders == ["A 1920", "B 1920", "A>B"]
        darkroom.goes_on(A)
        darkroom.want([B, C])
        await eventually(lambda: "moved B>C" in heard.news)
        assert maker.orders[3:] == ["C 1920", "B>C"]
        assert darkroom.motion(("A", "B")) is not None
        assert darkroom.motion(("B", "A")) is None


@pytest.mark.anyio
async def test_what_is_wanted_now_comes_first(tmp_path: Path) -> None:
    """A piece called by hand overtakes the look-ahead."""
    async with at_work(tmp_path) as (darkroom, maker, _):
        darkroom.want([A, B])
        darkroom.want_now(D)
        await eventually(lambda: len(maker.orders) >= 3)
        assert maker.orders[0] == "D 1920"


@pytest.mark.anyio
async def test_another_size_of_the_screen_prints_anew(tmp_path: Path) -> None:
    """After a change of size what is on the glass is printed first, then what comes; prints of the old size are not
    found any more.
    """
    async with at_work(tmp_path) as (darkroom, maker, heard):
        darkroom.want([A, B])
        await eventually(lambda: "moved A>B" in heard.news)
        darkroom.goes_on(A)
        darkroom.want([B])
        darkroom.set_finish(Finish((640, 360), "cover"))
        assert darkroom.find("A") is None
        await eventually(lambda: heard.news.count("moved A>B") == 2)
        assert maker.orders[3:] == ["A 640", "B 640", "A>B"]


@pytest.mark.anyio
async def test_trouble_of_our_own_is_tried_again_bad_pictures_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is named as a fault and the same print made later; a picture that is unfit is told once."""
    monkeypatch.setattr("kiosk.app.darkroom.RETRY_S", 0.01)
    async with at_work(tmp_path) as (darkroom, maker, heard):
        maker.refuses = {"A": [Refusal(Fault.FAILED, "full")], "B": [Refusal(Fault.UNFIT, "torn")] * 9}
        darkroom.want([A, B])
        await eventually(lambda: darkroom.fault == "full")
        await eventually(lambda: "refused B: unfit" in heard.news)
        assert heard.news == ["printed A", "refused B: unfit"]
        assert darkroom.fault == ""


@pytest.mark.anyio
async def test_one_print_that_always_fails_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another print works out, one that failed again and again is refused; where all fail, all are tried on."""
    monkeypatch.setattr("kiosk.app.darkroom.RETRY_S", 0.01)
    async with at_work(tmp_path) as (darkroom, maker, heard):
        maker.refuses = {"A": [Refusal(Fault.FAILED, "no memory")] * 99}
        darkroom.want_now(A)
        darkroom.want([B])
        await eventually(lambda: heard.news == ["printed B", "refused A: failed"])
        assert darkroom.fault == ""
        maker.refuses = {name: [Refusal(Fault.FAILED, "full")] * 9 for name in "CD"}
        darkroom.goes_on(B)
        darkroom.want([C, D])
        await eventually(lambda: {"printed C", "printed D"} <= set(heard.news))
        assert not {"refused C: failed", "refused D: failed"} & set(heard.news)


@pytest.mark.anyio
async def test_a_full_folder_is_made_room_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the memory for prints is full, what nobody wants any more goes before its budget, and the wall goes on."""
    monkeypatch.setattr("kiosk.app.darkroom.RETRY_S", 0.01)
    async with at_work(tmp_path) as (darkroom, maker, heard):
        maker.room = 4
        for number in range(20):
            darkroom.want([plate(str(number))])
            await eventually(partial(operator.contains, heard.news, f"printed {number}"))
            darkroom.goes_on(plate(str(number)))
        assert prints_in(tmp_path) <= maker.room + 1  # a motion takes no room here


@pytest.mark.anyio
async def test_a_wiped_folder_is_filled_again(tmp_path: Path) -> None:
    """Prints whose files are gone are made again as soon as they are wanted."""
    async with at_work(tmp_path / "prints") as (darkroom, _, heard):
        darkroom.want([A])
        await eventually(lambda: heard.news == ["printed A"])
        shutil.rmtree(tmp_path / "prints")
        assert darkroom.find("A") is None
        darkroom.want([A])
        await eventually(lambda: heard.news == ["printed A", "printed A"])


@pytest.mark.anyio
async def test_old_prints_go(tmp_path: Path) -> None:
    """However many pieces pass, the files in memory stay within the budget."""
    async with at_work(tmp_path) as (darkroom, _, heard):
        for number in range(60):
            darkroom.goes_on(plate(str(number)))
            darkroom.want([plate(str(number + 1))])
            await eventually(partial(operator.contains, heard.news, f"printed {number + 1}"))
        assert prints_in(tmp_path) < 45


names = st.sampled_from("ABCDEF")


@given(
    now=st.none() | names,
    on_glass=st.none() | names,
    soon=st.lists(names, max_size=6, unique=True),
    refused=st.frozensets(names),
    side=st.sampled_from([8, 1920, 7680]),
)
def test_the_work_comes_to_an_end(
    now: str | None, on_glass: str | None, soon: list[str], refused: frozenset[str], side: int
) -> None:
    """Doing what is next until nothing is left prints each content once at most, never what was refused, and makes a
    motion only of two prints.
    """
    finish = Finish((side, side), "cover")
    wishes = Wishes(
        finish, plate(now) if now else None, plate(on_glass) if on_glass else None, tuple(plate(name) for name in soon)
    )
    made: dict[str, Finish] = {}
    motions: set[tuple[str, str]] = set()
    while (job := next_job(wishes, made, motions, refused)) is not None:
        match job:
            case PrintJob(plate=wanted):
                assert wanted.key not in made
                assert wanted.key not in refused
                made[wanted.key] = finish
            case MotionJob(pair=pair):
                assert pair not in motions
                assert set(pair) <= made.keys()
                motions.add(pair)
    assert {key for key in (now, on_glass, *soon[:1]) if key} - refused <= made.keys()


@pytest.mark.anyio
async def test_what_a_start_would_print_first_is_noted(tmp_path: Path) -> None:
    """Nothing before a picture is on the glass; then what comes next, or, where nothing comes, that picture."""
    notes: list[str] = []
    darkroom = Darkroom(
        imaging=Maker(),
        folder=tmp_path,
        finish=HD,
        clock=LoopClock(),
        note=lambda order: notes.append(f"{order.sources[0].sha256} {order.size_px[0]} {order.fit}"),
    )
    task = asyncio.get_running_loop().create_task(darkroom.run())
    darkroom.want([A, B])
    await eventually(lambda: darkroom.find("B") is not None)
    assert not notes
    darkroom.goes_on(A)
    await eventually(lambda: notes == ["B 1920 cover"])
    darkroom.want([])
    await eventually(lambda: notes == ["B 1920 cover", "A 1920 cover"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.anyio
async def test_no_print_waits_for_the_disk_that_takes_the_note(tmp_path: Path) -> None:
    """A disk that hangs stops no print; when it comes back, only the newest of what changed meanwhile is noted."""
    notes: list[str] = []
    is_back = threading.Event()

    def note(order: PrintOrder) -> None:
        notes.append(order.sources[0].sha256)
        is_back.wait(LIMIT_S)

    darkroom = Darkroom(imaging=Maker(), folder=tmp_path, finish=HD, clock=LoopClock(), note=note)
    task = asyncio.get_running_loop().create_task(darkroom.run())
    darkroom.goes_on(A)
    await eventually(lambda: notes == ["A"])
    darkroom.want([B])
    await eventually(lambda: darkroom.find("B") is not None)
    darkroom.want([C])
    await eventually(lambda: darkroom.find("C") is not None)
    assert notes == ["A"]
    is_back.set()
    await eventually(lambda: notes == ["A", "C"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
