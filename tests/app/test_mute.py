"""The mute: at once, kept, and never lost to a disk."""

from pathlib import Path

import pytest

from kiosk.app.mute import Mute
from kiosk.app.preferences import CurrentSettings
from kiosk.domain.errors import DataFolderError
from kiosk.settings.edit import SettingsFile
from kiosk.storage.folder import DataFolder, write_atomically


class Desk:
    """A mute over a data folder; `is_full`: its disk takes nothing more."""

    def __init__(self, folder: Path) -> None:
        self.current = CurrentSettings(DataFolder(folder), {})
        self.is_full = False
        self.states: list[bool] = []
        self.mute = Mute(current=self.current, keep=self.keep, changed=lambda: self.states.append(self.mute.on))
        self._file = SettingsFile(folder / "settings.toml", write_atomically)

    def keep(self, key: str, text: str) -> None:
        if self.is_full:
            raise DataFolderError("The settings could not be written.")
        self._file.set_value(key, text)
        self.current.reload()


def test_it_counts_before_it_is_written_and_outlasts_a_restart(tmp_path: Path) -> None:
    """Whoever listens is told before the disk is touched; the next start finds it."""
    desk = Desk(tmp_path)
    desk.mute.set(muted=True)
    assert desk.states[0] is True
    assert Desk(tmp_path).mute.on
    desk.mute.set(muted=False)
    assert not Desk(tmp_path).mute.on


def test_a_full_disk_does_not_open_the_microphone(tmp_path: Path) -> None:
    """What cannot be written holds all the same, also when other settings are read anew."""
    desk = Desk(tmp_path)
    desk.is_full = True
    desk.mute.set(muted=True)
    desk.current.reload()
    assert desk.mute.on
    assert not Desk(tmp_path).mute.on


def test_the_environment_does_not_open_it_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value fixed from outside gives way to the person at the wall until the display ends."""
    monkeypatch.setenv("KIOSK_AUDIO__MUTED", "false")
    desk = Desk(tmp_path)
    desk.mute.set(muted=True)
    desk.current.reload()
    assert desk.mute.on


def test_the_dialog_and_the_key_are_one_mute(tmp_path: Path) -> None:
    """A change of the setting itself counts, over what was chosen before."""
    desk = Desk(tmp_path)
    desk.mute.set(muted=True)
    desk.keep("audio.muted", "false")
    assert not desk.mute.on
    assert desk.states[-1] is False
