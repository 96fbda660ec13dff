"""The catalogue page: from plain values to one HTML document that needs nothing else. Pure but for the bundled files.

No script, nothing from elsewhere; every value is escaped where it goes in. Typeface and pictures are inside. `gallery`
is the caller, `resources/web/gallery.css` the style.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files

from kiosk.storage.resources import resource_path

_FACES = (("EBGaramond[wght].ttf", "normal"), ("EBGaramond-Italic[wght].ttf", "italic"))


@dataclass(frozen=True, slots=True)
class Plate:
    """One piece as the page shows it: `picture` a JPEG file, `colours` as "#rrggbb", `parents` ids of other pieces."""

    id: str
    title: str
    artist: str
    style: str
    made_on: date | None
    explanation: str
    picture: bytes
    width_px: int
    height_px: int
    colours: Sequence[str] = ()
    parents: Sequence[str] = ()


def page(plates: Sequence[Plate], *, title: str, today: date) -> str:
    """Return the whole document, the plates in their order."""
    numbers = {plate.id: number for number, plate in enumerate(plates, start=1)}
    entries = "\n".join(_entry(plate, numbers[plate.id]) for plate in plates)
    figures = "\n".join(_figure(plate, numbers, plates) for plate in plates)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Gallery Kiosk">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>
{_faces()}
{resource_path("web", "gallery.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p>{_summary(plates)}</p>
<nav aria-label="Plates"><details><summary>List of plates</summary><ol>
{entries}
</ol></details></nav>
</header>
<main>
{figures}
</main>
<footer>Catalogue of {_day(today)}</footer>
</body>
</html>
"""


def _summary(plates: Sequence[Plate]) -> str:
    styles = sorted({plate.style for plate in plates if plate.style})
    count = "One piece" if len(plates) == 1 else f"{len(plates)} pieces"
    return f"{count}, with what the music had to do with each." if styles else f"{count}."


def _entry(plate: Plate, number: int) -> str:
    return f'<li><span>{number}</span><a href="#plate-{number}">{escape(plate.title)}</a></li>'


def _figure(plate: Plate, numbers: Mapping[str, int], plates: Sequence[Plate]) -> str:
    number = numbers[plate.id]
    picture = base64.b64encode(plate.picture).decode()
    by = ", ".join(
        part for part in (plate.artist, plate.style.capitalize(), _day(plate.made_on) if plate.made_on else "") if part
    )
    parts = [
        f'<figure id="plate-{number}">',
        f'<img src="data:image/jpeg;base64,{picture}" width="{plate.width_px}" height="{plate.height_px}"',
        f'alt="{escape(plate.title)}" decoding="async">',
        f'<figcaption><h2><span class="number">{number}</span> {escape(plate.title)}</h2>',
        _swatches(plate.colours),
        f'<p class="by">{escape(by)}</p>',
        f'<p class="why">{escape(plate.explanation)}</p>' if plate.explanation else "",
        _descent(plate, numbers, plates),
        "</figcaption></figure>",
    ]
    return "\n".join(part for part in parts if part)


def _swatches(colours: Sequence[str]) -> str:
    cells = "".join(f'<li style="background:{escape(colour)}"></li>' for colour in colours)
    return f'<ul class="colours" aria-hidden="true">{cells}</ul>' if cells else ""


def _descent(plate: Plate, numbers: Mapping[str, int], plates: Sequence[Plate]) -> str:
    """Link to the parents that are on the page; say how many are not."""
    here = [numbers[parent] for parent in plate.parents if parent in numbers]
    links = [f'<a href="#plate-{number}">{escape(plates[number - 1].title)}</a>' for number in here]
    absent = len(plate.parents) - len(here)
    if absent:
        links.append("a piece not shown here" if absent == 1 else f"{absent} pieces not shown here")
    return f'<p class="from">After {" and ".join(links)}</p>' if links else ""


def _faces() -> str:
    rules = []
    for name, slant in _FACES:
        data = base64.b64encode(files("fontpkg_eb_garamond").joinpath("files", name).read_bytes()).decode()
        source = f'url("data:font/ttf;base64,{data}") format("truetype")'
        rules.append(f"@font-face{{font-family:Catalogue;font-style:{slant};font-weight:400 800;src:{source}}}")
    return "\n".join(rules)


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"
