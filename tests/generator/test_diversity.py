"""Not alike: what comes too near to a recent piece is not drawn, and another of its kind is."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator import diversity
from kiosk.generator.compose import compose
from kiosk.generator.distance import distance, distances, signature
from kiosk.generator.diversity import SAME_WORDS_TRIES, TRIES_MAX, preview, settle, variation
from kiosk.generator.genome import genome_from_json
from kiosk.generator.signatures import LEAST_APART, nearest_of, readable, signature_text
from kiosk.generator.styles import STYLES
from tests.generator.music import CALM, EIGHT, PARTY, SEEDS

SIZE_PX = (96, 54)
QUICK = ("flow", "silk")


@pytest.mark.parametrize("text", ["", "x", "é", '"', "0" * 550, "A" * 10_000])
def test_texts_of_another_kind_are_passed_over(text: str) -> None:
    """What no signature of this version is, as an older program may have left, keeps no piece from being drawn."""
    genome = compose(CALM, 1, "silk")
    settled = settle(genome, SIZE_PX, [text])
    assert (settled.genome, settled.tries, settled.nearest) == (genome, 1, 1.0)


@pytest.mark.parametrize("style", STYLES)
def test_a_repeat_is_replaced(style: str) -> None:
    """Asked for the very piece that was shown, another of its style is drawn, apart from it."""
    genome = compose(PARTY, 7, style)
    shown = settle(genome, SIZE_PX, [])
    again = settle(genome, SIZE_PX, [shown.signature])
    assert shown.genome == genome
    assert again.genome != genome
    assert again.genome.style == style
    assert 1 < again.tries <= TRIES_MAX
    assert again.nearest >= LEAST_APART
    pictures = [preview(settled.genome, (192, 108)) for settled in (shown, again)]
    assert distance(*pictures) > 0.25


@pytest.mark.parametrize("style", QUICK)
def test_a_repeat_is_always_replaced_by_the_same(style: str) -> None:
    """What is drawn in the place of a piece follows from it, and from what was shown, alone."""
    genome = compose(PARTY, 7, style)
    shown = [settle(genome, SIZE_PX, []).signature]
    assert settle(genome, SIZE_PX, shown) == settle(genome, SIZE_PX, shown)


def test_nearer_than_a_third_is_too_near() -> None:
    """What hangs 0.32 away keeps a piece from being drawn, what hangs 0.38 away does not."""
    genome = compose(CALM, 1, "silk")
    shown, other = (preview(one, SIZE_PX).astype(float) for one in (genome, compose(CALM, 2, "silk")))
    text = settle(genome, SIZE_PX, []).signature
    blends = [signature_text((shown + (other - shown) * part / 100).astype(np.uint8)) for part in range(100)]
    apart = [nearest_of(text, readable([blend])) for blend in blends]
    (near, far) = (min(range(100), key=lambda part: abs(apart[part] - wanted)) for wanted in (0.32, 0.38))
    assert apart[near] == pytest.approx(0.32, abs=0.02)
    assert apart[far] == pytest.approx(0.38, abs=0.02)
    assert settle(genome, SIZE_PX, [blends[near]]).genome != genome
    assert settle(genome, SIZE_PX, [blends[far]]).genome == genome


def test_where_nothing_is_apart_the_farthest_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no try is far enough from all, every try is made, and the one farthest off is taken."""
    genome = compose(CALM, 3, "silk")
    monkeypatch.setattr(diversity, "LEAST_APART", 1.1)
    recent = [signature_text(preview(compose(CALM, 4, "silk"), SIZE_PX))]
    settled = settle(genome, SIZE_PX, recent)
    assert settled.tries == TRIES_MAX
    among = hashlib.sha256(recent[0].encode()).hexdigest()
    tried = [signature_text(preview(variation(genome, number, among), SIZE_PX)) for number in range(TRIES_MAX)]
    assert settled.nearest == max(nearest_of(text, readable(recent)) for text in tried)
    assert settled.genome in [variation(genome, number, among) for number in range(TRIES_MAX)]


@given(SEEDS, st.sampled_from(STYLES), st.integers(1, TRIES_MAX), st.sampled_from([None, CALM, PARTY]))
def test_variations_are_of_a_kind(seed: int, style: str, number: int, music: dict[str, object] | None) -> None:
    """Style, music, scheme and ground stay, the seed is another; the first keep the words too; all can be stored."""
    genome = compose(music, seed, style)
    varied = variation(genome, number)
    assert genome_from_json(varied.to_json()) == varied == variation(genome, number)
    assert varied.seed != genome.seed
    assert (varied.style, varied.audio, varied.parents) == (genome.style, genome.audio, genome.parents)
    assert (varied.palette.scheme, varied.palette.ground) == (genome.palette.scheme, genome.palette.ground)
    assert set(varied.structure) == set(genome.structure)
    assert number > SAME_WORDS_TRIES or varied.structure == genome.structure


def test_an_evening_of_one_music_has_no_two_alike() -> None:
    """Two dozen in a row, a third of them the very same wish, a third near to it: no two of the pictures under 0.20."""
    liked = compose(EIGHT["jazz"], 1, "silk")
    texts: list[str] = []
    pictures = []
    for number in range(24):
        fresh = compose(EIGHT["jazz"], number, QUICK[number % 2])
        wanted = fresh if number % 3 == 0 else variation(liked, 1) if number % 3 == 1 else liked
        settled = settle(wanted, SIZE_PX, texts)
        texts.append(settled.signature)
        pictures.append(signature(preview(settled.genome, (256, 144))))
    nearest = [float(distances(one, pictures[:index]).min()) for index, one in enumerate(pictures) if index]
    assert min(nearest) > 0.20
