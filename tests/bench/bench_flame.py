"""Fractal flames beside Debian's flam3-render: the same flames, size, points a pixel, and threads.

Both draw what our genomes say: a `.flam3` text is written for flam3-render, read by it, and its picture compared with
ours, so that a fast wrong picture would show. flam3-render's time has in it the start of the program and a PNG.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.generator.compose import compose
from kiosk.generator.distance import distance
from kiosk.generator.dither import to_srgb8
from kiosk.generator.encode import encode
from kiosk.generator.genome import Genome
from kiosk.generator.styles.flame import flame_of, render_flame
from kiosk.generator.styles.flame_xml_write import flame_to_xml
from tests.bench.harness import Figure, Options

NAME = "flame"
PEER = "flam3-render"
PACKAGE = "flam3-utils"
THREADS = 2
LONGEST_S = 240.0


def run(options: Options) -> Iterable[Figure]:
    """Yields, for each size, the median seconds of both, and how far apart their pictures are."""
    install()
    sizes = {(480, 270): 60.0} if options.quick else {(480, 270): 60.0, (1920, 1080): 30.0}
    genomes = [compose(None, seed, "flame") for seed in range(2 if options.quick else 4)]
    _ours(genomes[0], 64, 36, 1.0)
    for (width_px, height_px), quality in sizes.items():
        mine_s, theirs_s, apart = [], [], []
        for genome in genomes:
            began_s = time.perf_counter()
            picture = _ours(genome, width_px, height_px, quality)
            mine_s.append(time.perf_counter() - began_s)
            began_s = time.perf_counter()
            rival = _theirs(genome, width_px, height_px, quality)
            theirs_s.append(time.perf_counter() - began_s)
            apart.append(distance(picture, rival))
        what = f"{width_px}x{height_px}, {quality:g} points a pixel, {THREADS} threads"
        yield Figure(
            name=f"a flame at {what}",
            value=median(mine_s),
            unit="s",
            rival=PEER,
            rival_value=median(theirs_s),
            goal="<= its time",
        )
        yield Figure(name=f"greatest distance of the two pictures at {what}", value=max(apart), unit="", goal="< 0.1")


def install() -> None:
    """Installs Debian's flam3 where it is missing; raises CalledProcessError where that is not allowed."""
    if shutil.which(PEER) is None:
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", PACKAGE], check=True, stdout=subprocess.DEVNULL
        )


def _ours(genome: Genome, width_px: int, height_px: int, quality: float) -> NDArray[np.uint8]:
    flame = flame_of(genome, width_px / height_px)
    points = round(quality * width_px * height_px)
    linear = render_flame(
        flame, width_px, height_px, seed=1, scale_px=height_px, points=points, threads=THREADS
    )  # fmt: skip
    picture = to_srgb8(linear, genome.stream_seed("dither"), threads=THREADS)
    encode(picture, "png")
    return picture


def _theirs(genome: Genome, width_px: int, height_px: int, quality: float) -> NDArray[np.uint8]:
    flame = flame_of(genome, width_px / height_px)
    return drawn_by_peer(flame_to_xml(flame, width_px, height_px, name="bench", quality=quality), nthreads=str(THREADS))


def drawn_by_peer(text: str, **settings: str) -> NDArray[np.uint8]:
    """Return the picture `flam3-render` makes of a flame's XML, (h, w, 3); `settings` as in its manual."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "flame.png"
        settings |= {"out": str(out), "format": "png", "seed": "1"}
        subprocess.run(
            [PEER],
            input=text.encode(),
            env={**os.environ, **settings},
            check=True,
            capture_output=True,
            timeout=LONGEST_S,
        )
        with Image.open(out) as image:
            return np.asarray(image.convert("RGB"))
