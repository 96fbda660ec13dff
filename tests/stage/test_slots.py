"""Slots: pictures find a place without ever moving one that is on the glass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.stage.slots import AHEAD_MAX, ahead, assign

keys = st.sampled_from(["a", "b", "c", "d", "e"])


@given(
    st.lists(st.one_of(st.none(), keys), min_size=4, max_size=4),
    st.frozensets(st.integers(0, 3)),
    st.lists(keys, max_size=4),
)
def test_assignment(held: list[str | None], protected: frozenset[int], wanted: list[str]) -> None:
    """Protected slots stay; the most urgent pictures are there after it, each once more at most; the rest is let go."""
    changes = assign(held, protected, wanted)
    after = [changes.get(slot, key) for slot, key in enumerate(held)]
    assert not protected & changes.keys()
    fixed = {held[slot] for slot in protected}
    free = [after[slot] for slot in range(4) if slot not in protected]
    urgent = [key for key in dict.fromkeys(wanted) if key not in fixed][: len(free)]
    assert sorted(key for key in free if key is not None) == sorted(urgent)


@given(st.lists(keys, min_size=1, max_size=4, unique=True))
def test_a_picture_that_is_there_stays(wanted: list[str]) -> None:
    """Asking again for what is already loaded changes nothing."""
    held: list[str | None] = [None] * 4
    for slot, key in assign(held, frozenset(), wanted).items():
        held[slot] = key
    assert assign(held, frozenset(), wanted) == {}


@pytest.mark.parametrize(("size", "count"), [((1280, 720), AHEAD_MAX), ((1920, 1080), 1), ((3840, 2160), 1)])
def test_the_look_ahead_is_by_bytes(size: tuple[int, int], count: int) -> None:
    """The larger the screen, the fewer prints are held ready, but always one."""
    assert ahead(size) == count
