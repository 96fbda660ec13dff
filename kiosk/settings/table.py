"""The table of settings for the documentation, made of the same declarations that the program runs on.

`python -m kiosk.settings.table` prints `docs/settings.md`; a test compares the two.
"""

import sys

from kiosk.settings.changes import takes_effect_at_once
from kiosk.settings.fields import FIELDS, GROUPS, SettingField, format_value

_INTRODUCTION = """# Settings

Made from `kiosk/settings/model.py` by `python -m kiosk.settings.table`; edit there.

They live in `settings.toml` in the data folder, one table per section:

```toml
[playback]
dwell_s = 20
transition = "ink"
```

Any of them can come from the environment instead, as `KIOSK_<SECTION>__<NAME>` (`KIOSK_PLAYBACK__DWELL_S=20`), and a
command-line option beats both. A broken file never stops the wall: a faulty key falls back to its default, is named in
the log and in the settings dialog, and the file is kept. A PIN whose hash is damaged keeps the dialog shut instead;
`kiosk settings set operator.pin_hash ""` at the machine's shell opens it.

Settings marked ↻ count from the next start, all others at once.
"""


def markdown_table() -> str:
    """Return the settings as one Markdown table per group, with defaults, ranges and explanations."""
    return "\n".join(_group(name) for name in GROUPS)


def markdown_page() -> str:
    """Return `docs/settings.md`."""
    return f"{_INTRODUCTION}\n{markdown_table()}"


def _group(name: str) -> str:
    rows = [_row(field) for field in FIELDS if field.group == name]
    return "\n".join(
        [f"### {name}", "", "| setting | default | allowed | what it does |", "|---|---|---|---|", *rows, ""]
    )


def _row(field: SettingField) -> str:
    mark = "" if takes_effect_at_once(field.key) else " ↻"
    default = format_value(field.default)
    unit = f" {field.unit}" if field.unit else ""
    allowed = f"{field.allowed}{unit if field.kind == 'number' else ''}"
    return f"| `{field.key}`{mark} | {f'`{default}`{unit}' if default else ''} | {allowed} | {field.explanation} |"


if __name__ == "__main__":
    sys.stdout.write(markdown_page())
