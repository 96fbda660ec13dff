"""`python -m tests.compile_kernels`: compile the styles into the cache, each once, before many processes want it."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from kiosk.generator.compose import compose
from kiosk.generator.flam3 import read_flam3
from kiosk.generator.render import render_job
from kiosk.generator.styles import STYLES

WIDE = "wide flame"
FLAME = b"""<flame size="64 36" scale="8"><xform weight="1" color="0" auger="1" coefs="0.5 0 0 0.5 0 0"/>
<xform weight="1" color="1" linear="1" coefs="0.5 0 0 0.5 1 1"/>
<color index="0" rgb="255 200 100"/><color index="255" rgb="20 40 90"/></flame>"""


def main() -> None:
    """Compile what is not compiled yet, on all cores."""
    from kiosk.generator import jit  # sets the cache's place

    del jit
    done = Path(os.environ["NUMBA_CACHE_DIR"]) / "compiled"
    if done.exists():
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for _ in pool.map(compile_style, [*STYLES, WIDE]):
            pass
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()


def compile_style(style: str) -> None:
    """Draw a small piece, or a flame of another program's variations."""
    genome = read_flam3(FLAME) if style == WIDE else compose(None, 1, style)
    render_job(genome.to_json(), 48, 27)


if __name__ == "__main__":
    main()
