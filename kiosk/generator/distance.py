"""How alike two pieces are, as one number: shape, layout of colour, palette and texture. Pure.

`distance` weighs four parts, each 0 for equal and about 1 for unrelated pieces: 0.35 perceptual hash (64 low
frequencies of a cosine transform against their median; Zauner, 2010), 0.30 colour layout in OKLab, 0.20 palette
(the layout's values sorted, so place does not count), 0.15 texture (energy of four detail bands).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.generator.color import Array, linear_to_oklab, srgb_to_linear

_HASH_SIDE, _HASH_KEEP = 32, 8
HASH_BITS = _HASH_KEEP * _HASH_KEEP - 1  # all but the mean
LAYOUT_PX = (32, 18)
_TEXTURE = (256, 144)
TEXTURE_BANDS = 4
_HASH_SCALE, _LAYOUT_SCALE, _PALETTE_SCALE, _TEXTURE_SCALE = 0.5, 0.25, 0.15, 0.8
_K = np.arange(_HASH_SIDE)
_COSINES = np.cos(np.pi * (2 * _K[None, :] + 1) * _K[:_HASH_KEEP, None] / (2 * _HASH_SIDE))


@dataclass(frozen=True, slots=True)
class Signature:
    """What `distance` compares: small enough to keep for every piece of the last days."""

    hash_bits: NDArray[np.bool_]
    layout: Array
    palette: Array
    texture: Array


def distance(a: object, b: object) -> float:
    """Return how different two pictures are: 0 for equal, about 1 for unrelated, never more than 1.

    `a` and `b` are (h, w, 3) uint8 sRGB arrays, of any and different sizes from 1x1. Symmetric.
    Raises TypeError for anything but an array of uint8, ValueError for another shape.
    """
    return signature_distance(signature(a), signature(b))


def signature(picture: object) -> Signature:
    """Return the signature of one (h, w, 3) uint8 sRGB array. Errors as `distance`."""
    image = Image.fromarray(_checked(picture))
    grey = image.convert("L")
    small = np.asarray(grey.resize((_HASH_SIDE, _HASH_SIDE), Image.Resampling.LANCZOS), dtype=np.float64)
    waves = (_COSINES @ small @ _COSINES.T).ravel()[1:]
    tiles = np.asarray(image.resize(LAYOUT_PX, Image.Resampling.BOX), dtype=np.float64) / 255
    layout = linear_to_oklab(srgb_to_linear(tiles)).reshape(-1, 3)
    return Signature(
        hash_bits=waves > np.median(waves),
        layout=layout,
        palette=np.sort(layout, axis=0),
        texture=_texture(grey),
    )


def signature_distance(a: Signature, b: Signature) -> float:
    """Return `distance` from two signatures."""
    return float(distances(a, [b])[0])


def distances(one: Signature, others: Sequence[Signature]) -> Array:
    """Return `distance` from one signature to each of at least one other, (n,)."""
    bits, layouts, palettes, textures = (
        np.array([getattr(other, part) for other in others]) for part in ("hash_bits", "layout", "palette", "texture")
    )
    shape = (bits != one.hash_bits).mean(axis=1) / _HASH_SCALE
    layout = np.sqrt(((layouts - one.layout) ** 2).sum(axis=2).mean(axis=1)) / _LAYOUT_SCALE
    palette = np.sqrt(((palettes - one.palette) ** 2).sum(axis=2).mean(axis=1)) / _PALETTE_SCALE
    texture = np.abs(textures - one.texture).mean(axis=1) / _TEXTURE_SCALE
    shares = ((0.35, shape), (0.30, layout), (0.20, palette), (0.15, texture))
    return np.asarray(sum(share * np.minimum(part, 1) for share, part in shares))


def _texture(grey: Image.Image) -> Array:
    level = np.asarray(grey.resize(_TEXTURE, Image.Resampling.LANCZOS), dtype=np.float32) / 255
    bands = []
    for _ in range(TEXTURE_BANDS):
        height, width = level.shape
        half = Image.fromarray(level).resize((width // 2, height // 2), Image.Resampling.BOX)
        back = np.asarray(half.resize((width, height), Image.Resampling.BILINEAR))
        bands.append(np.log(1e-3 + float(np.abs(level - back).mean())))
        level = np.asarray(half)
    return np.array(bands)


def _checked(picture: object) -> NDArray[np.uint8]:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        found = f"an array of {picture.dtype}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise TypeError(f"A picture must be a NumPy array of uint8, not {found}.")
    if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise ValueError(f"A picture must have the shape (height, width, 3), not {picture.shape}.")
    return np.ascontiguousarray(picture)
