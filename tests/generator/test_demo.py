"""The bundled demo pieces: whole, different from one another, small, and really ours."""

import hashlib
import io
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kiosk.generator.demo import demo_genomes, main
from kiosk.generator.distance import signature, signature_distance
from kiosk.generator.genome import genome_from_dict
from kiosk.generator.render import render_piece
from kiosk.generator.styles import STYLES

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"
RECORDS: list[dict[str, Any]] = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))


def pixels(record: dict[str, Any]) -> np.ndarray:
    """The pixels of a bundled piece."""
    with Image.open(FOLDER / record["file"]) as image:
        return np.asarray(image.convert("RGB"))


def test_files_match_their_records() -> None:
    """Eight pieces; hash, size and type of each file are as written, and no file lies there unlisted."""
    assert len(RECORDS) == 8
    for record in RECORDS:
        data = (FOLDER / record["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == record["sha256"]
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (record["width"], record["height"])
            assert image.get_format_mimetype() == record["mediaType"]
    assert {path.name for path in FOLDER.iterdir()} == {"demo.json", *(record["file"] for record in RECORDS)}


def test_records_can_be_shown() -> None:
    """Every piece has its own title, an artist, a prompt, and both styles are there."""
    assert len({record["title"] for record in RECORDS}) == len(RECORDS)
    assert all(record["artist"] == "Gallery Kiosk" and record["prompt"] for record in RECORDS)
    assert {record["style"] for record in RECORDS} == set(STYLES)


def test_together_under_five_megabytes() -> None:
    """The whole folder is smaller than 5 MB."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 5_000_000


def test_no_two_alike() -> None:
    """Any two pieces are more than 0.5 apart."""
    signatures = [signature(pixels(record)) for record in RECORDS]
    assert min(signature_distance(a, b) for a, b in combinations(signatures, 2)) > 0.5


@pytest.mark.parametrize("number", range(8))
def test_pieces_come_from_their_genomes(number: int) -> None:
    """Rendering a record's genome small gives the bundled picture, so the files are this generator's own."""
    record = RECORDS[number]
    genome = genome_from_dict(record["provenance"]["genome"])
    assert genome == demo_genomes()[number]
    with Image.open(io.BytesIO(render_piece(genome, 480, 270, format="png").data)) as image:
        assert signature_distance(signature(np.asarray(image)), signature(pixels(record))) < 0.1


def test_usage_and_faults_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder it says how it is called; a folder that cannot be made is one line and exit code 1."""
    assert main([]) == 2
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main([str(blocked)]) == 1
    assert "could not be made" in capsys.readouterr().err
