"""Values of the command line: from text to a number, a size or a moment, or one line that says what was expected."""

import argparse
import re
from datetime import datetime

_SIZE = re.compile(r"^([1-9]\d{0,4})[xX]([1-9]\d{0,4})$")


def size(text: str) -> tuple[int, int]:
    """Return (width, height) in pixels from `1920x1080`; what is too small or too large, its user says."""
    match = _SIZE.match(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size like 1920x1080")
    return int(match[1]), int(match[2])


def seconds(text: str) -> float:
    """Return a number of seconds above zero."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def port(text: str) -> int:
    """Return a TCP port, 0 for one of the kernel's choosing."""
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port (0 to 65535)")
    return int(text)


def count(text: str) -> int:
    """Return a whole number of at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def whole(text: str) -> int:
    """Return a whole number, 0 or more."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def screen_number(text: str) -> int:
    """Return a screen's number, from 0."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a screen number (0, 1, …)")
    return int(text)


def seed(text: str) -> int:
    """Return a seed, a whole number from 0 to 2^53-1 (which JSON keeps exactly)."""
    if not text.isdigit() or int(text) >= 2**53:
        raise argparse.ArgumentTypeError(f"'{text}' is not a seed (a whole number from 0 to 2^53-1)")
    return int(text)


def moment(text: str) -> str:
    """Return a date or an RFC 3339 time, as it is."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no date like 2026-11-21 and no time like 2026-11-21T05:00:00Z"
        ) from None
    return text
