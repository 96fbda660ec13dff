"""How commands print: one JSON object with --json, otherwise lines for people."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def emit(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON value on a line of stdout."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print one line for people on stdout; what its encoding cannot hold (an odd file name) is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def on_one_line(text: str) -> str:
    """Return text from outside (a file's name) with escapes for what would break the line or speak to the terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
