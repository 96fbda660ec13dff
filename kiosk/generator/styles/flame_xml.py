"""Flames read from text: the `.flam3` format of flam3 3.1. Pure. `flame_xml_write` writes it.

Grammar: an XML document whose root is a `flame`, or holds several, of which the first counts:

    <flame size="1920 1080" center="0 0" scale="270" zoom="0" rotate="0" background="0 0 0" brightness="4" gamma="4"
           gamma_threshold="0.01" vibrancy="1" highlight_power="-1" soloxform="2">
      <xform weight="0.5" color="0" color_speed="0.5" opacity="1" julian="1" julian_power="3" julian_dist="1"
             coefs="xx yx xy yy x y" post="…" chaos="1 0.5"/>
      <finalxform …/>
      <symmetry kind="3"/>
      …and colours: see `flame_xml_palette`
    </flame>

Attributes of other programs and of animation are passed over; what would change the picture and is not known here
(variations of Apophysis and its heirs, cameras in space) is refused, with one `BadGenome` that names it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET
from xml.parsers import expat

from kiosk.domain.errors import BadGenome
from kiosk.generator.styles.flame_catalogue import AS_NUMBERED, NUMBER_OF, PARAMETERS, Variation
from kiosk.generator.styles.flame_model import IDENTITY, Flame, Matrix, Tone, Xform
from kiosk.generator.styles.flame_xml_numbers import HINT, floats, number, numbers, within
from kiosk.generator.styles.flame_xml_palette import byte, palette_of

MAX_BYTES = 1_000_000
MAX_XFORMS = 64
MAX_ZOOM = 1e6  # heights of the picture a unit
_XFORM_KEYS = {
    "weight", "color", "color_speed", "symmetry", "opacity", "coefs", "post", "chaos", "plotmode", "var", "var1",
    "name", "animate", "var_color", "motion_frequency", "motion_function", "motion_offset",
}  # fmt: skip
_CAMERA_KEYS = ("cam_pitch", "cam_yaw", "cam_perspective", "cam_persp", "cam_dof")
_PARAMETER_NAMES = {parameter.name for parameters in PARAMETERS.values() for parameter in parameters}
_OTHER_NAMES = {"linear3D": "linear"} | {
    f"{part}_{letter.upper()}": f"mobius_{part.lower()}_{letter}" for part in ("Re", "Im") for letter in "abcd"
}


def flame_from_xml(text: str) -> Flame:
    """Return the first flame of a `.flam3` text. Raises `BadGenome` with one line that says what is wrong."""
    root = _root(text)
    element = root if root.tag == "flame" else root.find(".//flame")
    if element is None:
        raise BadGenome("There is no <flame> in it.", hint=HINT)
    _check_flat(element)
    finals = [_xform(child, final=True) for child in element.findall("finalxform")]
    if len(finals) > 1:
        raise BadGenome(f"It has {len(finals)} final transforms.", hint=HINT)
    x, y = numbers(element, "center", 2, (0.0, 0.0))
    red, green, blue = (byte(255 * share) for share in numbers(element, "background", 3, (0.0, 0.0, 0.0)))
    return Flame(
        xforms=_xforms(element),
        final=finals[0] if finals else None,
        centre=(x, y),
        zoom=_zoom(element),
        rotate_deg=number(element, "rotate", 0.0),
        palette=palette_of(element),
        background=(red, green, blue),
        tone=Tone(
            brightness=within(element, "brightness", 4.0, 1e-6, 1e9),
            gamma=within(element, "gamma", 4.0, 0.05, 100.0),
            threshold=within(element, "gamma_threshold", 0.01, 0.0, 100.0),
            vibrancy=within(element, "vibrancy", 1.0, -10.0, 10.0),
            highlight_power=max(within(element, "highlight_power", -1.0, -100.0, 100.0), -1.0),
        ),
    )


def _root(text: str) -> ET.Element:
    if len(text) > MAX_BYTES:
        raise BadGenome(f"The file has {len(text)} characters; at most {MAX_BYTES} are read.", hint=HINT)
    if not text.strip():
        raise BadGenome("The file is empty; a .flam3 file is XML with a <flame> in it.", hint=HINT)
    builder = ET.TreeBuilder()
    reader = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise BadGenome("The file has a document type or entities, which no flame needs.", hint=HINT)

    reader.StartDoctypeDeclHandler = refuse
    reader.EntityDeclHandler = refuse
    reader.StartElementHandler = builder.start
    reader.EndElementHandler = builder.end
    reader.CharacterDataHandler = builder.data
    try:
        reader.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        raise BadGenome(f"The file is not XML: {error}.", hint=HINT) from None
    return builder.close()


def _check_flat(element: ET.Element) -> None:
    for name in _CAMERA_KEYS:
        if number(element, name, 0.0) != 0:
            raise BadGenome(f"It is seen by a camera in space ({name!r}), which this program does not have.", hint=HINT)


def _zoom(element: ET.Element) -> float:
    _, height = numbers(element, "size", 2, (100.0, 100.0))
    if not height >= 1:
        raise BadGenome(f"size has a height of {height:g}.", hint=HINT)
    scale = number(element, "scale", 50.0) * 2 ** min(max(number(element, "zoom", 0.0), -30.0), 30.0)
    if not 1 / MAX_ZOOM <= scale / height <= MAX_ZOOM:
        raise BadGenome(f"scale and zoom make {scale:g} pixels a unit, of a height of {height:g}.", hint=HINT)
    return scale / height


def _xforms(element: ET.Element) -> tuple[Xform, ...]:
    """Return the transforms that are drawn: those with a weight, and the turns of a symmetry."""
    xforms = [_xform(child, final=False) for child in element.findall("xform")]
    solo = round(within(element, "soloxform", -1.0, -1e6, 1e6))
    if solo >= 0:
        xforms = [xform if k == solo else replace(xform, opacity=0.0) for k, xform in enumerate(xforms)]
    xforms += _symmetries(element)
    kept = tuple(_followed(xform, xforms) for xform in xforms if xform.weight > 0)
    if not 1 <= len(kept) <= MAX_XFORMS:
        raise BadGenome(f"It has {len(kept)} transforms.", hint=HINT)
    return kept


def _followed(xform: Xform, xforms: Sequence[Xform]) -> Xform:
    """Return a transform with a factor for each that is drawn, 1 where the file has none."""
    factors = (*xform.chaos, *[1.0] * len(xforms))
    chaos = tuple(factor for factor, other in zip(factors, xforms, strict=False) if other.weight > 0)
    if not any(chaos):
        raise BadGenome("After one of its transforms, 'chaos' lets no other follow.", hint=HINT)
    return replace(xform, chaos=() if all(factor == 1 for factor in chaos) else chaos)


def _xform(element: ET.Element, *, final: bool) -> Xform:
    for name in sorted(set(element.attrib) - _XFORM_KEYS - _PARAMETER_NAMES - set(NUMBER_OF) - set(_OTHER_NAMES)):
        if not re.fullmatch(r"[-+]?0*\.?0*", element.attrib[name].strip()):
            raise BadGenome(f"A transform uses {name!r}, which this program does not know.", hint=HINT)
    chaos = floats("chaos", element.get("chaos", ""))
    if any(factor < 0 for factor in chaos):
        raise BadGenome("A transform has a 'chaos' below 0.", hint=HINT)
    variations = _variations(element)
    if not variations:
        raise BadGenome("A transform has no variation.", hint=HINT)
    speed = (1 - number(element, "symmetry", 0.0)) / 2
    return Xform(
        weight=1.0 if final else within(element, "weight", 0.0, 0.0, 1e9),
        colour=min(max(number(element, "color", 0.0), 0.0), 1.0),
        speed=min(max(number(element, "color_speed", speed), 0.0), 1.0),
        opacity=0.0 if element.get("plotmode") == "off" else within(element, "opacity", 1.0, 0.0, 1.0),
        variations=variations,
        coefs=_matrix(element, "coefs"),
        post=_matrix(element, "post"),
        chaos=() if final else chaos,
    )


def _variations(element: ET.Element) -> tuple[Variation, ...]:
    """Return the variations with a weight: by their names, or in the oldest files by their numbers."""
    weights = dict(zip(AS_NUMBERED, floats("var", element.get("var", "")), strict=False))
    if "var1" in element.attrib:
        weights = {AS_NUMBERED[round(within(element, "var1", 0.0, 0.0, len(AS_NUMBERED) - 1))]: 1.0}
    values: dict[str, float] = {}
    for written in element.attrib:
        name = _OTHER_NAMES.get(written, written)
        if name in NUMBER_OF:
            weights[name] = weights.get(name, 0.0) + within(element, written, 0.0, -1e6, 1e6)
        elif name in _PARAMETER_NAMES:
            values[name] = within(element, written, 0.0, -1e6, 1e6)
    return tuple(
        Variation(name, weight, tuple(values.get(known.name, known.default) for known in PARAMETERS.get(name, ())))
        for name, weight in weights.items()
        if weight != 0
    )


def _symmetries(element: ET.Element) -> Iterator[Xform]:
    linear = (Variation("linear", 1.0),)
    for child in element.findall("symmetry"):
        kind = round(within(child, "kind", 0.0, -MAX_XFORMS, MAX_XFORMS))
        if kind < 0:
            yield Xform(1.0, 1.0, linear, coefs=(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0), speed=0.0)
        for k in range(1, abs(kind)):
            turn = 2 * math.pi * k / abs(kind)
            c, s = math.cos(turn), math.sin(turn)
            yield Xform(1.0, (k - 1) / max(abs(kind) - 2, 1), linear, coefs=(c, s, -s, c, 0.0, 0.0), speed=0.0)


def _matrix(element: ET.Element, name: str) -> Matrix:
    a, b, c, d, e, f = numbers(element, name, 6, IDENTITY)
    return (a, b, c, d, e, f)
