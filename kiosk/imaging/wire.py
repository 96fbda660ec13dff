"""Orders and results as lines of JSON, between the display and its imaging process. Pure.

A line is one object with the name of the value and its fields:

    {"is": "PrintOrder", "sources": [{"path": "/x.jpg", ...}], "size_px": [1920, 1080], "fit": "cover", "out": "/y.ppm"}
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.imaging.orders import (
    Fault,
    Look,
    LookOrder,
    Motion,
    MotionOrder,
    Order,
    Print,
    PrintOrder,
    Refusal,
    Result,
    Source,
)


def to_line(value: Order | Result) -> bytes:
    """Return the value as one line, its end included."""
    return json.dumps({"is": type(value).__name__} | asdict(value), default=str).encode() + b"\n"


def order_from(line: bytes) -> Order:
    """Return the order of a line; ValueError for anything else."""
    name, fields = _named(line)
    try:
        match name:
            case "PrintOrder":
                sources = tuple(Source(**item | {"path": Path(item["path"])}) for item in fields["sources"])
                return PrintOrder(sources, _pair(fields["size_px"]), fields["fit"], Path(fields["out"]))
            case "MotionOrder":
                return MotionOrder(**{key: Path(path) for key, path in fields.items()})
            case "LookOrder":
                x, y, width, height = fields["rect"]
                out = None if fields["out"] is None else Path(fields["out"])
                return LookOrder(fields["display"], (x, y, width, height), out, fields["turned"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"The order {name} lacks something: {error}.") from error
    raise ValueError(f"There is no order {name}.")


def result_from(line: bytes) -> Result:
    """Return the result of a line; ValueError for anything else."""
    name, fields = _named(line)
    try:
        match name:
            case "Print":
                coverage, fingerprint = tuple(fields["coverage"]), fields["fingerprint"]
                return Print(Path(fields["path"]), _pair(fields["size_px"]), coverage, fingerprint)
            case "Motion":
                return Motion(Path(fields["path"]))
            case "Look":
                return Look(fields["fingerprint"], fields["mean"])
            case "Refusal":
                return Refusal(Fault(fields["fault"]), fields["reason"], fields["source"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"The result {name} lacks something: {error}.") from error
    raise ValueError(f"There is no result {name}.")


def _named(line: bytes) -> tuple[str, dict[str, Any]]:
    fields = json.loads(line)
    if not isinstance(fields, dict) or not isinstance(fields.get("is"), str):
        raise ValueError("The line is no order and no result.")  # noqa: TRY004 - one error for all bad lines
    return fields.pop("is"), fields


def _pair(pair: list[int]) -> tuple[int, int]:
    width, height = pair
    return width, height
