"""Which key means what on the wall: a key's number to the command it gives. `window.py` passes the command on."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt

_NAMES: Mapping[Qt.Key, str] = {
    Qt.Key.Key_Right: "next",
    Qt.Key.Key_N: "next",
    Qt.Key.Key_MediaNext: "next",
    Qt.Key.Key_Left: "previous",
    Qt.Key.Key_P: "previous",
    Qt.Key.Key_MediaPrevious: "previous",
    Qt.Key.Key_Space: "pause",
    Qt.Key.Key_MediaPlay: "pause",
    Qt.Key.Key_MediaPause: "pause",
    Qt.Key.Key_MediaTogglePlayPause: "pause",
    Qt.Key.Key_Up: "vote-up",
    Qt.Key.Key_Plus: "vote-up",
    Qt.Key.Key_Down: "vote-down",
    Qt.Key.Key_Minus: "vote-down",
    Qt.Key.Key_L: "label",
    Qt.Key.Key_M: "mute",
    Qt.Key.Key_MicMute: "mute",
}
COMMANDS: Mapping[int, str] = MappingProxyType({key.value: name for key, name in _NAMES.items()})
SETTINGS_KEY = Qt.Key.Key_Comma.value


def command_of(key: int, *, control: bool) -> str | None:
    """Return the command a key gives, or None.

    next, previous, pause, vote-up, vote-down, label, mute; settings (Ctrl+,)
    """
    if control:
        return "settings" if key == SETTINGS_KEY else None
    return COMMANDS.get(key)
