"""Orders carried out in this process: what is remembered, and what becomes of trouble."""

from pathlib import Path

import pytest

from kiosk.imaging.files import read_ppm
from kiosk.imaging.orders import Fault, Look, LookOrder, Motion, MotionOrder, Print, PrintOrder, Refusal
from kiosk.imaging.workshop import Workshop
from tests.imaging.making import plain, saved, smooth

SIZE = (640, 360)


def ordered(folder: Path, name: str, seed: int, size: tuple[int, int] = SIZE) -> PrintOrder:
    """An order for a print of soft forms."""
    return PrintOrder((saved(folder / f"{name}.png", smooth(320, 180, seed)),), size, "cover", folder / f"{name}.ppm")


def test_motion_between_prints_it_made_needs_not_their_files(tmp_path: Path) -> None:
    """Prints just made are remembered in small; their motion is a PPM too."""
    shop = Workshop()
    orders = [ordered(tmp_path, "a", 1), ordered(tmp_path, "b", 2)]
    for order in orders:
        assert isinstance(shop.carry_out(order), Print)
        order.out.unlink()
    out = tmp_path / "motion.ppm"
    assert shop.carry_out(MotionOrder(orders[0].out, orders[1].out, out)) == Motion(out)
    assert read_ppm(out).size


def test_motion_between_prints_of_another_process_reads_them(tmp_path: Path) -> None:
    """After a restart the files are enough, and the motion is the same."""
    orders = [ordered(tmp_path, "a", 1), ordered(tmp_path, "b", 2)]
    first = Workshop()
    for order in orders:
        first.carry_out(order)
    found = []
    for shop in (first, Workshop()):
        out = tmp_path / "motion.ppm"
        assert shop.carry_out(MotionOrder(orders[0].out, orders[1].out, out)) == Motion(out)
        found.append(out.read_bytes())
    assert found[0] == found[1]


def test_motion_without_its_prints_is_refused(tmp_path: Path) -> None:
    """One that is gone is missing; two of different sizes are our own trouble."""
    shop = Workshop()
    orders = [ordered(tmp_path, "a", 1), ordered(tmp_path, "b", 2, (360, 640))]
    for order in orders:
        shop.carry_out(order)
    gone = shop.carry_out(MotionOrder(orders[0].out, tmp_path / "gone.ppm", tmp_path / "m.ppm"))
    assert isinstance(gone, Refusal)
    assert gone.fault is Fault.MISSING
    odd = shop.carry_out(MotionOrder(orders[0].out, orders[1].out, tmp_path / "m.ppm"))
    assert isinstance(odd, Refusal)
    assert odd.fault is Fault.FAILED


def test_a_print_made_anew_is_remembered_anew(tmp_path: Path) -> None:
    """Another picture under the same name is the one the motion is made of."""
    shop, out = Workshop(), tmp_path / "m.ppm"
    still, moving = ordered(tmp_path, "a", 1), ordered(tmp_path, "b", 1)
    for order in (still, moving):
        shop.carry_out(order)
    shop.carry_out(MotionOrder(still.out, moving.out, out))
    before = out.read_bytes()
    shop.carry_out(ordered(tmp_path, "b", 2))
    shop.carry_out(MotionOrder(still.out, moving.out, out))
    assert out.read_bytes() != before


def test_it_remembers_no_more_than_a_few(tmp_path: Path) -> None:
    """However many prints it makes."""
    shop = Workshop()
    for number in range(20):
        shop.carry_out(ordered(tmp_path, str(number), number, (64, 36)))
    assert len(shop._small) <= 8


def test_a_bad_picture_is_refused_with_its_number(tmp_path: Path) -> None:
    """A refusal is a value, not an exception."""
    good, bad = saved(tmp_path / "a.png", plain((1, 2, 3))), saved(tmp_path / "b.jpg", b"<html>")
    result = Workshop().carry_out(PrintOrder((good, bad), SIZE, "cover", tmp_path / "o.ppm"))
    assert result == Refusal(Fault.UNFIT, "The file is a web page; JPEG, PNG and WebP are accepted.", 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-xlib drops its open socket
@pytest.mark.parametrize("display", [":9999", "nonsense", ""])
def test_a_screen_that_is_not_there_is_our_own_trouble(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which one, and leaves no file."""
    monkeypatch.delenv("DISPLAY", raising=False)
    result = Workshop().carry_out(LookOrder(display, (0, 0, 10, 10), tmp_path / "look.png"))
    assert isinstance(result, Refusal)
    assert result.fault is Fault.FAILED
    assert not (tmp_path / "look.png").exists()


def test_it_sees_the_screen_as_it_is(xvfb_display: str, tmp_path: Path) -> None:
    """A window's pixels come back exactly, also where it hangs over the screen's edge; a second look is as good."""
    import numpy as np
    from PIL import Image
    from Xlib import X
    from Xlib.display import Display

    from kiosk.imaging.fingerprint import fingerprint

    display = Display(xvfb_display)
    screen = display.screen()
    colours = [0x204080, 0xE0A030]
    windows = []
    for number, colour in enumerate(colours):
        window = screen.root.create_window(
            number * 100, 0, 100, 120, 0, screen.root_depth, background_pixel=colour, override_redirect=True
        )
        window.map()
        window.configure(stack_mode=X.Above)
        windows.append(window)
    display.sync()
    shop = Workshop()
    try:
        for _ in range(2):
            look = shop.carry_out(LookOrder(xvfb_display, (-20, -10, 220, 130), tmp_path / "look.png"))
            assert isinstance(look, Look)
            seen = np.asarray(Image.open(tmp_path / "look.png"))
            assert seen.shape == (120, 200, 3)
            assert (seen[:, :100] == (0x20, 0x40, 0x80)).all()
            assert (seen[:, 100:] == (0xE0, 0xA0, 0x30)).all()
            assert look.fingerprint == fingerprint(seen)
            assert look.mean == pytest.approx(0.2404, abs=0.01)
        beside = shop.carry_out(LookOrder(xvfb_display, (100_00, 0, 10, 10), None))
        assert isinstance(beside, Refusal)
    finally:
        shop.close()
        for window in windows:
            window.destroy()
        display.sync()
        display.close()
