"""Flames as text: the `.flam3` format of flam3 3.1, read and written. Pure.

Grammar: an XML document whose root is a `flame`, or holds several, of which the first counts:

    <flame size="1920 1080" center="0 0" scale="270" zoom="0" rotate="0" background="0 0 0" brightness="4" gamma="4"
           gamma_threshold="0.01" vibrancy="1" highlight_power="-1">
      <xform weight="0.5" color="0" color_speed="0.5" opacity="1" julian="1" julian_power="3" julian_dist="1"
             coefs="xx yx xy yy x y" post="…"/>
      <finalxform …/>
      <symmetry kind="3"/>
      <color index="0" rgb="255 255 255"/>             256 of them, or
      <palette count="256" format="RGB">ffffff…</palette>
    </flame>

Attributes of other programs and of animation are passed over; what would change the picture and is not known here
(variations, `chaos`, a palette by number) is refused, with one `BadGenome` that names it.
"""

import math
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET
from xml.parsers import expat

from kiosk.domain.errors import BadGenome
from kiosk.generator.styles.flame_catalogue import NUMBER_OF, PARAMETERS, Variation
from kiosk.generator.styles.flame_model import IDENTITY, PALETTE_SIZE, Colour, Flame, Matrix, Tone, Xform

MAX_BYTES = 1_000_000
MAX_XFORMS = 64
MAX_ZOOM = 1e6  # heights of the picture a unit
_HINT = "Use a file that flam3 or a program of its family wrote."
_XFORM_KEYS = {
    "weight", "color", "color_speed", "symmetry", "opacity", "coefs", "post", "name", "animate", "var_color",
    "plotmode", "motion_frequency", "motion_function", "var", "var1",
}  # fmt: skip
_PARAMETER_NAMES = {parameter.name for parameters in PARAMETERS.values() for parameter in parameters}


def flame_from_xml(text: str) -> Flame:
    """Return the first flame of a `.flam3` text. Raises `BadGenome` with one line that says what is wrong."""
    root = _root(text)
    element = root if root.tag == "flame" else root.find(".//flame")
    if element is None:
        raise BadGenome("There is no <flame> in it.", hint=_HINT)
    _, height = _numbers(element, "size", 2, (100.0, 100.0))
    if not height >= 1:
        raise BadGenome(f"size has a height of {height:g}.", hint=_HINT)
    scale = _number(element, "scale", 50.0) * 2 ** min(max(_number(element, "zoom", 0.0), -30.0), 30.0)
    if not 1 / MAX_ZOOM <= scale / height <= MAX_ZOOM:
        raise BadGenome(f"scale and zoom make {scale:g} pixels a unit, of a height of {height:g}.", hint=_HINT)
    xforms = [_xform(child, final=False) for child in element.findall("xform")]
    xforms += _symmetries(element)
    xforms = [xform for xform in xforms if xform.weight > 0]
    finals = element.findall("finalxform")
    if not 1 <= len(xforms) <= MAX_XFORMS or len(finals) > 1:
        raise BadGenome(f"It has {len(xforms)} transforms and {len(finals)} final ones.", hint=_HINT)
    x, y = _numbers(element, "center", 2, (0.0, 0.0))
    red, green, blue = (_byte(255 * share) for share in _numbers(element, "background", 3, (0.0, 0.0, 0.0)))
    return Flame(
        xforms=tuple(xforms),
        final=_xform(finals[0], final=True) if finals else None,
        centre=(x, y),
        zoom=scale / height,
        rotate_deg=_number(element, "rotate", 0.0),
        palette=_palette(element),
        background=(red, green, blue),
        tone=Tone(
            brightness=_within(element, "brightness", 4.0, 1e-6, 1e9),
            gamma=_within(element, "gamma", 4.0, 0.05, 100.0),
            threshold=_within(element, "gamma_threshold", 0.01, 0.0, 100.0),
            vibrancy=_within(element, "vibrancy", 1.0, 0.0, 1.0),
            highlight_power=_within(element, "highlight_power", -1.0, -1.0, 100.0),
        ),
    )


