"""Writing the settings: one value at a time, comments kept, all of the file or none; backup and restore.

Every value is checked before a byte is written. The counterpart is `load.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

from kiosk.domain.errors import DataFolderError, KioskError
from kiosk.settings import pin
from kiosk.settings.fields import SettingField, Value, find_field
from kiosk.settings.load import UnreadableSettings, faults, parse_toml, read_toml
from kiosk.settings.values import parse_text, shown

NEW_FILE = "# Settings of the gallery kiosk. `kiosk settings show` lists them all.\n"


@dataclass(frozen=True, slots=True)
class Written:
    """What a change did: the value now in the file (secrets hidden), and where a file that was no TOML was moved."""

    key: str
    text: str
    moved_aside: Path | None = None


def check_text(key: str, text: str) -> str:
    """Return what is wrong with `text` for the setting `key`, as one sentence; empty when it is fine."""
    field = find_field(key)
    if field.kind == "pin":
        return pin.fault(text) if text and not text.startswith("$") else ""
    try:
        parse_text(field, text)
    except ValueError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
    return ""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file at `path`; `write` replaces a file's bytes, all of them or none (OSError when the disk does not)."""

    path: Path
    write: Callable[[Path, bytes], None]

    def set_value(self, key: str, text: str) -> Written:
        """Write `text` as the value of `key`; raise KioskError when it is not allowed there.

        A PIN is written as its argon2id hash. A file that is no TOML is moved to `settings.toml.broken-N` first.
        """
        field = find_field(key)
        value = _checked(field, text)
        moved = self._edit(lambda document: _put(document, field, value))
        return Written(field.key, shown(field, value), moved)

    def reset_value(self, key: str) -> Written:
        """Take `key` out of the file, so that its default counts again."""
        field = find_field(key)
        moved = self._edit(lambda document: _remove(document, field))
        return Written(field.key, shown(field, field.default), moved)

    def backup(self, target: Path) -> None:
        """Copy the file to `target` as it is, comments and secrets and all, readable by its owner only."""
        with _files_said(target):
            if target.is_dir():
                target = target / self.path.name
            self.write(target, self.path.read_bytes() if self.path.exists() else NEW_FILE.encode())

    def restore(self, source: Path) -> None:
        """Replace the settings by the file `source`, once every value in it was found good.

        The old file is kept as `settings.toml.previous`.
        """
        if not source.is_file():
            raise KioskError(f"There is no file {source} to restore settings from.", code="bad_settings_file")
        try:
            wrong = [str(problem) for problem in faults(read_toml(source), source.name)]
        except UnreadableSettings as error:
            wrong = [f"it {error}"]
        if wrong:
            raise KioskError(
                f"{source} was not restored: {' '.join(wrong)}", hint="Nothing was changed.", code="bad_settings_file"
            )
        with _files_said(self.path):
            if self.path.exists():
                self.write(self.path.with_name(f"{self.path.name}.previous"), self.path.read_bytes())
            self.write(self.path, source.read_bytes())

    def _edit(self, change: Callable[[tomlkit.TOMLDocument], None]) -> Path | None:
        """Apply `change` to the document and write it; return where a file that was no TOML went."""
        moved = None
        with _files_said(self.path):
            try:
                read_toml(self.path)
                text = self.path.read_bytes().decode("utf-8-sig") if self.path.exists() else NEW_FILE
                document = tomlkit.parse(text)
            except (UnreadableSettings, TOMLKitError):
                moved = _move_aside(self.path)
                document = tomlkit.parse(NEW_FILE)
            change(document)
            data = tomlkit.dumps(document).encode()
            parse_toml(data)
            self.write(self.path, data)
        return moved


def _checked(field: SettingField, text: str) -> Value:
    if field.kind == "pin" and text.strip() and not text.startswith("$"):
        wrong = pin.fault(text.strip())
        if wrong:
            raise KioskError(wrong, hint="For example: kiosk settings set operator.pin_hash 270451", code="bad_setting")
        return pin.hash_pin(text.strip())
    try:
        return parse_text(field, text)
    except ValueError as error:
        raise KioskError(f"{field.key} {error}.", hint=f"For example: {field.example}", code="bad_setting") from None


def _put(document: tomlkit.TOMLDocument, field: SettingField, value: Value) -> None:
    table = document.get(field.section)
    if not isinstance(table, AbstractTable):
        document.pop(field.section, None)
        table = tomlkit.table()
        document[field.section] = table
        table = document[field.section]
    assert isinstance(table, AbstractTable)
    match value:
        case tuple():
            table[field.name] = list(value)
        case float() if value.is_integer():
            table[field.name] = int(value)
        case _:
            table[field.name] = value


def _remove(document: tomlkit.TOMLDocument, field: SettingField) -> None:
    table = document.get(field.section)
    if isinstance(table, AbstractTable):
        table.pop(field.name, None)


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


@contextmanager
def _files_said(path: Path) -> Iterator[None]:
    """Turns a fault of the disk into one clear line about `path`."""
    try:
        yield
    except OSError as error:
        raise DataFolderError(
            f"The settings could not be written to {path}: {error.strerror or error}.",
            hint="Free some space, mend the permissions, or name another place.",
        ) from error
