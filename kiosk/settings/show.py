"""The settings in force as rows for the command line: every key, its value, its default, and who said so."""

from dataclasses import dataclass

from kiosk.settings.fields import FIELDS, format_value, value_of
from kiosk.settings.load import LoadedSettings, Origin
from kiosk.settings.values import shown


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of `kiosk settings show`; secrets are hidden in `value`."""

    key: str
    value: str
    default: str
    unit: str
    origin: Origin
    title: str


def show(loaded: LoadedSettings) -> tuple[SettingRow, ...]:
    """Return a row for every setting, in the order of the documentation."""
    return tuple(
        SettingRow(
            key=field.key,
            value=shown(field, value_of(loaded.settings, field)),
            default=format_value(field.default),
            unit=field.unit,
            origin=loaded.origins[field.key],
            title=field.title,
        )
        for field in FIELDS
    )
