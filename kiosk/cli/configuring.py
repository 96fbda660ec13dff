"""`kiosk settings`: works with the display stopped or running, and with a broken settings file."""

import argparse
import os
import sys
from dataclasses import asdict
from typing import Any

from kiosk.cli.display_client import ask_display, is_display_running
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import NotRunning
from kiosk.settings.changes import takes_effect_at_once
from kiosk.settings.edit import SettingsFile
from kiosk.settings.fields import find_field, format_value, value_of
from kiosk.settings.load import LoadedSettings, load
from kiosk.settings.show import show
from kiosk.settings.values import parse_text
from kiosk.storage.folder import DataFolder, write_atomically


def run(arguments: argparse.Namespace) -> int:
    """Perform one settings action."""
    folder = DataFolder(data_dir(arguments))
    loaded = load(folder.settings_file, environ=os.environ)
    match arguments.action:
        case "show":
            _show(loaded, as_json=arguments.json)
        case "get":
            field = find_field(arguments.key)
            value = value_of(loaded.settings, field)
            _tell(arguments, {"key": field.key, "value": value}, format_value(value))
        case "set":
            folder.ensure_writable()
            _set(arguments, folder)
        case "backup":
            target = arguments.file.resolve()
            _file(folder).backup(target)
            _tell(arguments, {"path": str(target)}, f"Saved the settings to {target}.")
        case _:
            folder.ensure_writable()
            _file(folder).restore(arguments.file.resolve())
            _reload(folder)
            _tell(
                arguments,
                {"path": str(folder.settings_file)},
                f"Restored {folder.settings_file}; the one before is kept beside it as settings.toml.previous.",
            )
    return 0


def _set(arguments: argparse.Namespace, folder: DataFolder) -> None:
    written = _file(folder).set_value(arguments.key, arguments.value)
    moved = None if written.moved_aside is None else str(written.moved_aside)
    if moved is not None:
        print(f"kiosk: settings.toml was not valid TOML; it is kept as {moved}.", file=sys.stderr)
    running = _reload(folder)
    loaded, field = load(folder.settings_file, environ=os.environ), find_field(written.key)
    text = f"{field.key} = {written.text}"
    if loaded.origins[field.key] == "environment":
        text += f"; but {field.environment_name} holds it while it is set"
    elif running:
        text += ", at once" if takes_effect_at_once(field.key) else ", at the next start"
    value = written.text if field.is_secret else parse_text(field, written.text)
    _tell(arguments, {"key": field.key, "value": value, "movedAside": moved}, text)


def _file(folder: DataFolder) -> SettingsFile:
    return SettingsFile(folder.settings_file, write_atomically)


def _reload(folder: DataFolder) -> bool:
    """Have a running display take the new settings; tell whether one runs."""
    if not is_display_running(folder):
        return False
    try:
        ask_display(folder, "reload-settings")
    except NotRunning:
        return False
    return True


def _show(loaded: LoadedSettings, *, as_json: bool) -> None:
    rows = show(loaded)
    problems = [str(problem) for problem in loaded.problems]
    if as_json:
        emit(
            {
                "path": str(loaded.path),
                "settings": {row.key: asdict(row) | _typed(loaded, row.key) for row in rows},
                "problems": [asdict(problem) for problem in loaded.problems],
            }
        )
        return
    for problem in problems:
        print(f"kiosk: {problem}", file=sys.stderr)
    width = max(len(row.key) for row in rows)
    for row in rows:
        source = "" if row.origin == "default" else f"   ({row.origin}; default {row.default or 'empty'})"
        say(f"{row.key:<{width}}  {row.value or '-'}{' ' + row.unit if row.unit else ''}{source}")


def _typed(loaded: LoadedSettings, key: str) -> dict[str, Any]:
    """Return value and default as JSON has them; a secret stays hidden."""
    field = find_field(key)
    if field.is_secret:
        return {}
    return {"value": value_of(loaded.settings, field), "default": field.default}


def _tell(arguments: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    if arguments.json:
        emit(value)
    else:
        say(text)