def flame_to_xml(flame: Flame, width_px: int, height_px: int, *, name: str, quality: float) -> str:
    """Return a `.flam3` text of a flame for a picture of this size, with `quality` points for each of its pixels."""
    tone = flame.tone
    ground = " ".join(_text(channel / 255) for channel in flame.background)
    element = ET.Element(
        "flame", name=name, version="gallery-kiosk", size=f"{width_px} {height_px}",
        center=f"{_text(flame.centre[0])} {_text(flame.centre[1])}", scale=_text(flame.zoom * height_px), zoom="0",
        rotate=_text(flame.rotate_deg), supersample="1", filter="0.75", quality=_text(quality), passes="1",
        temporal_samples="1", background=ground, brightness=_text(tone.brightness), gamma=_text(tone.gamma),
        gamma_threshold=_text(tone.threshold), vibrancy=_text(tone.vibrancy),
        highlight_power=_text(tone.highlight_power), estimator_radius="5", estimator_minimum="0",
        estimator_curve="0.5", palette_mode="linear",
    )  # fmt: skip
    for xform in flame.xforms:
        ET.SubElement(element, "xform", {"weight": _text(xform.weight), **_attributes(xform)})
    if flame.final is not None:
        ET.SubElement(element, "finalxform", _attributes(flame.final))
    digits = "".join(f"{r:02X}{g:02X}{b:02X}" for r, g, b in flame.palette)
    lines = [digits[k : k + 48] for k in range(0, len(digits), 48)]
    ET.SubElement(element, "palette", count=str(PALETTE_SIZE), format="RGB").text = "\n" + "\n".join(lines) + "\n"
    ET.indent(element)
    return ET.tostring(element, encoding="unicode") + "\n"


def _attributes(xform: Xform) -> dict[str, str]:
    found = {"color": _text(xform.colour), "color_speed": _text(xform.speed), "opacity": _text(xform.opacity)}
    for variation in xform.variations:
        found[variation.name] = _text(variation.weight)
        names = (parameter.name for parameter in PARAMETERS.get(variation.name, ()))
        found |= {name: _text(value) for name, value in zip(names, variation.parameters, strict=True)}
    found["coefs"] = " ".join(map(_text, xform.coefs))
    if xform.post != IDENTITY:
        found["post"] = " ".join(map(_text, xform.post))
    return found


def _root(text: str) -> ET.Element:
    if len(text) > MAX_BYTES:
        raise BadGenome(f"The file has {len(text)} characters; at most {MAX_BYTES} are read.", hint=_HINT)
    builder = ET.TreeBuilder()
    reader = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise BadGenome("The file has a document type or entities, which no flame needs.", hint=_HINT)

    reader.StartDoctypeDeclHandler = refuse
    reader.EntityDeclHandler = refuse
    reader.StartElementHandler = builder.start
    reader.EndElementHandler = builder.end
    reader.CharacterDataHandler = builder.data
    try:
        reader.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        raise BadGenome(f"The file is not XML: {error}.", hint=_HINT) from None
    return builder.close()


def _xform(element: ET.Element, *, final: bool) -> Xform:
    unknown = sorted(set(element.attrib) - _XFORM_KEYS - _PARAMETER_NAMES - set(NUMBER_OF) - {"chaos"})
    if unknown:
        raise BadGenome(f"A transform uses {unknown[0]!r}, which this program does not know.", hint=_HINT)
    if any(share != 1 for share in _floats("chaos", element.get("chaos", ""))):
        raise BadGenome("A transform uses 'chaos', which this program does not know.", hint=_HINT)
    speed = 0.0 if final else 0.5
    if "symmetry" in element.attrib:
        speed = (1 - _number(element, "symmetry", 0.0)) / 2
    variations = tuple(_variations(element))
    if not variations:
        raise BadGenome("A transform has no variation.", hint=_HINT)
    return Xform(
        weight=1.0 if final else _within(element, "weight", 0.0, 0.0, 1e9),
        colour=min(max(_number(element, "color", 0.0), 0.0), 1.0),
        speed=min(max(_number(element, "color_speed", speed), 0.0), 1.0),
        opacity=_within(element, "opacity", 1.0, 0.0, 1.0),
        variations=variations,
        coefs=_matrix(element, "coefs"),
        post=_matrix(element, "post"),
    )


