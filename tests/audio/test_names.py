"""What `audio.device` means."""

import pytest

from kiosk.audio.names import SoundFile, chosen, file_of, is_no_microphone

NAMES = ["Built-in Audio Analog Stereo", "USB Audio CODEC", "USB Audio"]


@pytest.mark.parametrize(
    ("wanted", "place"),
    [("", 0), ("USB Audio", 2), ("usb audio codec", 1), ("usb", 1), (" analog ", 0), ("Bluetooth", None)],
)
def test_a_name_or_a_part_of_it_is_enough(wanted: str, place: int | None) -> None:
    """The whole name before a part of one, the first part before the others, whatever its case; else none."""
    assert chosen(wanted, NAMES) == place


def test_without_microphones_none_is_meant() -> None:
    """There is nothing to choose from, not even the first."""
    assert chosen("", []) is None


@pytest.mark.parametrize(
    ("device", "file"),
    [
        ("file:/music/a b.wav", SoundFile("/music/a b.wav", 1)),
        ("file@8:/a.flac", SoundFile("/a.flac", 8)),
        ("file@0:/a.flac", SoundFile("/a.flac", 1)),
        ("file:", None),
        ("files: mine", None),
    ],
)
def test_a_file_may_stand_for_a_microphone(device: str, file: SoundFile | None) -> None:
    """The path and the pace are read; what only looks like it is a name."""
    assert file_of(device) == file
    assert is_no_microphone(device) == (file is not None)
    assert is_no_microphone("null:")
