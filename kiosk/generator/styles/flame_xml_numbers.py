"""Numbers in the attributes of a flame's XML: read, counted and held to their ranges. For `flame_xml`. Pure."""

import math
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from kiosk.domain.errors import BadGenome

HINT = "Use a file that flam3 or a program of its family wrote."


def within(element: ET.Element, name: str, default: float, low: float, high: float) -> float:
    """Return an attribute's number. Raises `BadGenome` for one that is not in `low` to `high`."""
    value = number(element, name, default)
    if not low <= value <= high:
        raise BadGenome(f"{name} is {value:g}, not in {low:g} to {high:g}.", hint=HINT)
    return value


def number(element: ET.Element, name: str, default: float) -> float:
    """Return the first number of an attribute, `default` where the element has none."""
    return numbers(element, name, 1, (default,))[0]


def numbers(element: ET.Element, name: str, count: int, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return the first `count` numbers of an attribute. Raises `BadGenome` where there are fewer."""
    attributes: Mapping[str, str] = element.attrib
    if name not in attributes:
        return default
    values = floats(name, attributes[name])
    if len(values) < count:
        raise BadGenome(f"{name} is {attributes[name][:40]!r}, not {count} numbers.", hint=HINT)
    return values[:count]


def floats(name: str, text: str) -> tuple[float, ...]:
    """Return the numbers of a text, which is the attribute `name`'s. Raises `BadGenome` for what is no number."""
    try:
        values = tuple(float(word) for word in text.split())
    except ValueError:
        raise BadGenome(f"{name} is {text[:40]!r}, not numbers.", hint=HINT) from None
    if not all(math.isfinite(value) and abs(value) < 1e12 for value in values):
        raise BadGenome(f"{name} is {text[:40]!r}, out of all range.", hint=HINT)
    return values
