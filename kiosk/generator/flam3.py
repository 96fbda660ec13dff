"""Flames of other programs: from a `.flam3` text to a genome, and from a genome of the style `flame` to such a text.

A flame that was read keeps its text in the genome (`Genome.flame`), rewritten to what this program knows; `render` of
the style draws that instead of composing one, with the file's own palette. The text itself is `styles.flame_xml`'s.
"""

import hashlib

import numpy as np

from kiosk.domain.errors import BadGenome
from kiosk.generator.color import linear_to_oklab, srgb_to_linear
from kiosk.generator.genome import SEED_LIMIT, Genome, PaletteGenes
from kiosk.generator.styles.flame import flame_of
from kiosk.generator.styles.flame_model import Flame
from kiosk.generator.styles.flame_xml import flame_from_xml
from kiosk.generator.styles.flame_xml_write import flame_to_xml

WIDTH_PX, HEIGHT_PX = 1920, 1080
QUALITY = 60.0  # points for each pixel


def read_flam3(text: str | bytes) -> Genome:
    """Return the genome of the first flame of a `.flam3` file. The same flame gives the same genome.

    Raises `BadGenome` with one line that says what is wrong with the file.
    """
    try:
        known = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise BadGenome("The file is not text in UTF-8.", hint="Use a .flam3 file.") from None
    flame = flame_from_xml(known)
    kept = flame_to_xml(flame, WIDTH_PX, HEIGHT_PX, name="flame", quality=QUALITY)
    seed = int.from_bytes(hashlib.blake2b(kept.encode(), digest_size=8).digest(), "big") % SEED_LIMIT
    return Genome(style="flame", seed=seed, palette=_palette_genes(flame), genes={}, structure={}, flame=kept)


def write_flam3(genome: Genome) -> str:
    """Return the `.flam3` text of a flame, for a picture of 1920x1080, fit for `flam3-render`.

    Raises `BadGenome` for a piece of another style.
    """
    if genome.style != "flame":
        raise BadGenome(f"A piece in the style {genome.style!r} is no flame.", hint="Use --style flame.")
    flame = flame_of(genome, WIDTH_PX / HEIGHT_PX)
    return flame_to_xml(flame, WIDTH_PX, HEIGHT_PX, name=f"seed {genome.seed}", quality=QUALITY)


def _palette_genes(flame: Flame) -> PaletteGenes:
    """Return genes that say in words what a foreign palette looks like: titles and prompts read them."""
    lab = linear_to_oklab(srgb_to_linear(np.array(flame.palette) / 255))
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = float(np.degrees(np.arctan2((lab[:, 2] * chroma).sum(), (lab[:, 1] * chroma).sum()))) % 360
    dark = sum(flame.background) < 3 * 96
    return PaletteGenes(
        hue=round(hue, 2) % 360,
        scheme="analogous",
        ground="dark" if dark else "paper",
        chroma=round(float(np.clip(chroma.mean() / 0.2, 0, 1)), 4),
        contrast=0.5,
        lightness=round(float(np.clip(lab[:, 0].mean(), 0, 1)), 4),
        spread=0.5,
    )
