"""What a picture is known again by, as a short text that is kept with every piece, whoever made it.

It is the `Signature` of `distance`, coarser and rounded, of the picture at about `PREVIEW_PX`: 63 bits of the hash, a
layout of 16x9 tiles and four texture bands, a byte a value, in base 85. `diversity` compares pieces about to be drawn;
the server signs pictures that come from outside, and compares what was finished at one moment. Loads no kernels.
"""

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.generator.color import Array
from kiosk.generator.distance import HASH_BITS, LAYOUT_PX, TEXTURE_BANDS, Signature, distances, signature
from kiosk.generator.seen import AB_REACH, HASH_BYTES, TILES

PREVIEW_PX = (160, 90)  # a picture of another shape covers as many pixels
LEAST_APART = 0.35
_LOG_LOW, _LOG_HIGH = -7.0, 0.0  # of the texture's bands
_COARSER = LAYOUT_PX[1] // TILES[0]  # tiles of the layout that one kept tile stands for, each way
_LAYOUT_BYTES = TILES[0] * TILES[1] * 3


def signature_text(picture: NDArray[np.uint8]) -> str:
    """Return the signature of an (h, w, 3) sRGB picture of any size, as the text that is kept with a piece."""
    if picture.shape[0] * picture.shape[1] > 2 * PREVIEW_PX[0] * PREVIEW_PX[1]:
        picture = np.asarray(Image.fromarray(picture).resize(PREVIEW_PX, Image.Resampling.BOX))
    found = signature(picture)
    tiles = found.layout.reshape(TILES[0], _COARSER, TILES[1], _COARSER, 3)
    layout = tiles.mean(axis=(1, 3)).reshape(-1, 3)
    layout[:, 1:] = (layout[:, 1:] + AB_REACH) / (2 * AB_REACH)
    texture = (found.texture - _LOG_LOW) / (_LOG_HIGH - _LOG_LOW)
    data = np.concatenate([np.packbits(found.hash_bits), _bytes(layout), _bytes(texture)]).tobytes()
    return base64.b85encode(data).decode()


def readable(texts: Sequence[str]) -> list[Signature]:
    """Return the signatures of those texts that are of this version."""
    return [found for found in map(read_signature, texts) if found is not None]


def nearest_of(text: str, others: Sequence[Signature]) -> float:
    """Return the distance from one signature, as its text, to the nearest of the others: 1 for none within reach."""
    one = read_signature(text)
    return min(float(distances(one, others).min()), 1.0) if one is not None and others else 1.0


def read_signature(text: str) -> Signature | None:
    """Return the signature of a text, None where it is none of this version."""
    try:
        data = np.frombuffer(base64.b85decode(text), dtype=np.uint8)
    except ValueError:
        return None
    if data.size != HASH_BYTES + _LAYOUT_BYTES + TEXTURE_BANDS:
        return None
    bits, rest = data[:HASH_BYTES], data[HASH_BYTES:].astype(np.float64) / 255
    layout = rest[:_LAYOUT_BYTES].reshape(-1, 3).copy()
    layout[:, 1:] = layout[:, 1:] * (2 * AB_REACH) - AB_REACH
    layout = layout.reshape(*TILES, 3).repeat(_COARSER, axis=0).repeat(_COARSER, axis=1).reshape(-1, 3)
    return Signature(
        hash_bits=np.unpackbits(bits)[:HASH_BITS].astype(bool),
        layout=layout,
        palette=np.sort(layout, axis=0),
        texture=rest[_LAYOUT_BYTES:] * (_LOG_HIGH - _LOG_LOW) + _LOG_LOW,
    )


def _bytes(values: Array) -> NDArray[np.uint8]:
    return np.round(255 * np.clip(values, 0, 1)).astype(np.uint8).ravel()
