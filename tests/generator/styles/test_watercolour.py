"""Watercolour: light comes back through the washes as it does from paper, and clashing pigments keep apart."""

from dataclasses import replace

import numpy as np
import pytest

from kiosk.generator.color import linear_to_oklab
from kiosk.generator.compose import compose
from kiosk.generator.genome import Genome
from kiosk.generator.palette import build_palette
from kiosk.generator.styles import watercolour
from kiosk.generator.styles import watercolour_wash as ww
from kiosk.generator.styles.watercolour_box import NIGHT, ROLE_OF, mix_box, night_hue
from kiosk.generator.styles.watercolour_layout import compose_washes
from kiosk.generator.styles.watercolour_paint import CLEAR, Brush
from kiosk.generator.styles.watercolour_recipe import RECIPE
from kiosk.generator.styles.watercolour_view import View
from tests.generator.music import EIGHT, PARTY

SIZE = 120


def with_words(genome: Genome, **words: str) -> Genome:
    """The genome with other structure words."""
    return replace(genome, structure={**genome.structure, **words})


def on_paper(genome: Genome) -> Genome:
    """The genome with a white ground."""
    return replace(genome, palette=replace(genome.palette, ground="paper"))


def brush(genome: Genome) -> Brush:
    """A brush with the palette of a genome."""
    return Brush(genome, mix_box(genome, build_palette(genome.palette)), np.random.default_rng(1))


