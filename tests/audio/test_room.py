"""Loudness against its room."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.room import GAIN_MAX_DB, MIDDLE_DBFS, Room


def listened(level_dbfs: float, seconds: float, room: Room | None = None) -> Room:
    """A room in which music of that level has played for so long."""
    room = room or Room()
    for _ in range(round(seconds / 5)):
        room = room.after(level_dbfs, 5.0)
    return room


def test_a_quiet_room_has_dynamics_within_a_minute() -> None:
    """Music at -45 dBFS is brought near the middle, and what is 8 dB louder there is 8 dB above it."""
    room = listened(-45.0, 60)
    assert abs(room.relative_dbfs(-45.0) - MIDDLE_DBFS) < 8
    room = listened(-45.0, 300)
    assert abs(room.relative_dbfs(-45.0) - MIDDLE_DBFS) < 3
    assert room.relative_dbfs(-37.0) - room.relative_dbfs(-45.0) == 8.0


def test_a_loud_room_is_brought_down() -> None:
    """By the loudspeaker everything is at -6 dBFS: that is the middle there."""
    assert abs(listened(-6.0, 300).relative_dbfs(-6.0) - MIDDLE_DBFS) < 3


def test_a_crescendo_is_still_seen() -> None:
    """After an hour at one level, a minute 12 dB louder stays more than 8 dB above the middle to its end."""
    room = listened(-18.0, 60, listened(-30.0, 3600))
    assert room.relative_dbfs(-18.0) - MIDDLE_DBFS > 8


@given(st.lists(st.floats(-90, 0), min_size=1, max_size=60), st.floats(-90, 0))
def test_the_gain_has_bounds(levels: list[float], loudness_dbfs: float) -> None:
    """Whatever is heard, the gain is within 30 dB either way and the result never above full scale."""
    room = Room()
    for level in levels:
        room = room.after(level, 5.0)
    assert abs(room.gain_db) <= GAIN_MAX_DB
    assert room.relative_dbfs(loudness_dbfs) <= 0.0
    assert min(*levels, MIDDLE_DBFS) - 1e-6 <= room.level_dbfs <= max(*levels, MIDDLE_DBFS) + 1e-6
