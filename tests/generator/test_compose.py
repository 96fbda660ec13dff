"""Composing: total over any analysis, repeatable, and moved by the music."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import UsageError
from kiosk.generator.compose import compose
from kiosk.generator.features import KEYS
from kiosk.generator.genome import genome_from_json
from kiosk.generator.styles import STYLES
from tests.generator.music import CALM, PARTY, SEEDS, analyses


@given(st.none() | analyses(), SEEDS, st.none() | st.sampled_from(STYLES), st.lists(st.text(max_size=5)))
def test_any_analysis_gives_a_valid_genome(
    analysis: dict[str, object] | None, seed: int, style: str | None, wishes: list[str]
) -> None:
    """Whatever is asked, the genome is valid, in its style, and the same when asked again."""
    genome = compose(analysis, seed, style, styles=wishes, artists=wishes)
    assert genome_from_json(genome.to_json()) == genome
    assert genome.style == style or (style is None and genome.style in STYLES)
    assert compose(analysis, seed, style, styles=wishes, artists=[]) == genome


@pytest.mark.parametrize("wished", STYLES)
def test_style_preferences_are_followed(wished: str) -> None:
    """Without a style of its own a piece takes one of the preferred styles; unknown names are passed over."""
    assert {compose(CALM, seed, styles=["oil on canvas", wished]).style for seed in range(20)} == {wished}


def test_all_styles_come_up_without_preferences() -> None:
    """Without preferences every style is chosen sooner or later."""
    assert {compose(None, seed).style for seed in range(60)} == set(STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_other_music_changes_geometry_and_structure(style: str) -> None:
    """For one seed, other music starts other random streams and draws other genes."""
    calm, party = compose(CALM, 3, style), compose(PARTY, 3, style)
    assert calm.stream_seed("field") != party.stream_seed("field")
    assert calm.genes != party.genes


def test_energy_raises_chroma_and_tempo_shortens_strokes() -> None:
    """On average, louder music has stronger colour and faster music shorter strokes."""
    calm = [compose(CALM, seed, "flow") for seed in range(40)]
    party = [compose(PARTY, seed, "flow") for seed in range(40)]
    assert sum(g.palette.chroma for g in party) > sum(g.palette.chroma for g in calm) + 15
    assert sum(g.gene("length") for g in calm) > sum(g.gene("length") for g in party) + 15


def test_every_key_has_a_hue_of_its_own() -> None:
    """Averaged over seeds, the twelve keys anchor twelve different hues."""
    hues = {round(compose({**PARTY, "key": key}, 1, "silk").palette.hue / 4) for key in KEYS}
    assert len(hues) >= 9


def test_dynamic_mode_off_leaves_the_music_out() -> None:
    """Without dynamic mode two kinds of music give the same piece, and its fingerprint is empty."""
    quiet = compose(CALM, 5, dynamic_mode=False)
    assert quiet == compose(PARTY, 5, dynamic_mode=False)
    assert set(quiet.audio.values()) == {None}


@pytest.mark.parametrize("seed", [-1, 2**53])
def test_seed_out_of_range_is_a_usage_error(seed: int) -> None:
    """A seed JSON could not carry exactly is refused with the range."""
    with pytest.raises(UsageError, match="seed"):
        compose(None, seed)


def test_unknown_style_is_a_usage_error() -> None:
    """An unknown style is refused, and the known ones are named."""
    with pytest.raises(UsageError, match="flow, silk"):
        compose(None, 1, "cubism")
