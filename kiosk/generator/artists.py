"""Painters and movements of the preferences: known by name, forgivingly, and what each asks of a piece. Pure.

`artists_painters` and `artists_movements` hold them. `compose` draws colours from a manner and lets its gesture move
the music a little; `breed` keeps it; `titles` names it. A name nobody here knows changes nothing, and the words of the
piece say so.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from kiosk.generator.artists_movements import MOVEMENTS
from kiosk.generator.artists_painters import PAINTERS
from kiosk.generator.manner import Manner

ASKED_MAX = 8
NAME_MAX = 60
_ALIKE = 0.84  # of the letters, as difflib counts: "Money" is no Monet, "Kandinski" is Kandinsky
_LEAST_GUESSED = 5  # letters; shorter names are too near to each other


def manner_named(name: str) -> Manner | None:
    """Return the manner asked for: by full name, surname or another name, whatever the case, accents and small slips.

    None for a name that nobody here knows.
    """
    letters = _letters(name)
    known = _by_letters()
    if letters in known:
        return known[letters]
    near = difflib.get_close_matches(letters, known, n=1, cutoff=_ALIKE) if len(letters) >= _LEAST_GUESSED else []
    return known[near[0]] if near else None


def asked_for(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names as a genome keeps them: printable, each once, at most `ASKED_MAX` of `NAME_MAX` characters."""
    plain = (" ".join("".join(sign if sign.isprintable() else " " for sign in name).split()) for name in names)
    return tuple(dict.fromkeys(name[:NAME_MAX].rstrip() for name in plain if name))[:ASKED_MAX]


def manners_of(asked: Iterable[str]) -> list[Manner]:
    """Return the known among the names, each once, in their order."""
    found = {manner.name: manner for manner in map(manner_named, asked) if manner is not None}
    return list(found.values())


def unknown_of(asked: Iterable[str]) -> Sequence[str]:
    """Return the names that nobody here knows."""
    return [name for name in asked if manner_named(name) is None]


@cache
def _by_letters() -> dict[str, Manner]:
    found: dict[str, Manner] = {}
    for manner in (*PAINTERS, *MOVEMENTS):
        for name in (manner.name, manner.name.rpartition(" ")[2], *manner.other_names):
            found.setdefault(_letters(name), manner)
    return found


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
