"""What the page of a piece looks like: functions from plain values to a whole HTML document.

No script, nothing from elsewhere; every value is escaped where it goes in. Links are relative to /piece/, so that a
proxy may serve the page below a path of its own. `resources/web/piece.css` is inlined; `piece_page` is the caller.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import NamedTuple

from kiosk.server.api.page_policy import policy_headers
from kiosk.storage.resources import resource_path

_NUMBERS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


class Shown(NamedTuple):
    """What is told of a piece; texts may be empty. `alt` describes the picture for those who do not see it."""

    id: str
    title: str
    artist: str
    year: str
    style: str
    alt: str
    summary: str
    explanation: str
    generation: int


class Ancestor(NamedTuple):
    """A parent: public id and title."""

    id: str
    title: str


def headers() -> dict[str, str]:
    """Return the headers every page is sent with."""
    return policy_headers(_style(), assets=True)


def piece(shown: Shown, parents: Sequence[Ancestor], *, lost: int) -> str:
    """Return the page of a piece; `lost` parents are on this server no more, or not for everybody."""
    by = " · ".join(filter(None, (shown.artist, shown.year)))
    summary = f'\n<p class="summary">{escape(shown.summary)}</p>' if shown.summary else ""
    explanation = f"\n<p>{escape(shown.explanation)}</p>" if shown.explanation else ""
    return _page(
        shown.title,
        f"""<img class="picture" src="{escape(shown.id)}/picture" alt="{escape(shown.alt or shown.title)}">
<div class="text">
<div class="eyebrow">{escape(shown.style or "On the wall")}</div>
<h1>{escape(shown.title)}</h1>
<p class="by">{escape(by)}</p>{summary}{explanation}
{_lineage(shown.generation, parents, lost)}</div>""",
    )


def missing() -> str:
    """Return the page for a piece that is not there."""
    return _page(
        "Not here",
        """<div class="text"><div class="eyebrow">Gallery Kiosk</div>
<h1>Not here</h1>
<p>This piece is not in the collection any more, or it is private.</p></div>""",
    )


def _lineage(generation: int, parents: Sequence[Ancestor], lost: int) -> str:
    if not parents and not lost:
        return ""
    items = "".join(
        f'<li><a href="{escape(parent.id)}"><img src="{escape(parent.id)}/picture" alt="" loading="lazy">'
        f"{escape(parent.title)}</a></li>\n"
        for parent in parents
    )
    count = _NUMBERS[generation] if 0 < generation < len(_NUMBERS) else str(generation)
    generations, lie = ("generation", "lies") if generation == 1 else ("generations", "lie")
    lines = f"<p>{count} {generations} of pieces that visitors liked {lie} behind it.</p>\n"
    gone = f"<p>{'A parent is' if lost == 1 else 'Its parents are'} not on show any more.</p>\n" if lost else ""
    shown = f'<ul class="parents">\n{items}</ul>\n' if parents else ""
    return f"<h2>Descends from</h2>\n{shown}{gone}{lines if generation else ''}"


def _page(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} · Gallery Kiosk</title>
<style>{_style()}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


@cache
def _style() -> str:
    return resource_path("web", "piece.css").read_text("utf-8")
