"""What the wall label says and where it stands, pure: from captions to the text `resources/qml/WallLabel.qml` sets.

One caption a picture; a diptych has two, left and right. How a line looks is QML's affair, what stands in it is ours.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TITLE_MAX = 120  # characters; more than three lines of it would be a text, not a label
LINE_MAX = 90
DRIFT_MAX_PX = 12
UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class Caption:
    """The facts of one picture, any of them empty: `made` is a line on how it was made, `link` what a code offers."""

    title: str
    artist: str = ""
    year: str = ""
    made: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """The lines of one picture's label as they are set; `slanted` tells whether the title's script has an italic."""

    artist: str
    title: str
    slanted: bool
    year: str
    made: str
    link: str


@dataclass(frozen=True, slots=True)
class LabelText:
    """A whole label: no entry shows none. It stands `drift` (x, y) pixels beside its place, against burn-in."""

    entries: tuple[LabelEntry, ...] = ()
    drift_px: tuple[int, int] = (0, 0)


def label_text(captions: Sequence[Caption]) -> LabelText:
    """Return the label of the pictures on the glass, left to right; facts that are empty leave no trace."""
    entries = tuple(entry for entry in map(_entry, captions) if entry is not None)
    return LabelText(entries, drift_px("/".join(f"{entry.artist}/{entry.title}/{entry.made}" for entry in entries)))


def drift_px(key: str) -> tuple[int, int]:
    """Return where the label of this piece stands beside its place: the same each time, within ±12 pixels each way."""
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=2).digest()
    x, y = (byte * (2 * DRIFT_MAX_PX + 1) // 256 - DRIFT_MAX_PX for byte in digest)
    return x, y


def link_of(template: str, artwork_id: str) -> str:
    """Return the address a QR code offers for a piece, or nothing where `template` (with `{id}`) is empty."""
    return template.replace("{id}", artwork_id)


def _entry(caption: Caption) -> LabelEntry | None:
    artist, title, year, made = (
        _line(text, limit)
        for text, limit in (
            (caption.artist, LINE_MAX),
            (caption.title, TITLE_MAX),
            (caption.year, LINE_MAX),
            (caption.made, LINE_MAX),
        )
    )
    if not (artist or title or year or made):
        return None
    title = title or UNTITLED
    return LabelEntry(artist, title, _has_italic(title), year, made, caption.link)


def _has_italic(text: str) -> bool:
    """Tell whether every letter is of a script that is set in italics; others would only be bent."""
    return all(
        unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC")) for letter in text if letter.isalpha()
    )


def _line(text: str, limit: int) -> str:
    """Return a text as one line of at most `limit` characters, without what would disturb its neighbours.

    Control characters, and the marks that turn the direction of writing, would reach beyond their own line; a text that
    is too long ends at a word, with an ellipsis.
    """
    plain = "".join(" " if character.isspace() else character for character in text if _is_shown(character))
    words = " ".join(plain.split())
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    at_word = cut.rpartition(" ")[0]
    return f"{(at_word if len(at_word) > limit // 2 else cut).rstrip(' ,;:.')}…"


def _is_shown(character: str) -> bool:
    if character.isspace():
        return True
    kind = unicodedata.category(character)
    joiner = character in "\u200c\u200d"  # scripts need these inside a word
    return joiner or kind not in {"Cc", "Cf", "Cs", "Co", "Cn"}
