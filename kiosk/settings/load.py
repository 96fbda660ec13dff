"""Reading the settings: `settings.toml`, then the environment over it, then the command line over both.

A fault never stops the wall: every faulty key falls back (to the file's value when the environment is wrong, to its
default when the file is), and is named in `LoadedSettings.problems`. Nothing here writes; the counterpart is `edit.py`.

    [playback]                     KIOSK_PLAYBACK__DWELL_S=30            overrides={"playback.dwell_s": 30}
    dwell_s = 20
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kiosk.domain.errors import UsageError
from kiosk.settings.fields import BY_KEY, FIELDS, SettingField, Value, build_settings, find_field
from kiosk.settings.model import Settings
from kiosk.settings.values import check_value, parse_text, shown

ENVIRONMENT_PREFIX = "KIOSK_"
MAX_FILE_BYTES = 1_048_576

Origin = Literal["default", "file", "environment", "command line"]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One fault: the `key` (or the file's name), what was `found` (secrets hidden), why not, what is used instead.

    `where` is the file's name, the environment variable's, or empty when `key` says it all; `default` is empty when
    there is no such setting.
    """

    key: str
    found: str
    reason: str
    default: str
    where: str = ""

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        found = f', found "{self.found}"' if self.found else ""
        used = f"using {self.default}" if self.default else "ignored"
        return f"{self.key}{place}: {self.reason}{found}; {used}."


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings ready for use, what was wrong with their sources, and where each value came from (by key)."""

    settings: Settings
    problems: tuple[SettingProblem, ...]
    path: Path
    origins: Mapping[str, Origin]


class UnreadableSettings(ValueError):
    """The settings file as a whole cannot be read; the message completes "settings.toml: ..."."""


def load(path: Path, *, environ: Mapping[str, str], overrides: Mapping[str, object] | None = None) -> LoadedSettings:
    """Return the settings in force for the file at `path`, which may be missing, broken or in part wrong.

    `overrides` are command-line options by key, typed or as text; a wrong one is wrong usage and raises UsageError.
    """
    values: dict[str, Value] = {}
    origins: dict[str, Origin] = {field.key: "default" for field in FIELDS}
    problems: list[SettingProblem] = []

    try:
        tables = read_toml(path)
    except UnreadableSettings as error:
        problems.append(SettingProblem(path.name, "", str(error), "the defaults"))
        tables = {}
    for key, found in flatten(tables):
        field = BY_KEY.get(key)
        if field is None:
            problems.append(SettingProblem(key, "", "there is no such setting", "", path.name))
            continue
        try:
            values[key] = check_value(field, found)
            origins[key] = "file"
        except ValueError as error:
            values[key] = field.fallback
            problems.append(_problem(field, found, error, field.fallback, path.name))

    for name, key, text in _from_environment(environ):
        field = BY_KEY.get(key)
        if field is None:
            problems.append(SettingProblem(name, "", "there is no such setting", "", "environment"))
            continue
        try:
            values[key] = parse_text(field, text)
            origins[key] = "environment"
        except ValueError as error:
            if field.kind == "pin" and not values.get(key):
                values[key] = field.fallback
            problems.append(_problem(field, text, error, values.get(key, field.default), name))

    for key, found in (overrides or {}).items():
        values[key] = _override(find_field(key), found)
        origins[key] = "command line"

    return LoadedSettings(build_settings(values), tuple(problems), path, origins)


def read_toml(path: Path) -> dict[str, object]:
    """Return the tables of the file at `path`, empty when there is no file; raise UnreadableSettings otherwise."""
    try:
        if not path.exists():
            return {}
        if not path.is_file():
            raise UnreadableSettings("is not a file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableSettings(f"is larger than {MAX_FILE_BYTES // 1024} KiB")
        return parse_toml(path.read_bytes())
    except OSError as error:
        raise UnreadableSettings(f"cannot be read ({error.strerror or error})") from error


def parse_toml(data: bytes) -> dict[str, object]:
    """Return the tables of a TOML document; raise UnreadableSettings that tells the line."""
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableSettings(f"is not UTF-8 text (byte {error.start})") from error
    except RecursionError as error:
        raise UnreadableSettings("is nested too deeply") from error
    except ValueError as error:
        raise UnreadableSettings(f"is not TOML: {error}") from error


def flatten(tables: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield ("section.name", value) for every entry; what is no table yields its bare name, which no setting has."""
    for section, entries in tables.items():
        if isinstance(entries, dict):
            for name, value in entries.items():
                yield f"{section}.{name}", value
        else:
            yield section, entries


def faults(tables: Mapping[str, object], name: str) -> Iterable[SettingProblem]:
    """Yield what is wrong with a file's `tables`, as `load` would report it."""
    for key, found in flatten(tables):
        field = BY_KEY.get(key)
        if field is None:
            yield SettingProblem(key, "", "there is no such setting", "", name)
            continue
        try:
            check_value(field, found)
        except ValueError as error:
            yield _problem(field, found, error, field.fallback, name)


def _problem(field: SettingField, found: object, error: ValueError, used: Value, where: str) -> SettingProblem:
    locked = field.kind == "pin" and used == field.fallback
    instead = "a PIN nobody knows (the door stays shut)" if locked else shown(field, used) or "an empty value"
    return SettingProblem(field.key, shown(field, found), str(error), instead, where)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (variable, key, text) for each `KIOSK_<SECTION>__<NAME>`; other variables are nobody's business here."""
    for name in sorted(environ):
        section, separator, setting = name.removeprefix(ENVIRONMENT_PREFIX).partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and separator:
            yield name, f"{section}.{setting}".lower(), environ[name]


def _override(field: SettingField, value: object) -> Value:
    try:
        return parse_text(field, value) if isinstance(value, str) else check_value(field, value)
    except ValueError as error:
        raise UsageError(f"{field.key} {error}.", hint=f"For example {field.example}.") from None
