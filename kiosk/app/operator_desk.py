"""Behind the operator's dialog: settings, PIN and actions as the ports `kiosk.stage.operator` asks for."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.app.preferences import CurrentSettings
from kiosk.domain.ports import Clock
from kiosk.settings import edit
from kiosk.settings.changes import takes_effect_at_once
from kiosk.settings.door import Door
from kiosk.settings.fields import FIELDS, SettingField, format_value, value_of
from kiosk.settings.values import shown
from kiosk.stage.operator_values import Action, FieldValue, OperatorPorts, PinResult
from kiosk.storage.folder import DataFolder, write_atomically

log = logging.getLogger(__name__)

_FIXED = {"environment": "the environment", "command line": "the command line"}


@dataclass(frozen=True, slots=True)
class Levers:
    """What the dialog's buttons and previews move."""

    act: Callable[[Action], None]
    leave: Callable[[], None]
    preview: Callable[[str, str], None]


def operator_ports(
    *,
    folder: DataFolder,
    current: CurrentSettings,
    clock: Clock,
    levers: Levers,
    lockout: Mapping[str, Any],
    remember_lockout: Callable[[Mapping[str, Any]], None],
    suggestions: Callable[[], Mapping[str, Sequence[str]]],
) -> OperatorPorts:
    """Return the dialog's ports over this data folder's settings; `suggestions` are values to choose from, by key."""
    door = Door(
        pin_hash=current.now.operator.pin_hash,
        kept=dict(lockout) or None,
        monotonic=clock.monotonic,
        save=remember_lockout,
    )
    file = edit.SettingsFile(folder.settings_file, write_atomically)
    current.on_change(lambda settings: door.change_pin(settings.operator.pin_hash))

    def verify(pin: str) -> PinResult:
        answer = door.try_pin(pin)
        return PinResult(answer.opened, tries_left=answer.tries_left, wait_s=answer.wait_s)

    def apply(key: str, text: str) -> None:
        written = file.set_value(key, text)
        if written.moved_aside is not None:
            log.warning("settings.toml was not valid TOML; it is kept as %s", written.moved_aside)
        current.reload()

    def reset(key: str) -> None:
        file.reset_value(key)
        current.reload()

    def wait_s() -> float:
        door.keep()
        return door.wait_s()

    return OperatorPorts(
        fields=lambda: _fields(current, suggestions()),
        notices=lambda: [str(problem) for problem in current.loaded.problems],
        validate=edit.check_text,
        preview=levers.preview,
        apply=apply,
        reset=reset,
        asks_pin=lambda: door.asks,
        pin_wait_s=wait_s,
        verify_pin=verify,
        act=levers.act,
        leave=levers.leave,
    )


def _fields(current: CurrentSettings, suggestions: Mapping[str, Sequence[str]]) -> Sequence[FieldValue]:
    return [_field(field, current, suggestions.get(field.key, ())) for field in FIELDS]


def _field(field: SettingField, current: CurrentSettings, suggestions: Sequence[str]) -> FieldValue:
    return FieldValue(
        key=field.key,
        title=field.title,
        explanation=field.explanation,
        group=field.group,
        kind=field.kind,
        text=shown(field, value_of(current.now, field)),
        default_text=format_value(field.default),
        unit=field.unit,
        choices=tuple(field.choices),
        suggestions=tuple(suggestions),
        minimum=field.minimum or 0.0,
        maximum=field.maximum or 0.0,
        step=field.step or 1.0,
        live=takes_effect_at_once(field.key),
        fixed_by=_FIXED.get(current.loaded.origins[field.key], ""),
    )
