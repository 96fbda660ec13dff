"""Keys and what they mean."""

from PySide6.QtCore import Qt

from kiosk.stage.keys import command_of


def test_keys_give_commands() -> None:
    """Arrows turn and vote, space pauses, L is the label, Ctrl+, the settings; anything else means nothing."""
    asked = [Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_L]
    found = [command_of(key.value, control=False) for key in (*asked, Qt.Key.Key_Escape, Qt.Key.Key_Comma)]
    assert found == ["next", "previous", "pause", "vote-up", "vote-down", "label", None, None]
    assert command_of(Qt.Key.Key_Comma.value, control=True) == "settings"
    assert command_of(Qt.Key.Key_Right.value, control=True) is None
