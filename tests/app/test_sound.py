"""What people and the status are told of listening."""

import pytest

from kiosk.app.sound import Sound

MUSIC = {"kind": "music", "key": "F#", "mode": "minor", "tempoBpm": 92.4}


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (Sound(), "Not listening"),
        (Sound("muted"), "Muted; the microphone is closed"),
        (Sound("starting", "USB"), "Starting to listen"),
        (Sound("missing", reason="This machine has no microphone."), "This machine has no microphone."),
        (Sound("silent", "USB"), "Listening to USB: it gives nothing at all"),
        (Sound("listening", "USB"), "Listening to USB"),
        (Sound("listening", "USB", record={"kind": "speech"}), "Listening to USB: speech"),
        (Sound("listening", "USB", record=MUSIC), "Listening to USB: music in F♯ minor, 92 bpm"),
        (Sound("listening", "USB", record=MUSIC | {"key": None}), "Listening to USB: music, 92 bpm"),
        (Sound("listening", "USB", record=MUSIC | {"tempoBpm": None}), "Listening to USB: music in F♯ minor"),
        (
            Sound("listening", "USB", record=MUSIC | {"clippedRatio": 0.01}),
            "Listening to USB: music in F♯ minor, 92 bpm",
        ),
        (
            Sound("listening", "USB", record=MUSIC | {"clippedRatio": 0.28, "key": None, "tempoBpm": None}),
            "Listening to USB: music, clipped: turn the input down",
        ),
        (
            Sound("listening", "USB", record={"kind": "noise", "clippedRatio": 0.28}),
            "Listening to USB: noise, clipped: turn the input down",
        ),
    ],
)
def test_it_is_said_in_one_line(sound: Sound, words: str) -> None:
    """Each state in words, with what is known of the music and nothing that is not."""
    assert sound.words == words


def test_the_status_has_every_member() -> None:
    """The state, the device, what is heard, and what was lost; unknown values are null."""
    assert Sound("listening", "USB", "", 2, 1, MUSIC).as_json() == {
        "state": "listening",
        "text": "Listening to USB: music in F♯ minor, 92 bpm",
        "device": "USB",
        "reason": "",
        "kind": "music",
        "tempoBpm": 92.4,
        "key": "F#",
        "mode": "minor",
        "overruns": 2,
        "reopened": 1,
    }
    assert Sound().as_json()["kind"] is None


@pytest.mark.parametrize("state", ["off", "muted", "starting", "missing"])
def test_a_closed_device_shows_no_mark(state: str) -> None:
    """Only listening and silent mean that a device is open."""
    assert not Sound(state).is_open  # type: ignore[arg-type]
    assert Sound("silent").is_open
    assert Sound("listening").is_open
