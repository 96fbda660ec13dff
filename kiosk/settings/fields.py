"""The settings as a flat list with everything needed to show, check and write one: what `model.py` says.

`values.py` checks and writes values by it; `load.py` and `edit.py` do the files; `table.py` makes the documentation.
"""

import difflib
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from kiosk.domain.errors import KioskError
from kiosk.settings.model import Settings
from kiosk.settings.rules import UNUSABLE_PIN_HASH

Kind = Literal["number", "choice", "switch", "text", "secret", "pin", "list", "time"]
Value = float | int | bool | str | tuple[str, ...]


def format_number(number: float) -> str:
    """Write a number as short as it can be said: 3.0 as `3`, 0.5 as `0.5`."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def format_value(value: Value) -> str:
    """Write a value as a person types it; the counterpart of `parse_text`."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return format_number(value)
        case tuple():
            plain = all("," not in name and not name.startswith("[") for name in value)
            return ", ".join(value) if plain else json.dumps(list(value), ensure_ascii=False)
        case _:
            return value


GROUPS = ("Playback", "Display", "Art", "Sync", "Server", "Sound", "Operator")
_GROUP_OF_SECTION = {
    "playback": "Playback",
    "sync": "Sync",
    "outbox": "Sync",
    "cache": "Sync",
    "server": "Server",
    "generate": "Art",
    "audio": "Sound",
    "operator": "Operator",
    "display": "Display",
}
_GROUP_OF_KEY = {"playback.fit": "Display", "playback.label": "Display", "playback.label_qr": "Display"}
_ALLOWED = {
    "switch": "true or false",
    "list": "names separated by commas, or nothing",
    "time": "a time such as 22:30, or nothing",
    "pin": "six digits or more, or nothing",
}
_EXAMPLES = {
    "server.url": "http://gallery.local:8080",
    "server.token": "the token that `kiosk device add` printed",
    "server.database_url": "postgresql+psycopg://kiosk:secret@db/kiosk",
    "server.images_url": "s3://kiosk/images",
    "server.redis_url": "redis://127.0.0.1:6379/0",
    "server.listen_url": "postgresql+psycopg://kiosk:secret@db/kiosk",
    "server.public_url": "https://walls.example.org",
    "generate.provider_url": "http://studio.local:8188",
    "generate.provider_key": "the key that the service gave out",
    "generate.provider_model": "gpt-image-1",
    "generate.provider_workflow": "workflow.json",
    "generate.styles": "silk, ribbons",
    "generate.artists": "Agnes Martin, Bridget Riley",
    "audio.device": "USB Audio",
    "operator.pin_hash": "270451",
    "display.sleep_from": "22:30",
    "display.sleep_to": "08:00",
    "display.night_from": "19:00",
    "display.night_to": "07:30",
    "display.http_port": "8720",
    "display.http_token": "the word callers must show",
    "playback.label_qr": "https://gallery.example/works/{id}",
}


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting: `key` is "section.name"; `minimum`, `maximum`, `step` are in `unit`, None unless a number."""

    key: str
    title: str
    explanation: str
    group: str
    kind: Kind
    unit: str
    default: Value
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: tuple[str, ...]
    whole: bool
    empty: str

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]

    @property
    def environment_name(self) -> str:
        return f"KIOSK_{self.section}__{self.name}".upper()

    @property
    def is_secret(self) -> bool:
        return self.kind in {"secret", "pin"}

    @property
    def fallback(self) -> Value:
        """What stands in for a faulty value: the default, except that a spoilt PIN keeps the door shut."""
        return UNUSABLE_PIN_HASH if self.kind == "pin" else self.default

    @property
    def allowed(self) -> str:
        """What may be put here, for people: "a number from 0.1 to 600", "flow, dissolve, ink or none"."""
        if self.kind == "number":
            kind = "a whole number" if self.whole else "a number"
            return f"{kind} from {format_number(self.minimum or 0)} to {format_number(self.maximum or 0)}"
        if self.kind == "choice":
            return " or ".join(filter(None, [", ".join(self.choices[:-1]), self.choices[-1]]))
        return _ALLOWED.get(self.kind, "text")

    @property
    def example(self) -> str:
        """A text that is valid here and says more than an empty one."""
        return _EXAMPLES.get(self.key) or format_value(self.default)


def find_field(key: str) -> SettingField:
    """Return the field called `key`; raise KioskError that names the nearest ones."""
    field = BY_KEY.get(key.strip())
    if field is None:
        names = [one.key for one in FIELDS if one.name == key] or difflib.get_close_matches(
            key, BY_KEY, n=3, cutoff=0.6
        )
        hint = f"Did you mean {' or '.join(names)}?" if names else "`kiosk settings show` lists them all."
        raise KioskError(f"There is no setting called {key!r}.", hint=hint, code="unknown_setting")
    return field


def value_of(settings: Settings, field: SettingField) -> Value:
    """Return the value `settings` has for `field`."""
    value: Value = getattr(getattr(settings, field.section), field.name)
    return value


def build_settings(values: Mapping[str, Value]) -> Settings:
    """Return settings with `values` (checked, by key) in place of the defaults."""
    sections: dict[str, dict[str, Value]] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        sections.setdefault(section, {})[name] = value
    return Settings.model_validate(sections, strict=True)


def _kind(annotation: Any, declared: str) -> Kind:
    if declared:
        return typing.cast("Kind", declared)
    if annotation is bool:
        return "switch"
    if annotation in {int, float}:
        return "number"
    match get_origin(annotation):
        case origin if origin is Literal:
            return "choice"
        case origin if origin is tuple:
            return "list"
        case _:
            return "text"


def _read_fields() -> tuple[SettingField, ...]:
    fields = []
    for section, section_info in Settings.model_fields.items():
        model = section_info.annotation
        assert model is not None
        for name, info in model.model_fields.items():
            extra: dict[str, Any] = info.json_schema_extra
            limits = {type(rule).__name__: rule for rule in info.metadata}
            kind = _kind(info.annotation, extra["kind"])
            fields.append(
                SettingField(
                    key=f"{section}.{name}",
                    title=info.title or name,
                    explanation=info.description or "",
                    group=_GROUP_OF_KEY.get(f"{section}.{name}") or _GROUP_OF_SECTION[section],
                    kind=kind,
                    unit=extra["unit"],
                    default=info.default,
                    minimum=limits["Ge"].ge if kind == "number" else None,
                    maximum=limits["Le"].le if kind == "number" else None,
                    step=extra["step"],
                    choices=tuple(get_args(info.annotation)) if kind == "choice" else (),
                    whole=info.annotation is int,
                    empty=extra["empty"],
                )
            )
    return tuple(fields)


FIELDS = _read_fields()
BY_KEY: Mapping[str, SettingField] = {field.key: field for field in FIELDS}
