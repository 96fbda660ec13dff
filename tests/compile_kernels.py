"""`python -m tests.compile_kernels`: compile the styles into the cache, each once, before many processes want it."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from kiosk.generator.compose import compose
from kiosk.generator.render import render_job
from kiosk.generator.styles import STYLES


def main() -> None:
    """Compile what is not compiled yet, on all cores."""
    from kiosk.generator import jit  # sets the cache's place

    del jit
    done = Path(os.environ["NUMBA_CACHE_DIR"]) / "compiled"
    if done.exists():
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for _ in pool.map(compile_style, STYLES):
            pass
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()


def compile_style(style: str) -> None:
    """Draw a small piece."""
    render_job(compose(None, 1, style).to_json(), 48, 27)


if __name__ == "__main__":
    main()
