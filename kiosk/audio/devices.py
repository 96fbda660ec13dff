"""The microphones of this machine, by miniaudio; `names.py` says which one a setting means.

Loaded in the listening process only: the display never imports miniaudio.
"""

import contextlib
import ctypes
from typing import Any, Final

import miniaudio

_ALSA_NULL = "Discard all samples"  # ALSA lists its bit bucket among the devices

# What snd_lib_error_set_handler takes: void (*)(const char *file, int line, const char *function, int err, ...)
_SAY_NOTHING: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)(lambda *_: None)


def quieten() -> None:
    """Keep ALSA from writing to our log, at each look for a device, that there is none."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_SAY_NOTHING)


def microphones() -> list[tuple[str, Any]]:
    """Return the name and the id of each input, in the system's order; none where the system has no sound."""
    try:
        devices = miniaudio.Devices()
        if devices.backend == "Null":
            return []
        found = devices.get_captures()
    except miniaudio.MiniaudioError:
        return []
    return [(_plain(each["name"]), each["id"]) for each in found if not each["name"].startswith(_ALSA_NULL)]


def _plain(name: str) -> str:
    return " ".join(name.split())
