"""Flames written as `.flam3` text: what `flame_xml` reads, and flam3 draws as this program does. Pure."""

from xml.etree import ElementTree as ET

from kiosk.generator.styles.flame_catalogue import PARAMETERS
from kiosk.generator.styles.flame_model import IDENTITY, PALETTE_SIZE, Flame, Xform


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
    if xform.chaos:
        found["chaos"] = " ".join(map(_text, xform.chaos))
    found["coefs"] = " ".join(map(_text, xform.coefs))
    if xform.post != IDENTITY:
        found["post"] = " ".join(map(_text, xform.post))
    return found


def _text(value: float) -> str:
    return f"{value:.9g}"
