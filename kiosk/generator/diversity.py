"""Not alike: a piece is drawn small first, and where it comes too near to a recent one, another is tried in its place.

`settle` takes the genome that was composed or bred and returns the one to be drawn in full: that genome when its
preview stands apart from all recent ones, else the first of its `variation`s that does, else the one farthest off. Each
is worked out from the order alone, so the same order gives the same piece. What is compared are `signatures`.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.breed import mutate
from kiosk.generator.dither import to_srgb8
from kiosk.generator.genome import SEED_LIMIT, Genome
from kiosk.generator.signatures import LEAST_APART, PREVIEW_PX, nearest_of, readable, signature_text
from kiosk.generator.styles import RECIPES, style_named

TRIES_MAX = 6
SAME_WORDS_TRIES = 2  # these keep the words, and so the kind of picture; later ones may change them


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be drawn: the genome, how many were tried, the distance to the nearest recent piece (1 for none
    within reach), and the text of its signature.
    """

    genome: Genome
    tries: int
    nearest: float
    signature: str


def settle(genome: Genome, size_px: tuple[int, int], recent: Sequence[str], *, threads: int = 0) -> Settled:
    """Return the piece to be drawn at `size_px` (width, height) among the recent ones, texts as `signature_text` gives.

    Texts of another version are passed over. `TRIES_MAX` previews at most; without recent pieces it is one.
    """
    others = readable(recent)
    best: Settled | None = None
    among = hashlib.sha256("\n".join(recent).encode()).hexdigest() if recent else ""
    for number in range(TRIES_MAX):
        tried = variation(genome, number, among)
        text = signature_text(preview(tried, size_px, threads=threads))
        nearest = nearest_of(text, others)
        if best is None or nearest > best.nearest:
            best = Settled(tried, number + 1, nearest, text)
        if nearest >= LEAST_APART:
            break
    assert best is not None
    return replace(best, tries=number + 1)


def variation(genome: Genome, number: int, among: str = "") -> Genome:
    """Return the genome itself for 0, and for each larger number another of its kind, always the same one.

    `among` tells the recent pieces apart, so that who asks for one genome again and again sees ever others.

    It has a seed of its own and numbers moved as a child's are, the first `SAME_WORDS_TRIES` of them the same words;
    for later ones the words are drawn anew, and the numbers moved farther. Style, scheme, ground, music, artist and
    parents stay.
    """
    if number == 0:
        return genome
    stream = random.Random(f"variation/{genome.to_json()}/{number}/{among}")
    varied = replace(genome, seed=stream.randrange(SEED_LIMIT))
    for _ in range(max(1, number - SAME_WORDS_TRIES + 1)):
        varied = mutate(varied, stream)
    if number <= SAME_WORDS_TRIES:
        return varied
    recipe = RECIPES[genome.style]
    drawn = {
        name: stream.choices(list(shares), [sum(share) for share in shares.values()])[0]
        for name, shares in recipe.structure.items()
    }
    return replace(varied, structure=recipe.settle({**genome.structure, **drawn}))


def preview(genome: Genome, size_px: tuple[int, int], *, threads: int = 0) -> NDArray[np.uint8]:
    """Return the piece small, in the shape of `size_px`: (h, w, 3) sRGB bytes of about as many pixels as usual."""
    aspect = size_px[0] / size_px[1]
    height_px = max(round((PREVIEW_PX[0] * PREVIEW_PX[1] / aspect) ** 0.5), 16)
    width_px = max(round(height_px * aspect), 16)
    linear = style_named(genome.style)(genome, width_px, height_px, threads=threads)
    return to_srgb8(linear, genome.stream_seed("dither"), threads=threads)
