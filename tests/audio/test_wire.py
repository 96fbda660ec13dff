"""The lines between the listening process and its display."""

import pytest

from kiosk.audio.wire import Heard, Said, Standing, said_from, to_line


@pytest.mark.parametrize(
    "said",
    [
        Standing("listening", "USB Audio, hw:1", "", 2, 1),
        Standing("missing", "", "This machine has no microphone."),
        Heard({"tempoBpm": 92.0, "key": None, "bands": {"low": 0.5}}, is_new=True),
    ],
)
def test_what_is_said_comes_back(said: Said) -> None:
    """A value is the same after its line, and a line is one line."""
    assert said_from(to_line(said)) == said
    assert to_line(said).count(b"\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"ready",
        b"[]",
        b"{}",
        b'{"is": "Heard"}',
        b'{"is": "Heard", "record": 3}',
        b'{"is": "Standing", "state": "recording", "device": ""}',
        b'{"is": "Standing", "state": "silent", "device": "", "samples": []}',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    """What is no line of ours is a ValueError, nothing worse."""
    with pytest.raises(ValueError, match=r"."):
        said_from(line)
