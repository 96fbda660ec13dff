"""What the wall label says, pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """The words about one picture; any may be empty. `made` tells how it was made, `link` is an address for a code."""

    title: str = ""
    artist: str = ""
    year: str = ""
    made: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class LabelText:
    """The two lines of a wall label; either may be empty."""

    title: str
    byline: str


def label_text(captions: Sequence[Caption]) -> LabelText:
    """Return the wall label: title, and artist and year on one line."""
    titles = [caption.title.strip() for caption in captions]
    bylines = [", ".join(part.strip() for part in (c.artist, c.year) if part.strip()) for c in captions]
    return LabelText(title=" · ".join(filter(None, titles)), byline=" · ".join(dict.fromkeys(filter(None, bylines))))
