"""What `audio.device` may say. Pure; the display and the listening process read it alike.

(empty)               the system's own input
USB Audio             the input of that name, or the first that has it in its name
file:/music/a.flac    a sound file instead of a microphone, over and over: for trials, demonstrations, tests
file@8:/music/a.wav   the same at eight times its pace
null:                 a backend without hardware, which gives digital silence
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NULL_DEVICE = "null:"
_FILE = re.compile(r"^file(?:@(\d{1,3}))?:(.+)$")


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file in the place of a microphone, played `speed` times as fast as it is meant."""

    path: str
    speed: int


def file_of(device: str) -> SoundFile | None:
    """Return the file that the setting names, or None."""
    found = _FILE.match(device)
    return None if found is None else SoundFile(found[2], max(1, int(found[1] or 1)))


def is_no_microphone(device: str) -> bool:
    """Tell whether the setting names something else than a microphone."""
    return device == NULL_DEVICE or file_of(device) is not None


def chosen(wanted: str, names: Sequence[str]) -> int | None:
    """Return the place of the input that `wanted` means: its name, else the first that has it as a part; case aside.

    An empty text means the first; None when none is meant.
    """
    folded, whole = [name.casefold() for name in names], wanted.strip().casefold()
    if whole in folded:
        return folded.index(whole)
    return next((place for place, name in enumerate(folded) if whole in name), None)
