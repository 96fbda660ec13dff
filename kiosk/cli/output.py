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
    """Print one line for people on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
