"""Prints, by their pixels: geometry, orientation, mat, surround, crop, and what is refused."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kiosk.imaging.errors import NoPrint
from kiosk.imaging.files import read_ppm
from kiosk.imaging.fingerprint import KEEPS_UNDER_A_LABEL, fingerprint
from kiosk.imaging.orders import Fault, PrintOrder, Source
from kiosk.imaging.picture import MAT_CODES
from kiosk.imaging.printing import SourceFault, make_print
from tests.imaging.making import Codes, announced, made, noise, plain, printed, saved, smooth

QUARTERS = ((250, 40, 30), (20, 200, 60), (40, 80, 240), (230, 220, 40))


def quartered(size: tuple[int, int] = (120, 80)) -> Codes:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    picture = plain(QUARTERS[0], size)
    picture[: size[1] // 2, size[0] // 2 :] = QUARTERS[1]
    picture[size[1] // 2 :, : size[0] // 2] = QUARTERS[2]
    picture[size[1] // 2 :, size[0] // 2 :] = QUARTERS[3]
    return picture


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
@pytest.mark.parametrize("fit", ["cover", "contain", "blur"])
def test_a_picture_of_the_screens_size_is_not_touched(tmp_path: Path, name: str, fit: str) -> None:
    """Its bytes are the print's bytes, noise and all."""
    picture = noise(160, 90)
    assert np.array_equal(printed(saved(tmp_path / name, picture, lossless=True), size=(160, 90), fit=fit), picture)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_exif_orientation_is_applied_once(tmp_path: Path, name: str, orientation: int) -> None:
    """However the camera was held, the colours stand where they belong, in all three formats."""
    upright = quartered()
    image = Image.fromarray(upright)
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = image.transpose(turns[orientation]) if orientation in turns else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = saved(tmp_path / name, stored, exif=exif, quality=95)
    for size in ((120, 80), (60, 40), (240, 160)):
        found = printed(source, size=size, fit="contain")
        for (x, y), colour in zip([(1, 1), (3, 1), (1, 3), (3, 3)], QUARTERS, strict=True):
            patch = found[y * size[1] // 4 - 3 : y * size[1] // 4 + 3, x * size[0] // 4 - 3 : x * size[0] // 4 + 3]
            assert patch.reshape(-1, 3).mean(axis=0) == pytest.approx(colour, abs=4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_cropped_where_the_upright_one_is(tmp_path: Path, orientation: int) -> None:
    """The same crop of the same picture, however it is stored."""
    upright = smooth(300, 200)
    upright[150:190, 20:60] = noise(40, 40)
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    turned = Image.fromarray(upright)
    exif_back = turned.getexif()
    exif_back[0x0112] = back
    stored = ImageOps.exif_transpose(turned)
    expected = printed(saved(tmp_path / "upright.png", upright), size=(80, 160))
    found = printed(saved(tmp_path / "stored.png", stored, exif=exif), size=(80, 160))
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_contain_lies_on_the_mat(tmp_path: Path) -> None:
    """A square in the middle of a wide screen, mat to both sides, and its share of the screen said."""
    done, found = made(saved(tmp_path / "a.png", plain((200, 100, 50), (60, 60))), size=(160, 90), fit="contain")
    assert (found[:, 35:125] == (200, 100, 50)).all()
    assert (found[:, :35] == MAT_CODES).all()
    assert (found[:, 125:] == MAT_CODES).all()
    assert done.coverage == (90 / 160,)
    assert done.size_px == (160, 90)
    assert done.fingerprint == fingerprint(found, least=KEEPS_UNDER_A_LABEL)


def test_blur_surrounds_a_picture_with_itself(tmp_path: Path) -> None:
    """Around it lies its own colour, darker, and without any of its detail."""
    picture = plain((200, 120, 60), (60, 60))
    picture[::2] = (180, 100, 50)
    done, found = made(saved(tmp_path / "a.png", picture), size=(320, 180), fit="blur")
    side = found[:, :60].reshape(-1, 3)
    assert side.mean(axis=0) == pytest.approx((115, 68, 37), abs=6)
    assert side.std(axis=0).max() < 1.5
    assert done.coverage == (180 / 320,)


def test_cover_keeps_what_matters(tmp_path: Path) -> None:
    """A tall screen shows the busy figure of a wide picture, not its calm middle."""
    picture = smooth(400, 100) // 4 + 90
    picture[30:70, 20:60] = noise(40, 40)
    done, found = made(saved(tmp_path / "a.png", picture), size=(100, 100))
    assert found.reshape(-1, 3).std(axis=0).min() > 20
    assert done.coverage == (1.0,)


def test_two_portraits_share_a_wall(tmp_path: Path) -> None:
    """Each in its half, a gutter of mat between them, each with its own share."""
    sources = [
        saved(tmp_path / "a.png", plain((220, 40, 40), (60, 90))),
        saved(tmp_path / "b.png", plain((40, 40, 220))),
    ]
    done, found = made(*sources, size=(160, 90))
    assert (found[:, :79] == (220, 40, 40)).all()
    assert (found[:, 79:81] == MAT_CODES).all()
    assert (found[:, 81:] == (40, 40, 220)).all()
    assert done.coverage == (79 / 160, 79 / 160)


def test_light_is_averaged_on_the_way_down(tmp_path: Path) -> None:
    """Black and white lines become the code value of half the light, 188, not of half the scale."""
    lines = np.zeros((512, 512, 3), np.uint8)
    lines[:, ::2] = 255
    found = printed(saved(tmp_path / "a.png", lines), size=(64, 64))
    assert found[8:-8, 8:-8].mean() == pytest.approx(188, abs=1)


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    """The dither has no chance in it."""
    source = saved(tmp_path / "a.jpg", smooth(300, 200), quality=90)
    assert np.array_equal(printed(source, size=(160, 90)), printed(source, size=(160, 90)))


def test_a_dark_ramp_has_no_bands(tmp_path: Path) -> None:
    """A dark 16-bit ramp of four code values over the whole screen rises evenly, its mean right in every sixteenth."""
    ramp = np.tile(np.linspace(20, 24, 512), (64, 1))
    deep = np.repeat(np.round(ramp * 257)[..., None], 3, axis=-1).astype(np.uint16)
    found = printed(saved(tmp_path / "a.png", deep), size=(512, 64)).astype(float)
    parts = found.reshape(64, 16, 32, 3).mean(axis=(0, 2, 3))
    assert parts == pytest.approx(ramp[0].reshape(16, 32).mean(axis=1), abs=0.06)


@given(
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.tuples(st.integers(8, 80), st.integers(8, 80)),
    st.sampled_from(["cover", "contain", "blur"]),
    st.integers(1, 8),
    st.integers(1, 2),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_picture_fits_any_screen(
    tmp_path: Path, picture: tuple[int, int], screen: tuple[int, int], fit: str, orientation: int, count: int
) -> None:
    """The print has the screen's size, the picture's one colour where it is, and shares that add up to one at most."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = saved(tmp_path / "any.png", Image.fromarray(plain((90, 160, 30), picture)), exif=exif)
    done, found = made(*[source] * count, size=screen, fit=fit)
    assert found.shape == (screen[1], screen[0], 3)
    assert 0 < sum(done.coverage) <= 1
    share = float((found == (90, 160, 30)).all(axis=-1).mean())
    assert share >= sum(done.coverage) - 1e-9


def refused(folder: Path, *sources: Source, size: tuple[int, int] = (64, 36)) -> SourceFault:
    """Why there is no print, and that no file of it is left."""
    out = folder / "refused.ppm"
    with pytest.raises(SourceFault) as caught:
        make_print(PrintOrder(sources, size, "cover", out))
    assert not [path for path in out.parent.iterdir() if path.name.startswith(out.name)]
    return caught.value


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    """Also a folder in its place, and one in a folder that is no more."""
    assert refused(tmp_path, Source(tmp_path / "a.jpg", "", 0, 0, 0)).fault is Fault.MISSING
    assert refused(tmp_path, Source(tmp_path / "gone" / "a.jpg", "", 0, 0, 0)).fault is Fault.MISSING
    assert refused(tmp_path, Source(tmp_path, "", 0, 0, 0)).fault is Fault.MISSING


def test_other_bytes_than_announced_are_changed(tmp_path: Path) -> None:
    """Longer, shorter, or of another hash: the cache will fetch it again."""
    source = saved(tmp_path / "a.png", plain((1, 2, 3)))
    for wrong in (
        dataclasses.replace(source, bytes=source.bytes - 1),
        dataclasses.replace(source, bytes=source.bytes + 1),
        dataclasses.replace(source, sha256="0" * 64),
    ):
        assert refused(tmp_path, wrong).fault is Fault.CHANGED


def test_a_lie_about_its_size_is_unfit(tmp_path: Path) -> None:
    """Width and height as stored; what is not known is not checked."""
    source = saved(tmp_path / "a.png", plain((1, 2, 3), (60, 40)))
    for width, height in ((61, 40), (60, 41), (40, 60)):
        assert refused(tmp_path, dataclasses.replace(source, width_px=width, height_px=height)).fault is Fault.UNFIT
    assert printed(dataclasses.replace(source, width_px=60, height_px=40), size=(64, 36)).shape == (36, 64, 3)


def test_the_picture_at_fault_is_named(tmp_path: Path) -> None:
    """Of two, the number of the one that cannot be shown."""
    good, bad = saved(tmp_path / "a.png", plain((1, 2, 3))), saved(tmp_path / "b.png", b"<html></html>")
    fault = refused(tmp_path, good, bad)
    assert (fault.fault, fault.source) == (Fault.UNFIT, 1)
    assert "web page" in str(fault)


@pytest.mark.parametrize("fit", ["cover ", "", "stretch"])
def test_an_order_nobody_can_carry_out_is_our_own_fault(tmp_path: Path, fit: str) -> None:
    """A fit that is none, no pictures, or a screen without pixels: failed, so that no picture is set aside for it."""
    source = saved(tmp_path / "a.png", plain((1, 2, 3)))
    for order in (
        PrintOrder((source,), (64, 36), fit, tmp_path / "o.ppm"),
        PrintOrder((), (64, 36), "cover", tmp_path / "o.ppm"),
        PrintOrder((source,), (0, 36), "cover", tmp_path / "o.ppm"),
    ):
        with pytest.raises(NoPrint) as caught:
            make_print(order)
        assert caught.value.fault is Fault.FAILED


def test_a_full_disk_is_our_own_fault(tmp_path: Path) -> None:
    """A print that cannot be written leaves nothing behind and blames no picture."""
    source = saved(tmp_path / "a.png", plain((1, 2, 3)))
    with pytest.raises(NoPrint) as caught:
        make_print(PrintOrder((source,), (64, 36), "cover", tmp_path / "gone" / "o.ppm"))
    assert caught.value.fault is Fault.FAILED


def test_a_print_that_is_none_is_told(tmp_path: Path) -> None:
    """Half a print, or something else under its name, is never taken for one."""
    done, _ = made(saved(tmp_path / "a.png", plain((1, 2, 3))), size=(64, 36))
    data = done.path.read_bytes()
    assert data.startswith(b"P6\n64 36\n255\n")
    for wrong in (data[:-1], data + b"x", b"", b"P5\n64 36\n255\n" + bytes(64 * 36 * 3)):
        done.path.write_bytes(wrong)
        with pytest.raises(NoPrint):
            read_ppm(done.path)


def test_an_eight_k_picture_is_printed(tmp_path: Path) -> None:
    """7680x4320 comes down to the screen, and looks as it did."""
    large = cv2.resize(smooth(480, 270), (7680, 4320), interpolation=cv2.INTER_LINEAR)
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(large, cv2.COLOR_RGB2BGR))
    found = printed(announced(path), size=(320, 180))
    expected = cv2.resize(large, (320, 180), interpolation=cv2.INTER_AREA)
    assert np.abs(found.astype(int) - expected).mean() < 2
