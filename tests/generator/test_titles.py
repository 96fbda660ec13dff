"""Titles, prompts and explanations: readable, repeatable, true to the music."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.compose import compose
from kiosk.generator.styles import STYLES
from kiosk.generator.titles import explain, prompt_of, summary_of, title_of
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
    for words in (summary_of, explain, prompt_of):
        assert words(genome) == words(usual)
    assert title_of(genome)
