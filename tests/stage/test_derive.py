"""What QML is told: where pictures lie, how much they cover, how large they are decoded, what the label says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.stage.derive import FITS, coverage, fit_rect, label_text, source_bound, transition_name
from kiosk.stage.pieces import StagePiece

sides = st.integers(1, 12_000)
sizes = st.tuples(sides, sides)


@pytest.mark.parametrize(
    ("fit", "picture", "expected"),
    [
        ("cover", (1000, 1000), 1.0),
        ("contain", (1000, 1000), 0.5625),
        ("blur", (1000, 1000), 0.5625),
        ("contain", (3840, 2160), 1.0),
        ("contain", (0, 0), 1.0),
    ],
)
def test_coverage_of_a_wide_screen(fit: str, picture: tuple[int, int], expected: float) -> None:
    """A square picture on a 16:9 screen covers 9/16 of it unless it is cropped; one of its own shape covers all."""
    assert coverage(fit, picture, (1920, 1080)) == pytest.approx(expected)


@given(st.sampled_from(FITS), sizes, sizes)
def test_fit_keeps_shape_and_centre(fit: str, picture: tuple[int, int], screen: tuple[int, int]) -> None:
    """A fitted picture keeps its shape, lies in the middle, and covers the screen or stays within it."""
    rect = fit_rect(fit, picture, screen)
    assert rect.width / rect.height == pytest.approx(picture[0] / picture[1])
    assert rect.x + rect.width / 2 == pytest.approx(screen[0] / 2)
    assert rect.y + rect.height / 2 == pytest.approx(screen[1] / 2)
    slack = 1 + 1e-9
    if fit == "cover":
        assert rect.width * slack >= screen[0]
        assert rect.height * slack >= screen[1]
    else:
        assert rect.width <= screen[0] * slack
        assert rect.height <= screen[1] * slack


@given(st.sampled_from(FITS), sizes, sizes)
def test_decoded_no_larger_than_needed(fit: str, picture: tuple[int, int], screen: tuple[int, int]) -> None:
    """A picture is decoded neither larger than it is nor larger than it will be drawn, and sharp enough for that."""
    bound, rect = source_bound(fit, picture, screen), fit_rect(fit, picture, screen)
    drawn = min(rect.width, rect.height)
    assert bound <= min(picture)
    assert bound <= max(1, drawn + 0.5)
    assert bound >= min(*picture, drawn) - 0.5


@given(st.sampled_from(FITS), sizes, sizes)
def test_coverage_is_a_share(fit: str, picture: tuple[int, int], screen: tuple[int, int]) -> None:
    """Coverage lies between 0 and 1, and is 1 for `cover`."""
    share = coverage(fit, picture, screen)
    assert 0 < share <= 1
    assert fit != "cover" or share == pytest.approx(1)


def test_unknown_transitions_dissolve() -> None:
    """What is not known is a dissolve; reduced motion leaves dissolves and cuts."""
    assert [transition_name(name) for name in ("flow", "ink", "none", "spiral", "")] == [
        "flow",
        "ink",
        "none",
        "dissolve",
        "dissolve",
    ]
    assert [transition_name(name, reduced_motion=True) for name in ("flow", "none")] == ["dissolve", "none"]


def test_label_leaves_out_what_is_not_known() -> None:
    """The byline holds artist and year, joined only where both are there."""
    piece = StagePiece("1", Path("a.png"), "", " Night ", "", "2026", 1, 1)
    text = label_text(piece)
    assert (text.title, text.byline) == ("Night", "2026")
