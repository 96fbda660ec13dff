"""The generator, warm: seconds a piece of each style at three sizes, encoding included, beside encoding alone."""

import time
from collections.abc import Iterable
from io import BytesIO
from statistics import median

import numpy as np
from PIL import Image

from kiosk.generator.compose import compose
from kiosk.generator.encode import encode
from kiosk.generator.render import render_piece, warm_up
from kiosk.generator.styles import STYLES
from tests.bench.harness import Figure, Options

NAME = "generator"
SIZES_PX = {(480, 270): "<= 0.5", (1920, 1080): "<= 3", (3840, 2160): "<= 10"}


def run(options: Options) -> Iterable[Figure]:
    """Yields the median seconds over genomes of different seeds."""
    warm_up()
    seeds = range(3 if options.quick else 7)
    for style in STYLES:
        for (width_px, height_px), goal in SIZES_PX.items():
            drawn_s, encoded_s = [], []
            for seed in seeds:
                piece = render_piece(compose(None, seed, style), width_px, height_px)
                drawn_s.append(piece.seconds)
                with Image.open(BytesIO(piece.data)) as image:
                    pixels = np.asarray(image.convert("RGB"))
                begun_s = time.perf_counter()
                encode(pixels, "jpeg")
                encoded_s.append(time.perf_counter() - begun_s)
            yield Figure(
                name=f"{style} at {width_px}x{height_px}",
                value=median(drawn_s),
                unit="s",
                rival="encoding it alone",
                rival_value=median(encoded_s),
                goal=goal,
            )
