"""Which settings take effect at once and which at the next start, and what differs between two sets of settings."""

from dataclasses import dataclass

from kiosk.settings.fields import FIELDS, find_field, value_of
from kiosk.settings.model import Settings

_LIVE_SECTIONS = frozenset({"playback", "generate", "audio", "operator"})
_LIVE_KEYS = frozenset(
    {
        *("display.brightness", "display.sleep_from", "display.sleep_to", "display.panel_off_asleep"),
        *("display.night_from", "display.night_to", "display.night_brightness", "display.night_ramp_min"),
        *("display.rotation", "display.http_port", "display.http_address", "display.http_token"),
    }
)
_SERVER_KEYS = frozenset(  # what the display's own server is started with
    {
        *("generate.provider", "generate.provider_url", "generate.provider_key", "generate.provider_model"),
        *("generate.provider_workflow", "generate.provider_timeout_s", "generate.daily_budget"),
    }
)


@dataclass(frozen=True, slots=True)
class Changes:
    """The keys that differ, by when their new value counts."""

    live: frozenset[str]
    restart: frozenset[str]


def takes_effect_at_once(key: str) -> bool:
    """Tell whether a new value of `key` counts without a restart of the display."""
    return key in _LIVE_KEYS or (find_field(key).section in _LIVE_SECTIONS and key not in _SERVER_KEYS)


def changes(old: Settings, new: Settings) -> Changes:
    """Return which settings differ between `old` and `new`."""
    keys = {field.key for field in FIELDS if value_of(old, field) != value_of(new, field)}
    live = frozenset(key for key in keys if takes_effect_at_once(key))
    return Changes(live=live, restart=frozenset(keys) - live)
