"""Flames of other programs beside Debian's flam3: which are read, and whether they look as flam3-render draws them.

`flam3-genome` makes genomes at random; all must be read, and some are drawn by both programs. Then every variation by
itself: four squares of dice, each in a colour of its own, seen through a final transform that has nothing but it. A
formula that is wrong bends or mixes them otherwise. Pictures are compared as they come out of both, blurred a little:
noise apart, likeness 1 is the same picture.
"""

import os
import subprocess
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from kiosk.domain.errors import BadGenome
from kiosk.generator.dither import to_srgb8
from kiosk.generator.flam3 import read_flam3
from kiosk.generator.styles.flame import render_flame
from kiosk.generator.styles.flame_catalogue import PARAMETERS, VARIATIONS, Variation
from kiosk.generator.styles.flame_model import Colour, Flame, Matrix, Xform
from kiosk.generator.styles.flame_xml import flame_from_xml
from kiosk.generator.styles.flame_xml_write import flame_to_xml
from tests.bench.bench_flame import LONGEST_S, PEER, drawn_by_peer, install
from tests.bench.harness import Figure, Options

NAME = "flam3"
SIDE_PX = 128
QUALITY = 80.0  # points a pixel
BLUR_PX = 1.5
QUARTERS: tuple[Colour, ...] = ((255, 40, 0), (0, 200, 60), (40, 80, 255), (255, 220, 120))
WHOLE = ("power", "slices", "sides", "petals", "count", "waves", "super_shape_m")  # parameters that count something


def run(options: Options) -> Iterable[Figure]:
    """Yields how many genomes are read, and the least and median likeness of pictures to flam3-render's."""
    install()
    texts = [_genome(seed) for seed in range(1, 21 if options.quick else 201)]
    read = [text for text in texts if _is_read(text)]
    yield Figure(
        name=f"of {len(texts)} genomes of flam3-genome are read", value=len(read), unit="", goal=f"{len(texts)}"
    )
    alike = [_likeness(text, flame_from_xml(text)) for text in read[: 6 if options.quick else 40]]
    yield Figure(
        name=f"median likeness of {len(alike)} of them to {PEER}'s",
        value=float(np.median(alike)),
        unit="",
        goal=">= 0.98",
    )
    single = {name: _likeness_of_variation(name) for name in VARIATIONS[:: 4 if options.quick else 1]}
    least = min(single, key=lambda name: single[name])
    yield Figure(
        name=f"least likeness of the {len(single)} variations ({least})", value=single[least], unit="", goal=">= 0.97"
    )


def flame_with(variation: Variation, coefs: Matrix) -> Flame:
    """A flame of four squares in four colours, behind a final transform of one variation."""
    places = ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))
    squares = tuple(
        Xform(1.0, k / 3, (Variation("square", 0.95),), post=(1.0, 0.0, 0.0, 1.0, x, y), speed=1.0)
        for k, (x, y) in enumerate(places)
    )
    palette = tuple(QUARTERS[min(k // 64, 3)] for k in range(256))
    return Flame(squares, Xform(1.0, 0.0, (variation,), coefs, speed=0.0), (0.0, 0.0), 0.25, 0.0, palette)


def _likeness_of_variation(name: str) -> float:
    rng = np.random.default_rng(VARIATIONS.index(name))
    parameters = tuple(
        float(rng.integers(2, 6)) if known.name.endswith(WHOLE) else round(float(rng.uniform(0.3, 1.4)), 3)
        for known in PARAMETERS.get(name, ())
    )
    turn, size = rng.uniform(0.3, 1.2), rng.uniform(0.7, 1.1)
    c, s = size * float(np.cos(turn)), size * float(np.sin(turn))
    x, y = (float(place) for place in rng.uniform(0.15, 0.5, 2))
    flame = flame_with(Variation(name, 0.9, parameters), (c, s, -s, 0.8 * c, x, y))
    if name == "pre_blur":
        assert flame.final is not None
        seen = Xform(1.0, 0.0, (Variation("linear", 1.0), *flame.final.variations), flame.final.coefs, speed=0.0)
        flame = Flame(flame.xforms, seen, flame.centre, flame.zoom, 0.0, flame.palette)
    return _likeness(flame_to_xml(flame, 100, 100, name=name, quality=1.0), flame)


def _genome(seed: int) -> str:
    made = subprocess.run(
        ["flam3-genome"],
        env={**os.environ, "seed": str(seed), "isaac_seed": f"bench{seed}"},
        check=True,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    return made.stdout


def _is_read(text: str) -> bool:
    try:
        read_flam3(text)
    except BadGenome:
        return False
    return True


def _likeness(text: str, flame: Flame) -> float:
    """Return the correlation of both programs' pictures of a flame over all pixels and colours.

    flam3-genome's files are for 100x100 pixels at a quality of 1; so is what is written here.
    """
    points = round(QUALITY * SIDE_PX * SIDE_PX)
    mine = to_srgb8(render_flame(flame, SIDE_PX, SIDE_PX, seed=1, scale_px=SIDE_PX, points=points), 1)
    theirs = drawn_by_peer(text, ss=str(SIDE_PX / 100), qs=str(QUALITY))
    return _correlation(_blurred(mine), _blurred(theirs))


def _blurred(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(BLUR_PX)), np.float64)


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the correlation of two pictures, 1 where both are of one colour."""
    off = [picture - picture.mean() for picture in (first, second)]
    sizes = [float(np.sqrt((picture**2).sum())) for picture in off]
    if max(sizes) < 1.0:
        return 1.0
    return float((off[0] * off[1]).sum() / max(sizes[0] * sizes[1], 1e-9))
