"""What QML is told: which shader a morph gets, and how large the scene is."""

import pytest

from kiosk.stage.derive import transition_name, transition_now, upright


@pytest.mark.parametrize(
    ("wanted", "reduced", "expected"),
    [
        ("flow", False, "flow"),
        ("flow", True, "dissolve"),
        ("ink", True, "dissolve"),
        ("none", True, "none"),
        ("swirl", False, "dissolve"),
    ],
)
def test_transition_names(wanted: str, reduced: bool, expected: str) -> None:
    """Unknown transitions are dissolves, moving ones too where motion is to be reduced; cuts stay cuts."""
    assert transition_name(wanted, reduced_motion=reduced) == expected


@pytest.mark.parametrize(
    ("wanted", "has_motion", "expected"),
    [
        ("flow", True, "flow"),
        ("flow", False, "dissolve"),
        ("ink", False, "dissolve"),
        ("dissolve", False, "dissolve"),
        ("none", True, "dissolve"),
    ],
)
def test_without_its_material_a_morph_is_a_dissolve(wanted: str, has_motion: bool, expected: str) -> None:
    """A morph that begins without its motion does not wait for it."""
    assert transition_now(wanted, has_motion=has_motion) == expected


@pytest.mark.parametrize(("rotation", "size"), [(0, (16, 9)), (90, (9, 16)), (180, (16, 9)), (270, (9, 16))])
def test_the_scene_of_a_turned_wall(rotation: int, size: tuple[int, int]) -> None:
    """A quarter turn swaps width and height."""
    assert upright((16, 9), rotation) == size
