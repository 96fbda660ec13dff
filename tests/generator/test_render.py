"""Rendering as the server sees it: repeatable bytes, honest sizes, clear refusals, in another process too."""

import hashlib
import io
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.domain.errors import BadGenome, UsageError
from kiosk.generator.compose import compose
from kiosk.generator.render import render_job, render_piece, warm_up
from kiosk.generator.styles import STYLES
from tests.generator.music import PARTY

ROOT = Path(__file__).resolve().parents[2]
TORN_BYTES = 40


@pytest.mark.parametrize("style", STYLES)
def test_same_bytes_for_any_number_of_threads(style: str) -> None:
    """One, two and five threads give the same file, and so does a second run."""
    genome = compose(PARTY, 12, style)
    files = [render_piece(genome, 192, 108, format="png", threads=threads) for threads in (1, 2, 5, 1)]
    assert len({piece.data for piece in files}) == 1
    assert files[0].sha256 == hashlib.sha256(files[0].data).hexdigest()


def test_same_bytes_in_a_worker_process() -> None:
    """A worker process returns what this process renders, through pickle."""
    genome = compose(PARTY, 12, "silk")
    here = render_piece(genome, 96, 54, format="jpeg")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(render_job, genome.to_json(), 96, 54, "jpeg").result()
    assert there.data == here.data
    assert (there.width_px, there.height_px, there.media_type) == (96, 54, "image/jpeg")
    assert pickle.loads(pickle.dumps(there)) == there


@pytest.mark.parametrize("size", [(16, 16), (17, 90), (333, 40), (90, 160), (101, 99)])
@pytest.mark.parametrize("style", STYLES)
def test_any_shape_of_picture(style: str, size: tuple[int, int]) -> None:
    """Portrait, square, odd and very wide pictures come out at the size asked for."""
    piece = render_piece(compose(None, 5, style), *size, format="png")
    with Image.open(io.BytesIO(piece.data)) as image:
        assert image.size == size
        assert np.asarray(image).std() > 3


@pytest.mark.parametrize("size", [(0, 10), (15, 400), (-5, 90), (10_000, 10_000)])
def test_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    """Sizes too small or beyond 40 megapixels are a UsageError before any work."""
    with pytest.raises(UsageError, match="pixels"):
        render_piece(compose(None, 1), *size)


def test_bad_requests_are_refused() -> None:
    """Broken JSON, an unknown style, an unknown word and an unknown format each raise the error of their kind."""
    genome = compose(None, 1, "flow")
    with pytest.raises(BadGenome):
        render_job("{", 64, 64, "png")
    with pytest.raises(BadGenome, match="cubism"):
        render_piece(replace(genome, style="cubism"), 64, 64)
    with pytest.raises(BadGenome, match=r"structure\.widths"):
        render_piece(replace(genome, structure={"widths": "obese"}), 64, 64)
    with pytest.raises(UsageError, match="gif"):
        render_piece(genome, 64, 64, format="gif")


def test_genome_of_an_older_program_renders() -> None:
    """Genes and structure words that did not exist when a genome was made take their defaults."""
    for style in STYLES:
        old = replace(compose(None, 1, style), genes={}, structure={})
        assert render_piece(old, 64, 36).data


def test_warm_up_compiles_every_style() -> None:
    """The warm-up goes through every style, one at a step."""
    assert tuple(warm_up()) == STYLES
    from kiosk.generator.styles import flow_draw, silk_field

    kernels: list[Any] = [flow_draw._nearest, flow_draw._shade, silk_field.height_rows]
    assert all(kernel.signatures for kernel in kernels)


@pytest.mark.timeout(400)  # the kernels are compiled, which takes a slow machine minutes
@pytest.mark.parametrize("fault", ["blocked", "torn"])
def test_a_faulty_kernel_cache_costs_time_not_pictures(fault: str, tmp_path: Path) -> None:
    """With a cache folder that cannot be made, or whose files are torn, rendering gives the same bytes as without.

    What was torn and is used is whole afterwards, so that the next start need not compile it.
    """
    expected = render_piece(compose(None, 3, "silk"), 48, 27, format="png").sha256
    own = Path(os.environ["NUMBA_CACHE_DIR"])
    torn: list[Path] = []
    home = tmp_path / "home"
    if fault == "blocked":
        home.write_text("a file where a folder should be")
    else:
        for kernel in own.rglob("*.nb?"):
            torn.append(home / "gallery-kiosk" / "numba" / own.name / kernel.relative_to(own))
            torn[-1].parent.mkdir(parents=True, exist_ok=True)
            torn[-1].write_bytes(kernel.read_bytes()[:TORN_BYTES])
        assert torn
    code = (
        "from kiosk.generator.render import render_piece\nfrom kiosk.generator.compose import compose\n"
        "print(render_piece(compose(None, 3, 'silk'), 48, 27, format='png').sha256)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment["XDG_CACHE_HOME"] = str(home)
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == expected
    assert set(home.rglob("*.nb?")) == set(torn), "there are no others that it could have read"
    mended = {path.suffix for path in torn if path.name.startswith("silk_field.") and path.stat().st_size > TORN_BYTES}
    assert mended == ({".nbi", ".nbc"} if torn else set())