def _variations(element: ET.Element) -> Iterator[Variation]:
    for name in element.attrib:
        if name in NUMBER_OF and _number(element, name, 0.0) != 0:
            parameters = PARAMETERS.get(name, ())
            values = tuple(_within(element, known.name, known.default, -1e6, 1e6) for known in parameters)
            yield Variation(name, _within(element, name, 0.0, -1e6, 1e6), values)


def _symmetries(element: ET.Element) -> Iterator[Xform]:
    linear = (Variation("linear", 1.0),)
    for child in element.findall("symmetry"):
        kind = round(_within(child, "kind", 0.0, -MAX_XFORMS, MAX_XFORMS))
        if kind < 0:
            yield Xform(1.0, 1.0, linear, coefs=(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0), speed=0.0)
        for k in range(1, abs(kind)):
            turn = 2 * math.pi * k / abs(kind)
            c, s = math.cos(turn), math.sin(turn)
            yield Xform(1.0, (k - 1) / max(abs(kind) - 2, 1), linear, coefs=(c, s, -s, c, 0.0, 0.0), speed=0.0)


def _palette(element: ET.Element) -> tuple[Colour, ...]:
    colours: dict[int, Colour] = {}
    for child in element.findall("color"):
        if "rgb" in child.attrib:
            red, green, blue = map(_byte, _numbers(child, "rgb", 3, (0.0, 0.0, 0.0)))
            colours[round(_number(child, "index", -1.0))] = (red, green, blue)
    block = element.find("palette")
    if block is not None:
        digits = "".join((block.text or "").split())
        wide = 8 if block.get("format", "RGB") == "RGBA" else 6
        if not re.fullmatch(r"[0-9A-Fa-f]*", digits) or len(digits) != PALETTE_SIZE * wide:
            raise BadGenome(f"The palette has not {PALETTE_SIZE} colours in hexadecimal.", hint=_HINT)
        for k in range(PALETTE_SIZE):
            red, green, blue = bytes.fromhex(digits[k * wide + wide - 6 : k * wide + wide][:6])
            colours[k] = (red, green, blue)
    if not colours and "palette" in element.attrib:
        raise BadGenome("It names a palette by its number; the colours themselves are not in the file.", hint=_HINT)
    if any(k not in colours for k in range(PALETTE_SIZE)):
        raise BadGenome(f"It has {len(colours)} colours, not {PALETTE_SIZE}.", hint=_HINT)
    return tuple(colours[k] for k in range(PALETTE_SIZE))


def _matrix(element: ET.Element, name: str) -> Matrix:
    a, b, c, d, e, f = _numbers(element, name, 6, IDENTITY)
    return (a, b, c, d, e, f)


def _within(element: ET.Element, name: str, default: float, low: float, high: float) -> float:
    value = _number(element, name, default)
    if not low <= value <= high:
        raise BadGenome(f"{name} is {value:g}, not in {low:g} to {high:g}.", hint=_HINT)
    return value


def _number(element: ET.Element, name: str, default: float) -> float:
    return _numbers(element, name, 1, (default,))[0]


def _numbers(element: ET.Element, name: str, count: int, default: tuple[float, ...]) -> tuple[float, ...]:
    attributes: Mapping[str, str] = element.attrib
    if name not in attributes:
        return default
    values = _floats(name, attributes[name])
    if len(values) < count:
        raise BadGenome(f"{name} is {attributes[name][:40]!r}, not {count} numbers.", hint=_HINT)
    return values[:count]


def _floats(name: str, text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(word) for word in text.split())
    except ValueError:
        raise BadGenome(f"{name} is {text[:40]!r}, not numbers.", hint=_HINT) from None
    if not all(math.isfinite(value) and abs(value) < 1e12 for value in values):
        raise BadGenome(f"{name} is {text[:40]!r}, out of all range.", hint=_HINT)
    return values


def _byte(value: float) -> int:
    return min(max(round(value), 0), 255)


def _text(value: float) -> str:
    return f"{value:.9g}"
