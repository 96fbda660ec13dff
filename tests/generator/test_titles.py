"""Titles, prompts and explanations: readable, repeatable, true to the music."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.compose import compose
from kiosk.generator.titles import explain, prompt_of, title_of
from tests.generator.music import CALM, PARTY, SEEDS, analyses


@given(st.none() | analyses(), SEEDS)
def test_words_for_any_piece(analysis: dict[str, object] | None, seed: int) -> None:
    """Every piece has a short title, a one-line prompt and an explanation, none with a hole in it."""
    genome = compose(analysis, seed)
    title, prompt, why = title_of(genome), prompt_of(genome), explain(genome)
    assert 3 < len(title) <= 60
    assert title[0].isupper()
    for text in (title, prompt, why):
        assert "\n" not in text
        assert "None" not in text
        assert "  " not in text


def test_taken_titles_are_passed_over() -> None:
    """A hundred equal genomes get a hundred different titles when told which are taken."""
    genome = compose(None, 4, "silk")
    taken: list[str] = []
    for _ in range(300):
        taken.append(title_of(genome, taken))
    assert len(set(taken)) == 300


def test_titles_seldom_repeat_by_themselves() -> None:
    """Of eighty pieces to one kind of music, at most a tenth share a title even without being told."""
    titles = {title_of(compose(CALM, seed)) for seed in range(80)}
    assert len(titles) >= 72


def test_music_is_named_only_when_heard() -> None:
    """The explanation names key and tempo of the music, and says so when there was none."""
    assert "E major" in explain(compose(PARTY, 1))
    assert "152 beats" in explain(compose(PARTY, 1))
    silent = compose(None, 1)
    assert "No music" in explain(silent)
    assert not any("Minor" in title_of(replace(silent, seed=seed)) for seed in range(40))
