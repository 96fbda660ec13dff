"""Artists: found by whatever people call them, and never taken for somebody else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.artists import ASKED_MAX, NAME_MAX, asked_for, manner_named, manners_of, unknown_of
from kiosk.generator.artists_movements import MOVEMENTS
from kiosk.generator.artists_painters import PAINTERS
from kiosk.generator.genome import GROUNDS, SCHEMES
from kiosk.generator.manner import Manner
from kiosk.generator.recipe import Recipe
from kiosk.generator.styles import RECIPES

ALL = (*PAINTERS, *MOVEMENTS)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "art.md"
LEANING = 2.0  # a style's share from which the page names it
HARMONIES = {
    "analogous": "neighbours",
    "complement": "opposites",
    "split": "split opposites",
    "triad": "triad",
    "mono": "one hue",
}
HUES_TO_DEG = {
    17: "rose",
    38: "red",
    55: "orange",
    68: "amber",
    110: "gold",
    172: "green",
    207: "teal",
    244: "azure",
    272: "blue",
    315: "violet",
    345: "magenta",
    360: "rose",
}


def row_of(manner: Manner) -> str:
    """The manner's row in the table of the page."""
    chords = dict.fromkeys(
        f"{next(name for end, name in HUES_TO_DEG.items() if hue < end)}, {HARMONIES[scheme]}"
        for hue, scheme in manner.chords
    )
    grounds = sorted(manner.grounds, key=lambda name: -manner.grounds[name])
    styles = sorted(manner.styles, key=lambda name: -manner.styles[name])
    leans_to = [name for name in styles if manner.styles[name] >= LEANING]
    cells = (manner.name, manner.years, "; ".join(chords), ", ".join(grounds), manner.gesture, ", ".join(leans_to))
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Claude Monet", "Claude Monet"),
        ("MONET", "Claude Monet"),
        ("kandinski", "Wassily Kandinsky"),
        ("Cezanne", "Paul Cézanne"),
        ("van Gogh", "Vincent van Gogh"),
        ("j.m.w. turner", "William Turner"),
        ("art-nouveau", "Art Nouveau"),
        ("Jugendstil", "Art Nouveau"),
        ("ukiyo e", "Ukiyo-e"),
        ("hilma af klimt", "Hilma af Klint"),
    ],
)
def test_forgiving_spelling(asked: str, name: str) -> None:
    """Surnames, other names, accents, case, hyphens and small slips lead to whom was meant."""
    manner = manner_named(asked)
    assert manner is not None
    assert manner.name == name


@pytest.mark.parametrize(
    "asked", ["", "  ", "Manet", "Banksy", "Picasso", "Rothko", "art", "a", "Warhol", "💥", "Marx"]
)
def test_others_are_nobody(asked: str) -> None:
    """Whoever is not in the table is not guessed at, however near their name is."""
    assert manner_named(asked) is None


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_list_of_names_is_kept_short_and_plain(names: list[str]) -> None:
    """What a genome keeps is bounded and printable, and each name in it is either known or told as unknown."""
    asked = asked_for(names)
    assert len(asked) == len(set(asked)) <= ASKED_MAX
    assert all(0 < len(name) <= NAME_MAX and name.isprintable() and name == name.strip() for name in asked)
    assert len(unknown_of(asked)) + sum(manner_named(name) is not None for name in asked) == len(asked)
    assert len(manners_of(asked)) <= len(asked)


def test_no_two_share_a_name() -> None:
    """Every full name, surname and other name in the table finds the one it stands beside."""
    for manner in ALL:
        for name in (manner.name, *manner.other_names):
            found = manner_named(name)
            assert found is not None
            assert found.name == manner.name, name


@pytest.mark.parametrize("manner", ALL, ids=lambda manner: manner.name)
def test_the_table_is_sound(manner: object) -> None:
    """Schemes, grounds, styles and structure words are known ones, ranges lie in 0-1, and painters died before 1955."""
    assert manner in ALL
    manner = ALL[ALL.index(manner)]
    assert manner.chords
    assert all(0 <= hue < 360 and scheme in SCHEMES for hue, scheme in manner.chords)
    assert set(manner.grounds) <= set(GROUNDS)
    assert set(manner.styles) <= set(RECIPES)
    for low, high in (manner.chroma, manner.contrast, manner.lightness):
        assert 0 <= low <= high <= 1
    assert all(abs(more) <= 0.5 for more in manner.mood)
    assert manner.gesture
    assert manner.gesture[0] != manner.gesture[0].upper() or not manner.gesture[0].isalpha()
    for style, words in manner.words.items():
        recipe: Recipe = RECIPES[style]
        assert all(set(choices) <= set(recipe.structure[name]) for name, choices in words.items())
    if manner in PAINTERS:
        assert int(manner.years[-4:]) < 1955


def test_the_page_has_the_table() -> None:
    """Every painter and movement stands in `docs/art.md` as the generator has it, in its order, and nobody else."""
    text = PAGE.read_text("utf-8").partition("## Artists")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    heads = [row for row in rows if row.startswith(("| name |", "|---"))]
    assert len(heads) == 4
    assert [row for row in rows if row not in heads] == list(map(row_of, ALL))
