"""The motion between two pictures: what the file holds, and that it is a movement nothing is torn by."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from kiosk.imaging.motion import BANDS, grid_cells, looked_at_size, make_motion, pack
from kiosk.imaging.motion_field import find_fields
from kiosk.imaging.motion_turns import ranks

Picture = NDArray[np.uint8]
Unpacked = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
PORTRAIT = (270, 480)


def unpack(file: bytes) -> Unpacked:
    """The way forth and the way back (nodes down, nodes across, 2), as the shader reads them, and the four maps."""
    magic, size, depth, body = file.split(b"\n", 3)
    assert (magic, depth) == (b"P6", b"255")
    columns, rows = map(int, size.split())
    bands = np.frombuffer(body, np.uint8).reshape(BANDS, rows // BANDS, columns, 3).astype(float)
    ways = [(bands[high, ..., :2] * 256 + bands[high + 1, ..., :2] - 32768) / 65534 for high in (0, 2)]
    return ways[0], ways[1], bands[..., 2] / 255


def clouds(seed: int, size: tuple[int, int]) -> Picture:
    """A soft picture of large forms; `size` is (width, height)."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def pictures(width: int, height: int) -> st.SearchStrategy[Picture]:
    """Flat ones, noise, clouds, black and white halves."""
    flat = st.integers(0, 255).map(lambda value: np.full((height, width, 3), value, np.uint8))
    seeds = st.integers(0, 99)
    noise = seeds.map(lambda seed: np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))
    halves = st.integers(0, width).map(
        lambda edge: np.broadcast_to(np.where(np.arange(width) < edge, 0, 255)[None, :, None], (height, width, 3))
    )
    return (
        flat | noise | seeds.map(lambda seed: clouds(seed, (width, height))) | halves.map(lambda p: p.astype(np.uint8))
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Picture, Picture]:
    """Two pictures of one size, any from one pixel on, now and then the same one twice."""
    size = (draw(st.integers(1, 700)), draw(st.integers(1, 500)))
    first = draw(pictures(*size))
    return first, draw(st.just(first) | pictures(*size))


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_any_two_pictures_have_a_gentle_motion(pair: tuple[Picture, Picture]) -> None:
    """Whatever the pictures: bounded, nothing crosses an edge or comes from outside, neighbours stay in order."""
    forth, back, maps = unpack(make_motion(*pair))
    assert maps.min() >= 0
    assert maps.max() <= 1
    for way in (forth, back):
        rows, columns = way.shape[:2]
        assert np.abs(way).max() <= 0.3
        assert np.abs(way[:, [0, -1], 0]).max() < 1e-4
        assert np.abs(way[[0, -1], :, 1]).max() < 1e-4
        for axis, nodes in ((0, columns), (1, rows)):
            place = np.linspace(0, 1, nodes)
            place = place[None, :] if axis == 0 else place[:, None]
            reached = place + way[..., axis]
            assert reached.min() >= -1e-4
            assert reached.max() <= 1 + 1e-4
            assert np.diff(reached, axis=1 - axis).min() > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.sampled_from([(640, 360), PORTRAIT, (31, 17)]))
def test_a_picture_does_not_move_to_itself(seed: int, size: tuple[int, int]) -> None:
    """Between two equal pictures there is no way at all, and nobody leads."""
    forth, back, maps = unpack(make_motion(clouds(seed, size), clouds(seed, size)))
    assert np.abs(forth).max() < 0.002
    assert np.abs(back).max() < 0.002
    assert np.abs(maps[0] - 0.5).max() < 0.01


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 81), st.integers(2, 81))
def test_what_is_packed_is_read_again(seed: int, columns: int, rows: int) -> None:
    """Ways come back to half a 65,534th, nothing as exactly nothing; maps to half a 255th."""
    chance = np.random.default_rng(seed)
    ways = [chance.uniform(-0.5, 0.5, (rows, columns, 2)).astype(np.float32) for _ in range(2)]
    ways[0][0, 0] = 0
    maps = [chance.uniform(0, 1, (rows, columns)).astype(np.float32) for _ in range(BANDS)]
    forth, back, read = unpack(pack(*ways, *maps))
    assert np.abs(forth - ways[0]).max() <= 0.51 / 65534
    assert np.abs(back - ways[1]).max() <= 0.51 / 65534
    assert forth[0, 0].tolist() == [0, 0]
    assert np.abs(read - np.stack(maps)).max() <= 0.51 / 255


