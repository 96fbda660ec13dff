"""One value of a setting in its three forms: typed as in `Settings`, as TOML holds it, and as a person types it.

Checks and conversions only; which settings there are says `fields.py`.
"""

import json
import math

from pydantic import ValidationError

from kiosk.settings.declare import Section
from kiosk.settings.fields import SettingField, Value, format_value
from kiosk.settings.model import Settings

_YES = frozenset({"true", "on", "yes", "1"})
_NO = frozenset({"false", "off", "no", "0"})
_SECTIONS: dict[str, type[Section]] = {name: type(section) for name, section in Settings()}


def shown(field: SettingField, value: object) -> str:
    """Write a value, right or wrong, for a message or a log: secrets as dots, long ones cut."""
    if field.is_secret:
        return "••••••" if value else ""
    text = format_value(value) if isinstance(value, bool | int | float | str | tuple) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def check_value(field: SettingField, value: object) -> Value:
    """Return `value` (as TOML or Python holds it) as the setting's type; raise ValueError with the reason."""
    if isinstance(value, list):
        value = tuple(value)
    try:
        checked: Value = getattr(_SECTIONS[field.section].model_validate({field.name: value}), field.name)
    except ValidationError as error:
        raise ValueError(_reason(field, error)) from None
    return float(checked) if field.kind == "number" and not field.whole else checked  # type: ignore[arg-type]


def parse_text(field: SettingField, text: str) -> Value:
    """Return what a person (or the environment) wrote as the setting's type; raise ValueError with the reason."""
    text = text.strip()
    match field.kind:
        case "number":
            return check_value(field, _number(field, text))
        case "switch":
            if text.lower() not in _YES | _NO:
                raise ValueError("must be true or false")
            return text.lower() in _YES
        case "list":
            return check_value(field, _names(text))
        case _:
            return check_value(field, text)


def _number(field: SettingField, text: str) -> float:
    try:
        number = int(text) if field.whole else float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"must be {field.allowed}") from None
    if not math.isfinite(number):
        raise ValueError(f"must be {field.allowed}")
    return number


def _names(text: str) -> tuple[object, ...]:
    if text.startswith("["):
        try:
            names = json.loads(text)
        except ValueError:
            raise ValueError('must be names separated by commas, or a list such as ["silk", "ribbons"]') from None
        return tuple(names)
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _reason(field: SettingField, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    return str(cause) if isinstance(cause, ValueError) else f"must be {field.allowed}"
