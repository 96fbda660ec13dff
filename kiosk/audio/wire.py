"""What the listening process says to its display, as lines of JSON. Pure, and free of numpy: the display reads it.

{"is": "Standing", "state": "listening", "device": "USB Audio", "reason": "", "overruns": 0, "reopened": 0}
{"is": "Heard", "record": {"tempoBpm": 92.0, "key": "D", ...}, "is_new": true}

What stands is said again at the first look after SAYS_EVERY_S, by the thread that opens, closes and analyses: a process
that says nothing for much longer hangs.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

OpenState = Literal["listening", "silent", "missing"]
STATES = frozenset({"listening", "silent", "missing"})
SAYS_EVERY_S = 15.0
HEARD_EVERY_MAX_S = 28.0  # of sound; `pace.py` keeps to it
CLIPPED_MOST = 0.01  # of the samples; more is heard


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the device: open and heard, open and silent, or missing (`reason` says why).

    `overruns` and `reopened` count since the process began: sound lost before it was analysed, devices opened anew.
    """

    state: OpenState
    device: str
    reason: str = ""
    overruns: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An audioAnalysis record of the last seconds; `is_new`: a new piece of music has begun."""

    record: Mapping[str, Any]
    is_new: bool = False


Said = Standing | Heard


def to_line(said: Said) -> bytes:
    """Return the value as one line, its end included."""
    return json.dumps({"is": type(said).__name__} | asdict(said)).encode() + b"\n"


def said_from(line: bytes) -> Said:
    """Return the value of a line; ValueError for anything else."""
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError("The line is no object.")  # noqa: TRY004 - one error for all bad lines
    try:
        match fields.pop("is", None):
            case "Standing" if fields["state"] in STATES:
                return Standing(**fields)
            case "Heard" if isinstance(fields["record"], dict):
                return Heard(**fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"The line lacks something: {error}.") from error
    raise ValueError("The line says nothing that is known.")
