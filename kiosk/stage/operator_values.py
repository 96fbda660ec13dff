"""What the operator's panel is told and what it asks for, as plain values and callables.

The application fills these from `kiosk.settings` and its services; `operator_model.py` shows them. No Qt here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["number", "choice", "switch", "text", "secret", "pin", "list", "time"]
Action = Literal["next", "pause", "resume", "sleep"]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One setting as the panel shows it.

    `text` is the value in force as a person types it (secrets as dots), `default_text` what a reset gives. `minimum`,
    `maximum` and `step` are in `unit` and count for numbers. `live` is true when a change counts at once, otherwise it
    does from the next start. `suggestions` are values to choose from where others may be typed too. `fixed_by` names
    who holds the value ("the environment"); empty means that it can be changed here. `empty_text` says what an empty
    value means.
    """

    key: str
    title: str
    explanation: str
    group: str
    kind: FieldKind
    text: str
    default_text: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    live: bool = True
    fixed_by: str = ""
    empty_text: str = ""


@dataclass(frozen=True, slots=True)
class PinResult:
    """The answer to a PIN: `tries_left` before the next delay, `wait_s` seconds until another may be tried."""

    opened: bool
    tries_left: int = 0
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatorPorts:
    """What the panel needs of the application.

    `apply` and `reset` keep a value and put it into force; a KioskError they raise is shown at the field. `validate`
    answers as one types: empty when the text is fine, otherwise what is wrong, as one sentence. `preview` shows a
    value on the wall without keeping it. `notices` says what was wrong with the settings as they were read.
    """

    fields: Callable[[], Sequence[FieldValue]]
    notices: Callable[[], Sequence[str]]
    validate: Callable[[str, str], str]
    preview: Callable[[str, str], None]
    apply: Callable[[str, str], None]
    reset: Callable[[str], None]
    asks_pin: Callable[[], bool]
    pin_wait_s: Callable[[], float]
    verify_pin: Callable[[str], PinResult]
    act: Callable[[Action], None]
    leave: Callable[[], None]


def status_figures(status: Mapping[str, object]) -> list[dict[str, str]]:
    """Return the books of the wall as large figures, from the object `kiosk status --json` prints."""
    counts = _part(status, "impressions")
    names = {"painted": "painted", "delivered": "delivered", "pending": "waiting"}
    return [{"label": label, "value": _count(counts.get(name, 0))} for name, label in names.items()]


def status_rows(status: Mapping[str, object]) -> list[dict[str, str]]:
    """Return the state of the wall in words, one row a fact, from the object `kiosk status --json` prints."""
    if not status:
        return []
    link, cache, frame = _part(status, "link"), _part(status, "cache"), _part(status, "frame")
    dropped = _part(status, "impressions").get("dropped", 0)
    rows = {
        "Now showing": _text(_part(status, "artwork").get("title")) or _text(status.get("state")).capitalize(),
        "On the glass": _glass(_part(status, "glass")),
        "Link": _joined(_text(link.get("state")), _text(link.get("server"))),
        "Last sync": _age(link.get("lastSyncAgeMs")),
        "Lost impressions": _count(dropped) if dropped else "",
        "Picture cache": f"{_count(cache.get('pieces', 0))} pieces, {_megabytes(cache.get('bytes', 0))}"
        if cache
        else "",
        "Frames": _frames(frame),
        "Renderer": _text(frame.get("renderer")),
        "Sound": "" if _part(status, "audio").get("state") == "off" else sound_text(status),
        "Screen": " \u00d7 ".join(str(side) for side in _list(frame.get("size"))),
        "Memory": f"{_number(_part(status, 'memory').get('rssMb')):.0f} MB" if "memory" in status else "",
    }
    return [{"label": label, "value": value} for label, value in rows.items() if value]


def status_set_aside(status: Mapping[str, object]) -> list[dict[str, str]]:
    """Return the pieces set aside, by name or by the beginning of their hash, and why; from the same object."""
    pieces = [piece for piece in _list(status.get("setAside")) if isinstance(piece, Mapping)]
    return [
        {
            "label": _text(piece.get("title")) or _text(piece.get("sha256"))[:12],
            "value": _sentence(_text(piece.get("reason"))),
        }
        for piece in pieces
    ]


def sound_text(status: Mapping[str, object]) -> str:
    """Return what the wall hears, in words, from the same object."""
    return _text(_part(status, "audio").get("text"))


def _glass(glass: Mapping[str, object]) -> str:
    if not glass:
        return ""
    return "Art, as it should be" if glass.get("art") else _sentence(_text(glass.get("why")))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _frames(frame: Mapping[str, object]) -> str:
    if not frame:
        return ""
    median_ms, p99_ms = _number(frame.get("medianMs")), _number(frame.get("p99Ms"))
    return f"{median_ms:.1f} ms median, {p99_ms:.1f} ms p99, {_count(frame.get('missed', 0))} missed"


def _age(age_ms: object) -> str:
    if age_ms is None:
        return ""
    seconds = _number(age_ms) / 1000
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{seconds:.0f} s ago" if seconds >= 1 else "just now"


def _megabytes(size: object) -> str:
    return f"{_number(size) / 1_000_000:.0f} MB"


def _count(number: object) -> str:
    return f"{int(_number(number)):,}".replace(",", "\u2009")


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _part(status: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = status.get(name)
    return part if isinstance(part, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
