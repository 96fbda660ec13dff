"""The first print of a start, ordered before anybody asks for it; by a real imaging process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.app.clock import SystemClock
from kiosk.app.early_print import EARLY, EarlyPrint, note, noted
from kiosk.app.imaging_process import ImagingProcess
from kiosk.imaging.orders import Fault, Print, PrintOrder, Refusal, Source
from kiosk.storage.folder import DataFolder
from tests.imaging.making import saved, smooth

SIZE = (64, 36)


@pytest.fixture
def imaging() -> Iterator[ImagingProcess]:
    """A started one."""
    made = ImagingProcess(clock=SystemClock())
    made.start()
    yield made
    made.close()


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder."""
    (tmp_path / "data").mkdir()
    return DataFolder(tmp_path / "data")


def order(folder: Path, name: str) -> PrintOrder:
    """A print of soft forms."""
    return PrintOrder((saved(folder / f"{name}.png", smooth(96, 54)),), SIZE, "cover", folder / f"{name}.ppm")


def test_what_was_noted_is_read_again(data: DataFolder, tmp_path: Path) -> None:
    """The order of the last note comes back, to be printed under the name asked for."""
    note(data, order(tmp_path, "first"))
    note(data, last := order(tmp_path, "last"))
    assert noted(data, tmp_path / "early.ppm") == replace(last, out=tmp_path / "early.ppm")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"is": "PrintOrder"}', '{"is": "PrintOrder", "sources": 1}'])
def test_a_note_that_makes_no_sense_is_none(data: DataFolder, tmp_path: Path, text: str) -> None:
    """A file cut off or of another kind stops no start; nor does a missing one."""
    assert noted(data, tmp_path / "early.ppm") is None
    data.opening_file.write_text(text)
    assert noted(data, tmp_path / "early.ppm") is None


@pytest.mark.anyio
async def test_a_right_guess_is_printed_once(imaging: ImagingProcess, data: DataFolder, tmp_path: Path) -> None:
    """Who asks for what was printed early gets that print, although its picture is gone by now."""
    wanted = order(tmp_path, "a")
    note(data, wanted)
    early = EarlyPrint(imaging, tmp_path)
    early.begin(data)
    assert isinstance(await imaging.carry_out(order(tmp_path, "other")), Print)  # the early one is done before it
    wanted.sources[0].path.unlink()
    made = await early.carry_out(wanted)
    assert isinstance(made, Print)
    assert (made.path, made.size_px) == (wanted.out, SIZE)
    assert wanted.out.is_file()
    assert not (tmp_path / EARLY).exists()
    again = await early.carry_out(wanted)
    assert isinstance(again, Refusal)
    assert again.fault is Fault.MISSING


@pytest.mark.anyio
async def test_it_makes_its_folder(imaging: ImagingProcess, data: DataFolder, tmp_path: Path) -> None:
    """Without memory for prints their folder lies in the cache and is not there yet: the print is made all the same."""
    wanted = order(tmp_path, "a")
    note(data, wanted)
    early = EarlyPrint(imaging, data.cache_dir / "prints")
    early.begin(data)
    assert isinstance(await imaging.carry_out(order(tmp_path, "other")), Print)  # the early one is done before it
    assert (early.scratch / EARLY).is_file()
    assert early.scratch.stat().st_mode & 0o077 == 0


@pytest.mark.anyio
@pytest.mark.parametrize("change", ["size", "fit", "picture"])
async def test_a_wrong_guess_costs_no_more_than_itself(
    imaging: ImagingProcess, data: DataFolder, tmp_path: Path, change: str
) -> None:
    """Another size, fit or picture is printed as it was asked for, and what was guessed is deleted."""
    guess = order(tmp_path, "a")
    wanted = {
        "size": replace(guess, size_px=(32, 18)),
        "fit": replace(guess, fit="contain"),
        "picture": order(tmp_path, "b"),
    }[change]
    note(data, guess)
    early = EarlyPrint(imaging, tmp_path)
    early.begin(data)
    made = await early.carry_out(wanted)
    assert isinstance(made, Print)
    assert made.size_px == wanted.size_px
    assert wanted.out.is_file()
    assert not (tmp_path / EARLY).exists()


@pytest.mark.anyio
async def test_a_guess_that_cannot_be_printed_is_forgotten(
    imaging: ImagingProcess, data: DataFolder, tmp_path: Path
) -> None:
    """What was refused early is tried again for who asks: the file may have come meanwhile."""
    source = Source(tmp_path / "late.png", "", 0, 0, 0)
    wanted = PrintOrder((source,), SIZE, "cover", tmp_path / "late.ppm")
    note(data, wanted)
    early = EarlyPrint(imaging, tmp_path)
    early.begin(data)
    assert isinstance(await imaging.carry_out(order(tmp_path, "other")), Print)
    saved(source.path, smooth(96, 54))
    assert isinstance(await early.carry_out(wanted), Print)
