"""`python -m tests.look.sheets STYLE OUT.jpg`: a contact sheet of 48 pieces of a style.

Rows are the eight kinds of music of `tests.generator.music`, columns are seeds.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from kiosk.generator.compose import compose
from kiosk.generator.dither import to_srgb8
from kiosk.generator.styles import STYLES, style_named
from tests.generator.music import EIGHT

GAP_PX = 4


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(prog="python -m tests.look.sheets", description="Draw a contact sheet.")
    parser.add_argument("style", choices=STYLES)
    parser.add_argument("out", type=Path, help="its ending says the format: .png or .jpg")
    parser.add_argument("--size", default="320x180", help="of a piece, in pixels (default 320x180)")
    parser.add_argument("--seeds", default="0:6", help="the first and the end, exclusive (default 0:6)")
    parser.add_argument("--music", nargs="*", default=list(EIGHT), choices=list(EIGHT), help="rows (default all)")
    parser.add_argument("--quality", type=int, default=85, help="of a JPEG (default 85)")
    options = parser.parse_args()
    width_px, height_px = map(int, options.size.split("x"))
    first, end = map(int, options.seeds.split(":"))
    rows = [
        np.hstack([framed(draw(options.style, music, seed, width_px, height_px)) for seed in range(first, end)])
        for music in options.music
    ]
    Image.fromarray(np.vstack(rows)).save(options.out, quality=options.quality)


def draw(style: str, music: str, seed: int, width_px: int, height_px: int) -> np.ndarray:
    """Return one piece, (h, w, 3) sRGB bytes."""
    genome = compose(EIGHT[music], seed, style)
    linear = style_named(style)(genome, width_px, height_px)
    return to_srgb8(linear, genome.stream_seed("dither"))


def framed(picture: np.ndarray) -> np.ndarray:
    """Return the picture with a dark gap to its right and below."""
    return np.pad(picture, ((0, GAP_PX), (0, GAP_PX), (0, 0)), constant_values=24)


if __name__ == "__main__":
    main()
