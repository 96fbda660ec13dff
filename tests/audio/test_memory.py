"""What music a wish may speak of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.audio.memory import KEPT_S, Memory

MUSIC: dict[str, Any] = {
    "kind": "music",
    "tempoBpm": 92.0,
    "tempoConfidence": 0.8,
    "key": "D",
    "mode": "minor",
    "keyConfidence": 0.7,
    "loudnessDbfs": -22.0,
    "brightnessHz": 1400.0,
}
UNSURE = MUSIC | {"tempoBpm": 61.0, "tempoConfidence": 0.1, "key": None, "mode": None, "keyConfidence": 0.0}


def test_the_last_music_is_kept_for_two_minutes() -> None:
    """Speech, noise and silence do not end it; two minutes without music do."""
    memory = Memory().after(MUSIC, 0.0)
    for at_s, kind in ((30.0, "speech"), (60.0, "noise"), (90.0, "silence")):
        memory = memory.after({"kind": kind, "loudnessDbfs": -60.0}, at_s)
    heard = memory.music(KEPT_S)
    assert heard is not None
    assert (heard["key"], heard["tempoBpm"], heard["kind"]) == ("D", 92.0, "music")
    assert memory.music(KEPT_S + 1) is None
    assert Memory().music(0.0) is None


def test_what_is_uncertain_is_taken_from_the_session() -> None:
    """A piece without certain key and tempo gets those of the session; what is certain in it stays its own."""
    memory = Memory()
    for at_s in range(0, 50, 10):
        memory = memory.after(MUSIC, float(at_s))
    heard = memory.after(UNSURE, 50.0).music(50.0)
    assert heard is not None
    assert (heard["key"], heard["mode"], heard["tempoBpm"]) == ("D", "minor", 92.0)
    assert heard["keyConfidence"] >= 0.3
    other = memory.after(MUSIC | {"key": "F#", "mode": "major", "tempoBpm": 140.0}, 50.0).music(50.0)
    assert other is not None
    assert (other["key"], other["mode"], other["tempoBpm"]) == ("F#", "major", 140.0)


def test_the_session_ends_with_the_music() -> None:
    """After more than two minutes without music nothing of the evening before fills up what is uncertain."""
    memory = Memory().after(MUSIC, 0.0)
    within = memory.after(UNSURE, KEPT_S).music(KEPT_S)
    later = memory.after(UNSURE, KEPT_S + 1).music(KEPT_S + 1)
    assert within is not None
    assert later is not None
    assert (within["key"], within["tempoBpm"]) == ("D", 92.0)
    assert later == UNSURE | {"loudnessDbfs": later["loudnessDbfs"]}


@pytest.mark.parametrize("name", ["key", "tempoBpm"])
def test_what_was_sure_long_ago_is_forgotten(name: str) -> None:
    """Music that goes on without key and tempo is taken for what was sure lately, not for what was half an hour ago."""
    memory, filled = Memory().after(MUSIC, 0.0), []
    for at_s in range(8, 1800, 8):
        memory = memory.after(UNSURE, float(at_s))
        heard = memory.music(float(at_s))
        assert heard is not None
        filled.append(heard[name] == MUSIC[name])
    assert all(filled[:10])
    assert not any(filled[40:])


def test_a_first_piece_nobody_is_sure_of_stays_uncertain() -> None:
    """Without a session there is nothing to fall back to, and nothing is made up."""
    heard = Memory().after(UNSURE, 0.0).music(0.0)
    assert heard is not None
    assert (heard["key"], heard["tempoConfidence"]) == (None, 0.1)


def test_a_quiet_room_comes_to_the_middle() -> None:
    """The loudness of a wish is relative to the room's own."""
    memory = Memory()
    for at_s in range(0, 300, 10):
        memory = memory.after(MUSIC | {"loudnessDbfs": -46.0}, float(at_s))
    heard = memory.music(300.0)
    assert heard is not None
    assert heard["loudnessDbfs"] > -26


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["music", "speech", "noise", "silence"]),
                "key": st.sampled_from(["C", "A", None]),
                "mode": st.sampled_from(["major", "minor"]),
                "keyConfidence": st.one_of(st.none(), st.floats(0, 1)),
                "tempoBpm": st.one_of(st.none(), st.floats(40, 240)),
                "tempoConfidence": st.one_of(st.none(), st.floats(0, 1)),
                "loudnessDbfs": st.one_of(st.none(), st.floats(-120, 0)),
            }
        ),
        max_size=30,
    )
)
def test_whatever_was_heard_gives_a_sound_record(records: list[dict[str, Any]]) -> None:
    """Only music is ever told of; a tempo lies within those that were heard, a key is one that was."""
    memory = Memory()
    for number, record in enumerate(records):
        memory = memory.after(record, number * 5.0)
    heard = memory.music(len(records) * 5.0)
    assert (heard is None) == (not any(record["kind"] == "music" for record in records[-24:]))
    if heard is not None:
        assert heard["kind"] == "music"
        tempi = [record["tempoBpm"] for record in records if record["tempoBpm"] is not None]
        assert heard["tempoBpm"] is None or min(tempi) - 0.1 <= heard["tempoBpm"] <= max(tempi) + 0.1