def laid(washes: np.ndarray, clash: np.ndarray, ground: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """The square picture of some washes on flat, smooth paper, and the pigment of each role in it."""
    out = np.full((SIZE, SIZE, 3), ground, np.float32)
    density = np.zeros((SIZE, SIZE, ww.LAYERS), np.float32)
    field = np.ones((SIZE, SIZE), np.float32)
    tooth = np.zeros((SIZE + 2, SIZE + 2), np.float32)
    ys, xs = (grid.astype(np.float32) for grid in np.mgrid[0:SIZE, 0:SIZE] / SIZE)
    ww.lay(washes, clash, xs, ys, tooth, 1, field, 0, 0.0, 0.0, 1 / SIZE, density, out)  # type: ignore[no-untyped-call]
    return out, density


def test_light_is_absorbed_by_beer_and_lambert() -> None:
    """Under a wash of one pigment the optical depth of each channel is its absorption times the pigment there."""
    hand = brush(on_paper(compose(PARTY, 1, "watercolour")))
    hand.blob(0.5, 0.5, 0.4, 0.3, 0.3, 2, 0.6)
    row = np.array(hand.rows, np.float32)
    row[:, ww.CHARGE] = 0
    out, density = laid(row, np.zeros((ww.ROLES, ww.ROLES), np.float32))
    role = int(row[0, ww.ROLE])
    depth = -np.log(out / 0.9)
    assert density[..., role].max() > 0.3
    assert depth == pytest.approx(density[..., role, None] * row[0, ww.ABSORB : ww.ABSORB + 3], abs=2e-5)
    assert (out[density[..., : ww.ROLES].sum(axis=2) == 0] == np.float32(0.9)).all()  # reserved paper stays white


def test_a_wash_dries_darkest_at_its_rim() -> None:
    """Along the outline of a crisp wash there is more pigment than in its middle."""
    genome = with_words(on_paper(compose(PARTY, 2, "watercolour")), edges="crisp")
    genome = replace(genome, genes={**genome.genes, "rim": 1.0, "backruns": 0.0, "roughness": 0.0})
    hand = brush(genome)
    hand.blob(0.5, 0.5, 0.35, 0.35, 0.0, 2, 0.6, rough=0.0, wet=0.0)
    _, density = laid(np.array(hand.rows, np.float32), np.zeros((ww.ROLES, ww.ROLES), np.float32))
    pigment = density[..., : ww.ROLES].sum(axis=2)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    far = np.hypot(x, y)
    rim = pigment[(far > 0.335) & (far < 0.345)].mean()
    assert rim > 1.15 * pigment[far < 0.25].mean()


def test_clashing_pigments_keep_apart() -> None:
    """Where one pigment lies, a second lays ten times less of itself if their hues clash than if they do not."""
    genome = on_paper(compose(PARTY, 3, "watercolour"))
    hand = brush(genome)
    hand.blob(0.5, 0.5, 0.4, 0.4, 0.0, 1, 0.9)
    hand.blob(0.5, 0.5, 0.4, 0.4, 0.0, 4, 0.9)
    rows = np.array(hand.rows, np.float32)
    first, second = int(rows[0, ww.ROLE]), int(rows[1, ww.ROLE])
    middle = (slice(50, 70), slice(50, 70))
    amounts = []
    for clashing in (0.0, 1.0):
        clash = np.zeros((ww.ROLES, ww.ROLES), np.float32)
        clash[first, second] = clash[second, first] = clashing
        amounts.append(laid(rows, clash)[1][middle][..., second].mean())
    assert amounts[1] < 0.1 * amounts[0]


def test_a_reserved_light_is_paper_and_its_half_tones_are_the_nights() -> None:
    """Clear water takes the night off the paper; where it took a part, the optical depths keep their proportions."""
    hand = brush(compose(PARTY, 4, "watercolour"))
    hand.veil(-np.pi / 2, NIGHT, 0.8, 0.3)
    hand.blob(0.5, 0.5, 0.3, 0.3, 0.0, 3, CLEAR, wet=0.9, reserve=1.0)
    rows = np.array(hand.rows, np.float32)
    rows[:, ww.CHARGE] = 0
    out, density = laid(rows, np.zeros((ww.ROLES, ww.ROLES), np.float32))
    bared = density[..., ww.RESERVED]
    half = (bared > 0.3) & (bared < 0.7)
    assert (bared > 0.999).any()
    assert out[bared > 0.999] == pytest.approx(0.9, abs=0.015)
    assert half.any()
    depth = -np.log(out[half] / 0.9)
    night = rows[0, ww.ABSORB : ww.ABSORB + 3]
    assert depth / depth.sum(axis=1, keepdims=True) == pytest.approx(
        np.broadcast_to(night / night.sum(), depth.shape), abs=0.01
    )


def test_a_fir_is_pointed_and_its_foot_is_lost_in_mist() -> None:
    """The crown of a fir is broader the lower, nothing is above its tip, and hardly any pigment at its foot."""
    hand = brush(on_paper(compose(PARTY, 6, "watercolour")))
    hand.fir(0.5, 0.9, 0.8, 0.2, 0.0, 0, 0.9)
    _, density = laid(np.array(hand.rows, np.float32), np.zeros((ww.ROLES, ww.ROLES), np.float32))
    pigment = density[..., : ww.ROLES].sum(axis=2)
    top, middle = ((pigment[round(SIZE * at) : round(SIZE * (at + 0.15))] > 0.05).mean() for at in (0.12, 0.5))
    assert 0 < top < 0.7 * middle
    assert pigment[: round(0.07 * SIZE)].max() == 0
    assert pigment[round(0.88 * SIZE) :].max() < 0.1 * pigment.max()


def test_no_glow_is_mixed_into_mud() -> None:
    """On a veil it would clash with, a breath of colour is one of the veil's own hue; elsewhere it is as asked."""
    genome = on_paper(compose(PARTY, 3, "watercolour"))
    genome = replace(genome, palette=replace(genome.palette, scheme="complement"))
    box = mix_box(genome, build_palette(genome.palette))
    clashing = next(k for k in (4, 6) if box.clash[ROLE_OF[2], ROLE_OF[k]] > 0.5)
    for veiled, expected in ((2, ROLE_OF[2]), (clashing, ROLE_OF[clashing])):
        hand = Brush(genome, box, np.random.default_rng(1))
        hand.veil(0.0, veiled, 0.4, 0.5)
        View(genome, 16 / 9, False, hand.rng, hand).breath(0.9, 0.5, 0.4, 0.2, clashing, 0.3)
        assert hand.rows[-1][ww.ROLE] == expected


def test_no_night_is_brown_or_olive() -> None:
    """Whatever the hue of the lights and of the accent, the night is violet, wine, blue or viridian."""
    hues = {night_hue(float(hue), float(away)) for hue in range(0, 360, 3) for away in range(0, 360, 30)}
    assert all(170 < hue < 360 for hue in hues)
    assert len(hues) > 50


def test_the_taped_edge_stays_paper() -> None:
    """A margin keeps all paint off the outermost paper at every size, and no margin none."""
    for scale in (270, 1080):
        for margin, edge in ((0.04, 0.0), (-1.0, 1.0)):
            field = np.empty((scale // 4, scale), np.float32)
            ww.field_rows(7, 0.5 / scale, 0.5 / scale, 1 / scale, 1.0, 1.0, margin, field)  # type: ignore[no-untyped-call]
            assert (field[0] == edge).all(), (scale, margin)
            assert field[-1, scale // 2] == 1


def test_no_mud() -> None:
    """On white paper hardly any pixel is olive or a dark, dull brown, whatever the scheme and composition."""
    for seed in range(10):
        genome = on_paper(compose(list(EIGHT.values())[seed % 8], seed, "watercolour"))
        genome = replace(genome, palette=replace(genome.palette, scheme=("complement", "triad")[seed % 2]))
        lab = linear_to_oklab(watercolour.render(genome, 160, 90).astype(np.float64))
        chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.rad2deg(np.arctan2(lab[..., 2], lab[..., 1])) % 360
        olive = (lab[..., 0] < 0.7) & (chroma > 0.03) & (hue > 95) & (hue < 145)
        assert olive.mean() < 0.02, seed


def test_threads_and_bands_do_not_show() -> None:
    """The picture is the same, bit for bit, with one thread and with five."""
    genome = compose(PARTY, 3, "watercolour")
    one, five = (watercolour.render(genome, 200, 150, threads=n) for n in (1, 5))
    assert np.array_equal(one, five)


def test_paper_shows_close_up_only() -> None:
    """Bare paper has a tooth at the pixels of a wall of 4K, and none at a preview's, where it could only be noise."""
    genome = on_paper(compose(None, 4, "watercolour"))
    tooth = []
    for scale in (270.0, 2160.0):
        out = np.empty((64, 64), np.float32)
        octaves, seed = watercolour.tooth_octaves(scale), genome.stream_seed("paper") & 0xFFFF
        ww.tooth_rows(seed, 0.3, 0.3, 1 / scale, octaves, out)  # type: ignore[no-untyped-call]
        tooth.append(float(out.std()))
    assert tooth[0] < 0.01
    assert tooth[1] > 0.2


def test_words_of_the_recipe_are_all_painted() -> None:
    """Every composition of the recipe gives washes of its own, and every one has nouns for its title."""
    genome = compose(None, 5, "watercolour")
    box = mix_box(genome, build_palette(genome.palette))
    sheets = [compose_washes(with_words(genome, composition=word), box, 16 / 9, is_dark=False) for word in RECIPE.nouns]
    assert set(RECIPE.structure["composition"]) == set(RECIPE.nouns)
    assert len({sheet.washes.tobytes() for sheet in sheets}) == len(RECIPE.nouns)
    assert all(6 <= len(sheet.washes) < 600 for sheet in sheets)
    assert all(np.isfinite(sheet.washes).all() for sheet in sheets)
