"""Not alike: a piece is drawn small first, and where it comes too near to a recent one, another is tried in its place.

`settle` takes the genome that was composed or bred and returns the one to be drawn in full: that genome when its
preview stands apart from all recent ones, else the first of its `variation`s that does, else the one farthest off. Each
is worked out from the order alone, so the same order gives the same piece. What is compared is kept with every piece
as a short text: its `Signature`, coarser and rounded, of the picture at `PREVIEW_PX`.
"""

import base64
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.generator.breed import mutate
from kiosk.generator.color import Array
from kiosk.generator.distance import HASH_BITS, LAYOUT_PX, TEXTURE_BANDS, Signature, distances, signature
from kiosk.generator.dither import to_srgb8
from kiosk.generator.genome import SEED_LIMIT, Genome
from kiosk.generator.styles import RECIPES, style_named

PREVIEW_PX = (160, 90)  # a picture of another shape covers as many pixels
LEAST_APART = 0.35
TRIES_MAX = 6
SAME_WORDS_TRIES = 2  # these keep the words, and so the kind of picture; later ones may change them
_AB_REACH = 0.4  # OKLab's a and b lie within plus and minus this
_LOG_LOW, _LOG_HIGH = -7.0, 0.0  # of the texture's bands
_COARSER = 2  # tiles of the layout that one kept tile stands for, each way
_TILES = (LAYOUT_PX[1] // _COARSER, LAYOUT_PX[0] // _COARSER)
_LAYOUT_BYTES = _TILES[0] * _TILES[1] * 3
_HASH_BYTES = (HASH_BITS + 7) // 8


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
    others = [known for known in map(_read, recent) if known is not None]
    best: Settled | None = None
    among = hashlib.sha256("\n".join(recent).encode()).hexdigest() if recent else ""
    for number in range(TRIES_MAX):
        tried = variation(genome, number, among)
        shown = _read(text := signature_text(preview(tried, size_px, threads=threads)))
        assert shown is not None
        nearest = min(distances(shown, others).min(), 1.0) if others else 1.0
        if best is None or nearest > best.nearest:
            best = Settled(tried, number + 1, float(nearest), text)
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


def signature_text(picture: NDArray[np.uint8]) -> str:
    """Return the signature of an (h, w, 3) sRGB picture of any size, as the text that is kept with a piece."""
    if picture.shape[0] * picture.shape[1] > 2 * PREVIEW_PX[0] * PREVIEW_PX[1]:
        picture = np.asarray(Image.fromarray(picture).resize(PREVIEW_PX, Image.Resampling.BOX))
    found = signature(picture)
    tiles = found.layout.reshape(_TILES[0], _COARSER, _TILES[1], _COARSER, 3)
    layout = tiles.mean(axis=(1, 3)).reshape(-1, 3)
    layout[:, 1:] = (layout[:, 1:] + _AB_REACH) / (2 * _AB_REACH)
    texture = (found.texture - _LOG_LOW) / (_LOG_HIGH - _LOG_LOW)
    data = np.concatenate([np.packbits(found.hash_bits), _bytes(layout), _bytes(texture)]).tobytes()
    return base64.b85encode(data).decode()


def _read(text: str) -> Signature | None:
    """Return the signature of a text, None where it is none of this version."""
    try:
        data = np.frombuffer(base64.b85decode(text), dtype=np.uint8)
    except ValueError:
        return None
    if data.size != _HASH_BYTES + _LAYOUT_BYTES + TEXTURE_BANDS:
        return None
    bits, rest = data[:_HASH_BYTES], data[_HASH_BYTES:].astype(np.float64) / 255
    layout = rest[:_LAYOUT_BYTES].reshape(-1, 3).copy()
    layout[:, 1:] = layout[:, 1:] * (2 * _AB_REACH) - _AB_REACH
    layout = layout.reshape(*_TILES, 3).repeat(_COARSER, axis=0).repeat(_COARSER, axis=1).reshape(-1, 3)
    return Signature(
        hash_bits=np.unpackbits(bits)[:HASH_BITS].astype(bool),
        layout=layout,
        palette=np.sort(layout, axis=0),
        texture=rest[_LAYOUT_BYTES:] * (_LOG_HIGH - _LOG_LOW) + _LOG_LOW,
    )


def _bytes(values: Array) -> NDArray[np.uint8]:
    return np.round(255 * np.clip(values, 0, 1)).astype(np.uint8).ravel()
