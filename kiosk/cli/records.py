"""JSON from files that anybody may have written: records of pieces and genomes."""

import json
from typing import Any


def parsed(data: bytes) -> Any:
    """Return what a file of JSON says; ValueError where it is none, or nested deeper than the parser follows."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