@pytest.mark.parametrize(("shift", "size"), [((30, 0), (960, 540)), ((-18, 12), (960, 540)), ((0, 36), (540, 960))])
def test_a_shifted_picture_is_followed(shift: tuple[int, int], size: tuple[int, int]) -> None:
    """Where one picture is the other shifted, the way forth is that shift, the way back its reverse, to 1/480."""
    width, height = size
    wide = np.random.default_rng(4).integers(0, 256, (height // 15, width // 15, 3), np.uint8)
    large = np.asarray(Image.fromarray(wide).resize((width + 80, height + 80), Image.Resampling.BICUBIC))
    first = large[40 : 40 + height, 40 : 40 + width]
    second = large[40 - shift[1] : 40 - shift[1] + height, 40 - shift[0] : 40 - shift[0] + width]
    forth, back, _ = unpack(make_motion(first.copy(), second.copy()))
    rows, columns = forth.shape[:2]
    inside = np.s_[rows // 4 : -rows // 4, columns // 4 : -columns // 4]
    wanted = np.array(shift) / size
    assert np.abs(np.median(forth[inside], axis=(0, 1)) - wanted).max() < 1 / 480
    assert np.abs(np.median(back[inside], axis=(0, 1)) + wanted).max() < 1 / 480


def test_a_light_is_carried_to_where_it_shall_be() -> None:
    """Between pictures that have nothing alike, forms still move: from where it gets dark to where it gets bright."""
    x = np.linspace(-1, 1, 640)[None, :, None]
    y = np.linspace(-0.5, 0.5, 360)[:, None, None]
    first, second = (
        np.broadcast_to(30 + 200 * np.exp(-(((x - at) / 0.3) ** 2) - (y / 0.2) ** 2), (360, 640, 3)).astype(np.uint8)
        for at in (-0.5, 0.5)
    )
    forth, back, _ = unpack(make_motion(first, second))
    rows, columns = forth.shape[:2]
    assert forth[rows // 2, columns // 2, 0] > 0.03
    assert back[rows // 2, columns // 2, 0] < -0.03


def test_equal_areas_pass_in_equal_times() -> None:
    """The ranks of any values are spread evenly, equal values get the same, and one alone is in the middle."""
    values = np.random.default_rng(1).normal(size=(46, 81)).astype(np.float32)
    assert np.histogram(ranks(values), bins=9, range=(0, 1))[0].tolist() == [414] * 9
    assert ranks(np.zeros((3, 3), np.float32)).tolist() == [[0.5] * 3] * 3


def test_ink_begins_with_what_the_new_picture_brings() -> None:
    """The bright parts come first into a dark picture, the dark ones first into a bright one."""
    dark, bright = clouds(1, (640, 360)) // 3, 170 + clouds(2, (640, 360)) // 3
    assert unpack(make_motion(dark, bright))[2][3].min() == 1
    assert unpack(make_motion(bright, dark))[2][3].max() == 0


def test_an_even_picture_comes_all_at_once() -> None:
    """In a picture of one colour no part comes before another: the rounding of numbers gives no order."""
    dark = np.full((360, 640, 3), 60, np.uint8)
    for colour in ((217, 149, 216), (240, 240, 165), (142, 240, 235)):
        _, _, maps = unpack(make_motion(dark, np.full(dark.shape, colour, np.uint8)))
        assert np.ptp(maps[1]) <= 1 / 255


def test_straight_lines_between_the_nodes_keep_to_the_field() -> None:
    """What the shader makes of the nodes errs less than it would from the field's own values there."""
    old, new = clouds(3, (640, 360)), clouds(4, (640, 360))
    small = [cv2.resize(each, looked_at_size(640, 360), interpolation=cv2.INTER_AREA) for each in (old, new)]
    grey = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in small]
    field, _ = find_fields(grey[0], grey[1])
    rows, columns = field.shape[:2]
    nodes = unpack(make_motion(old, new))[0] * [columns, rows]

    def between(values: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.floating]:
        places = (np.linspace(0, side - 1, count) for side, count in zip(values.shape[1::-1], shape[::-1], strict=True))
        x, y = (grid.astype(np.float32) for grid in np.meshgrid(*places))
        return np.asarray(cv2.remap(values.astype(np.float32), x, y, cv2.INTER_LINEAR), np.float32)

    plain = between(field, nodes.shape[:2])
    errors = [float(np.square(between(way, (rows, columns)) - field).mean()) for way in (nodes, plain)]
    assert errors[0] < 0.7 * errors[1]


def test_the_grid_has_the_shape_of_the_picture() -> None:
    """Cells are about square on any screen, on a rotated one too."""
    assert grid_cells(1920, 1080) == (32, 18)
    assert grid_cells(1080, 1920) == (18, 32)
    assert grid_cells(5000, 100) == (32, 10)
