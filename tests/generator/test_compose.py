"""Composing: total over any analysis, repeatable, and moved by the music."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import UsageError
from kiosk.generator.artists import manner_named
from kiosk.generator.artists_movements import MOVEMENTS
from kiosk.generator.artists_painters import PAINTERS
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
    assert compose(analysis, seed, style, styles=wishes, artists=wishes) == genome
    assert genome.artist == "" or genome.asked


@pytest.mark.parametrize("wished", STYLES)
def test_style_preferences_are_followed(wished: str) -> None:
    """Without a style of its own a piece takes one of the preferred styles; unknown names are passed over."""
    assert {compose(CALM, seed, styles=["oil on canvas", wished]).style for seed in range(20)} == {wished}


def test_all_styles_come_up_without_preferences() -> None:
    """Without preferences every style is chosen sooner or later."""
    assert {compose(None, seed).style for seed in range(120)} == set(STYLES)


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


def test_the_music_chooses_the_style() -> None:
    """In dynamic mode a lullaby calls for watercolour and a party for flow or flame, and no style is shut out."""
    calm, party = (Counter(compose(music, seed).style for seed in range(400)) for music in (CALM, PARTY))
    assert set(calm) == set(party) == set(STYLES)
    assert calm["watercolour"] > 4 * party["watercolour"]
    assert party["flow"] + party["flame"] > 4 * (calm["flow"] + calm["flame"])


def test_without_dynamic_mode_the_seed_alone_chooses_the_style() -> None:
    """Whatever plays, a seed has one style, and seeds go round the wished ones evenly; the look is the music's."""
    wished = STYLES[:3]
    pairs = [
        [compose(music, seed, styles=wished, dynamic_mode=False) for music in (CALM, PARTY)] for seed in range(300)
    ]
    assert all(calm.style == party.style for calm, party in pairs)
    assert all(calm.genes != party.genes for calm, party in pairs)
    assert all(80 < count < 120 for count in Counter(calm.style for calm, _ in pairs).values())


@given(SEEDS, st.sampled_from([None, CALM, PARTY]), st.sampled_from(STYLES))
def test_a_style_by_name_is_the_same_piece_as_by_choice(seed: int, music: dict[str, object] | None, style: str) -> None:
    """How a piece came by its style changes nothing else."""
    assert compose(music, seed, styles=[style]) == compose(music, seed, style)


@pytest.mark.parametrize("name", [manner.name for manner in (*PAINTERS, *MOVEMENTS)])
def test_an_artist_is_honoured(name: str) -> None:
    """Hues, grounds and numbers are the artist's in any music; the styles that suit them come most often."""
    manner = manner_named(name)
    assert manner is not None
    pieces = [compose(music, seed, artists=[name]) for seed in range(30) for music in (None, CALM, PARTY)]
    for piece in pieces:
        assert piece.artist == name
        assert piece.palette.ground in manner.grounds
        gaps = {
            scheme: min(abs((piece.palette.hue - hue + 180) % 360 - 180) for hue, of in manner.chords if of == scheme)
            for _, scheme in manner.chords
        }
        assert gaps[piece.palette.scheme] < 25
        low, high = manner.chroma
        assert low - 0.3 < piece.palette.chroma < high + 0.3
    without = [compose(music, seed) for seed in range(30) for music in (None, CALM, PARTY)]
    theirs = {style for style, share in manner.styles.items() if share > 1}
    with_them, alone = (sum(piece.style in theirs for piece in some) for some in (pieces, without))
    assert with_them > alone


def test_the_key_chooses_among_the_hues_of_an_artist() -> None:
    """In C, which is red, Matisse's pieces are red more often than in F sharp, which is blue."""
    reds = [
        sum(
            abs((compose({"key": key}, seed, artists=["Matisse"]).palette.hue + 90) % 360 - 90) < 60
            for seed in range(200)
        )
        for key in ("C", "F#")
    ]
    assert reds[0] > reds[1] + 20


def test_who_is_not_known_changes_nothing_but_is_remembered() -> None:
    """A name nobody here knows leaves the piece as it is; the genome tells that it was asked for."""
    asked = compose(CALM, 5, artists=["Banksy", " Banksy\n", ""])
    assert asked.asked == ("Banksy",)
    assert replace(asked, asked=()) == compose(CALM, 5)
    assert compose(CALM, 5, artists=["Banksy", "monet"]).artist == "Claude Monet"


@pytest.mark.parametrize("seed", [-1, 2**53])
def test_seed_out_of_range_is_a_usage_error(seed: int) -> None:
    """A seed JSON could not carry exactly is refused with the range."""
    with pytest.raises(UsageError, match="seed"):
        compose(None, seed)


def test_unknown_style_is_a_usage_error() -> None:
    """An unknown style is refused, and the known ones are named."""
    with pytest.raises(UsageError, match="flow, silk"):
        compose(None, 1, "cubism")
