"""Titles, prompts and explanations: readable, repeatable, true to the music."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator import words
from kiosk.generator.compose import compose
from kiosk.generator.signatures import signature_text
from kiosk.generator.styles import STYLES
from kiosk.generator.titles import colour_words, explain, prompt_of, summary_of, title_of
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
    assert "No music was heard: a calm piece, left to chance, in " in explain(silent)
    assert not any("Minor" in title_of(replace(silent, seed=seed)) for seed in range(40))


@given(st.none() | analyses(), st.integers(10_000, 2**53 - 1), st.sampled_from(((), ("a",), ("a", "b"))))
def test_visitors_are_told_no_seed(analysis: dict[str, object] | None, seed: int, parents: tuple[str, ...]) -> None:
    """A seed says nothing to people in a gallery, whether a piece has parents, was heard, or neither."""
    told = explain(replace(compose(analysis, seed), parents=parents))
    assert str(seed) not in told
    assert "seed" not in told


def test_a_child_tells_whom_it_is_from_and_what_the_music_added() -> None:
    """What came from the parents, and whether the rest is the music's, in words; it is a new drawing either way."""
    heard, silent = compose(PARTY, 1), compose(None, 1)
    assert (
        "It descends from a piece that was liked: some of its forms or colours come from there, a little changed,"
        " the others from the music and from chance. It is a new drawing, in "
    ) in explain(replace(heard, parents=("a",)))
    told = explain(replace(silent, parents=("a", "b")))
    assert "It descends from two pieces that were liked: " in told
    assert "the others from chance, for no music was heard. " in told


def test_the_summary_names_music_and_look() -> None:
    """One line, as on a card: key, tempo and loudness, then the palette and the forms."""
    music = {"key": "E", "mode": "minor", "tempoBpm": 68.0, "loudnessDbfs": -30.0, "onsetsPerS": 0.5}
    cool = next(piece for seed in range(50) if (piece := compose(music, seed, "flow")).palette.scheme == "analogous")
    assert summary_of(cool) == "E minor, 68 bpm, quiet: cool analogous palette, few long strokes"
    assert explain(cool).startswith(f"{summary_of(cool)}. ")


@given(st.none() | analyses(), SEEDS, st.sampled_from(STYLES))
def test_what_was_not_heard_is_not_said(analysis: dict[str, object] | None, seed: int, style: str) -> None:
    """The summary tells a key, a tempo and a loudness exactly where the genome has them."""
    genome = compose(analysis, seed, style)
    heard = summary_of(genome).partition(":")[0]
    assert ("bpm" in heard) == (genome.audio["tempo"] is not None)
    assert any(word in heard for word in ("quiet", "measured", "loud")) == (genome.audio["energy"] is not None)
    assert (heard == "no music") == all(genome.audio[name] is None for name in ("key", "tempo", "energy"))


def test_the_forms_are_those_of_the_picture() -> None:
    """Of a hundred pieces whose strokes are called long or short nearly all have them; children make no such claim."""
    pieces = [
        compose({"tempoBpm": bpm, "onsetsPerS": 3.0}, seed, "flow") for seed in range(50) for bpm in (70.0, 160.0)
    ]
    said_long = [" long " in summary_of(piece) for piece in pieces]
    assert said_long.count(True) == 50
    assert sum(said == (piece.gene("length") > 0.5) for said, piece in zip(said_long, pieces, strict=True)) > 92
    child = summary_of(replace(pieces[0], parents=("a",)))
    assert "long" not in child
    assert "flow ribbons" in child


def test_an_hour_of_one_key_has_words_enough() -> None:
    """Of 64 titles in one key no colour's name is in more than a fifth, the key's in a quarter at most."""
    titles: list[str] = []
    for seed in range(64):
        titles.append(title_of(compose(CALM, seed), titles))
    names = {name for _, *names in words.HUE_NAMES for of in names for name in of}
    named = Counter(name for name in names for title in titles if name in title)
    assert max(named.values()) <= 13
    assert sum("A Minor" in title for title in titles) <= 16
    assert len(set(titles)) == 64


def test_colours_are_those_of_the_picture() -> None:
    """Whatever the palette leads one to expect, title and words name what the signature shows: a blue sea is blue."""
    moon = replace(compose(CALM, 1, "watercolour"), parents=("a",))
    moon = replace(moon, palette=replace(moon.palette, hue=70.0, scheme="split", ground="deep"))
    sea = np.full((90, 160, 3), (30, 60, 160), np.uint8)
    sea[30:45, 60:75] = (240, 190, 60)
    signature = signature_text(sea)
    blues = {name for limit, *names in words.HUE_NAMES if 214 < limit <= 282 for of in names for name in of}
    assert colour_words(moon, signature)[0] in blues
    assert "cool split complementary palette" in summary_of(moon, signature)
    assert colour_words(moon, signature)[0].lower() in explain(moon, signature)
    warm = {name for limit, *names in words.HUE_NAMES if not 165 < limit <= 304 for of in names for name in of}
    titles = [title_of(replace(moon, seed=seed), signature=signature) for seed in range(60)]
    assert not any(name in title for name in warm for title in titles)
    assert sum(name in title for name in blues for title in titles) > 12


def test_the_explanation_says_where_the_key_leads() -> None:
    """A piece whose hue is not the key's own says which relation it is led by."""
    told = {explain(compose({"key": "A", "mode": "minor", "tempoBpm": 90.0}, seed)) for seed in range(80)}
    for relation in ("sets the first hue", "of its dominant", "of its relative", "of its far side"):
        assert any("The key of A minor" in text and relation in text for text in told)


def test_artists_are_named() -> None:
    """Prompt and explanation name whose manner it is; a name that is not known here is owned up to."""
    piece = compose(CALM, 3, artists=["hokusay", "Banksy"])
    assert "in the manner of Katsushika Hokusai" in prompt_of(piece)
    assert "The colours are those of Katsushika Hokusai (1760-1849); one thinks of claws of water" in explain(piece)
    assert explain(piece).endswith("Asked for, but not known here: Banksy.")
    assert "Banksy" not in prompt_of(piece)


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53), st.sampled_from(STYLES))
def test_levels_made_by_hand_are_held_to_their_scale(level: int, tempo: int, style: str) -> None:
    """A genome whose levels lie beyond 0-7 reads as one at the end of the scale, whatever its tempo says."""
    heard = {"energy": level, "brightness": level, "onsets": level, "tempo": tempo}
    held = {name: min(max(level, 0), 7) for name in ("energy", "brightness", "onsets")}
    genome = replace(compose(None, 1, style), audio=heard)
    usual = replace(genome, audio={**held, "tempo": tempo})
    for told in (summary_of, explain, prompt_of):
        assert told(genome) == told(usual)
    assert title_of(genome)
