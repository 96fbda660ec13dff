"""The palette of a flame's XML, in all the forms that flam3 and its family have written. For `flame_xml`. Pure.

    <color index="0" rgb="255 255 255"/>                     one each, also as rgba="… 255"; those missing are blended
    <palette count="256" format="RGB">FFFFFF…</palette>      hexadecimal, also with format="RGBA": FFFFFFFF…
    <colors count="256" data="00FFFFFF…"/>                   hexadecimal, two noughts before each colour

Later ones replace earlier ones. A palette by its number, of flam3's library, is not in the file.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from kiosk.domain.errors import BadGenome
from kiosk.generator.styles.flame_model import PALETTE_SIZE, Colour
from kiosk.generator.styles.flame_xml_numbers import HINT, number, numbers

Place = tuple[int, Colour]


def palette_of(element: ET.Element) -> tuple[Colour, ...]:
    """Return the 256 colours of a <flame>. Raises `BadGenome` where they are not in it."""
    colours: dict[int, Colour] = {}
    for child in element:
        match child.tag:
            case "color":
                colours.update(_single(child))
            case "palette" if child.get("index0") is not None:
                raise BadGenome("It blends palettes by their numbers; the colours are not in the file.", hint=HINT)
            case "palette":
                wide = "RGBA" if child.get("format", "RGB") == "RGBA" else "RGB"
                colours.update(_row(child, child.text or "", wide))
            case "colors":
                colours.update(_row(child, child.get("data", ""), "00RGB"))
    if not colours and "palette" in element.attrib:
        raise BadGenome("It names a palette by its number; the colours themselves are not in the file.", hint=HINT)
    if not colours:
        raise BadGenome("It has no colours.", hint=HINT)
    return tuple(_blended(colours, index) for index in range(PALETTE_SIZE))


def _single(element: ET.Element) -> Iterator[Place]:
    name = "rgba" if "rgba" in element.attrib else "rgb"
    if name not in element.attrib:
        return
    red, green, blue, *alpha = map(byte, numbers(element, name, len(name), ()))
    _check_opaque(*alpha, byte(number(element, "a", 255.0)))
    yield _checked(round(number(element, "index", -1.0))), (red, green, blue)


def _row(element: ET.Element, text: str, form: str) -> Iterator[Place]:
    digits = "".join(text.split())
    count = _checked(round(number(element, "count", PALETTE_SIZE)) - 1) + 1
    wide = {"RGB": 6, "RGBA": 8, "00RGB": 8}[form]
    if not re.fullmatch(r"[0-9A-Fa-f]*", digits) or len(digits) != count * wide:
        raise BadGenome(f"The palette has not {count} colours in hexadecimal.", hint=HINT)
    for index in range(count):
        values = bytes.fromhex(digits[index * wide : index * wide + wide])
        red, green, blue = values[1:] if form == "00RGB" else values[:3]
        if form == "RGBA":
            _check_opaque(values[3])
        yield index, (red, green, blue)


def _check_opaque(*alphas: int) -> None:
    if min(alphas) < 255:
        raise BadGenome("Its palette is partly transparent, which this program does not draw.", hint=HINT)


def _checked(index: int) -> int:
    if not 0 <= index < PALETTE_SIZE:
        raise BadGenome(f"A colour has the index {index}, not one of 0 to {PALETTE_SIZE - 1}.", hint=HINT)
    return index


def _blended(colours: dict[int, Colour], index: int) -> Colour:
    """Return a colour, or for a missing one what lies between its neighbours round the circle, as flam3 has it."""
    below = next(step for step in range(PALETTE_SIZE) if (index - step) % PALETTE_SIZE in colours)
    above = next(step for step in range(PALETTE_SIZE) if (index + step) % PALETTE_SIZE in colours)
    share = below / max(below + above, 1)
    first, last = colours[(index - below) % PALETTE_SIZE], colours[(index + above) % PALETTE_SIZE]
    red, green, blue = (byte(a + share * (b - a)) for a, b in zip(first, last, strict=True))
    return red, green, blue


def byte(value: float) -> int:
    """Return a channel as a whole number from 0 to 255."""
    return min(max(round(value), 0), 255)
