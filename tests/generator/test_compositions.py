"""Compositions rest after they were shown, as long as there are others."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.compose import compose
from kiosk.generator.compositions import RESTS_MAX, awake_in, composition_of, resting, words_of
from kiosk.generator.genome import Genome
from kiosk.generator.styles import STYLES
from tests.generator.music import CALM, PARTY, SEEDS
from tests.generator.taste import wall


@given(st.lists(SEEDS, max_size=14), st.lists(st.sampled_from(STYLES), min_size=1, unique=True))
def test_only_the_newest_rest_and_never_all(seeds: list[int], styles: list[str]) -> None:
    """At most `RESTS_MAX` of the newest rest, at most half of what there is; so of the wished ones some are awake."""
    recent = [compose(None, seed) for seed in seeds]
    rest = resting(recent, styles)
    assert rest <= set(map(composition_of, recent[:RESTS_MAX]))
    assert len(rest) <= sum(len(words_of(style)) for style in styles) / 2
    assert any(awake_in(style, rest) for style in styles)


@given(SEEDS, st.sampled_from([None, CALM, PARTY]))
def test_without_recent_pieces_nothing_changes(seed: int, music: dict[str, object] | None) -> None:
    """A piece whose composition does not rest may change its other draws with what rests, its seed and music never."""
    composed = compose(music, seed)
    assert compose(music, seed, recent=[]) == composed
    other = compose(music, seed, recent=[composed])
    assert composition_of(other) != composition_of(composed)
    assert (other.seed, other.audio) == (composed.seed, composed.audio)


@pytest.mark.parametrize("style", STYLES)
def test_a_wall_of_one_style_goes_round_its_compositions(style: str) -> None:
    """With one style asked for, half of its compositions pass before one comes again; none is left out."""
    shown = [composition_of(piece).word for piece in wall(CALM, [], pieces=120, styles=[style])]
    rests = min(RESTS_MAX, len(words_of(style)) // 2)
    assert all(word not in shown[max(0, at - rests) : at] for at, word in enumerate(shown))
    assert set(shown) == set(words_of(style))


def test_an_artists_words_rest_too() -> None:
    """In an artist's manner, whose words are few, the same composition does not come twice in a row either."""
    recent: list[Genome] = []
    for seed in range(60):
        recent.insert(0, compose(CALM, seed, styles=["ebru"], artists=["Suminagashi"], recent=recent))
    shown = list(map(composition_of, recent))
    assert all(one != other for one, other in itertools.pairwise(shown))
    assert Counter(shown).most_common(1)[0][0] == ("ebru", "suminagashi")


def test_a_style_nobody_knows_any_more_rests_without_harm() -> None:
    """Pieces of another version among the recent ones change nothing for the known."""
    old = Genome(style="mosaic", seed=1, palette=compose(None, 1).palette, genes={}, structure={})
    assert composition_of(old) == ("mosaic", "")
    assert compose(CALM, 5, recent=[old]) == compose(CALM, 5)
