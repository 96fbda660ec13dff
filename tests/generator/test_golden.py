"""The golden pictures: what a genome looked like it looks like still, under one engine version."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.generator.genome import Genome
from kiosk.generator.render import ENGINE_VERSION
from kiosk.generator.styles import STYLES
from tests.generator.golden import FILE, PIECES, Look, golden, look_of, make

VERSION, GOLDEN = golden()
STYLE = "silk"


def of_silk(**changes: Any) -> str:
    """A golden file with the pieces of one style, of which the first is changed."""
    known = json.loads(FILE.read_text("utf-8"))
    pieces = [piece for piece in known["pieces"] if piece["genome"]["style"] == STYLE]
    return json.dumps({**known, "pieces": [{**pieces[0], **changes}, *pieces[1:]]})


@pytest.mark.parametrize(("genome", "look"), GOLDEN, ids=[f"{genome.style}-{genome.seed}" for genome, _ in GOLDEN])
def test_same_genome_same_picture(genome: Genome, look: Look) -> None:
    """The picture has the hash and the colours it had, within what other processors may round otherwise."""
    now = look_of(genome)
    assert now.is_like(look), (now.bits_apart(look), now.colours_apart(look))


def test_every_style_is_there() -> None:
    """Each style has its golden pictures, and no style that is gone has any."""
    assert sorted(genome.style for genome, _ in GOLDEN) == sorted([*STYLES] * len(PIECES))


@pytest.mark.parametrize("style", STYLES)
def test_another_picture_is_told(style: str) -> None:
    """The tolerances are narrow: a picture whose seed is one more is not taken for the golden one, nor are any two."""
    genome, look = next((genome, look) for genome, look in GOLDEN if genome.style == style)
    assert not look_of(replace(genome, seed=genome.seed + 1)).is_like(look)
    assert [other for _, other in GOLDEN if look.is_like(other)] == [look]


def test_the_looks_are_of_this_engine_version() -> None:
    """A display or a person who reads a piece's engine version knows which pictures it gives."""
    assert VERSION == ENGINE_VERSION


@pytest.mark.parametrize("changes", [{"hash": "0" * 16}, {"genome": {"style": "cubism"}}])
def test_a_changed_look_needs_another_engine_version(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Under the same version the file stays and it is said what to raise; under another it is made anew."""
    file = tmp_path / "golden.json"
    file.write_text(of_silk(**changes))
    with pytest.raises(SystemExit, match=r"ENGINE_VERSION in kiosk/generator/render\.py"):
        make(file, [STYLE])
    assert file.read_text() == of_silk(**changes)
    file.write_text(json.dumps({**json.loads(of_silk(**changes)), "engineVersion": f"before {ENGINE_VERSION}"}))
    make(file, [STYLE])
    assert golden(file).engine_version == ENGINE_VERSION
    assert len(golden(file).pieces) == len(PIECES)


def test_a_look_that_is_there_does_not_creep(tmp_path: Path) -> None:
    """Made anew under the same version, a look within the tolerances is kept to the bit; what lacks is drawn."""
    file = tmp_path / "golden.json"
    file.write_text(of_silk())
    make(file, [STYLE])
    looks = [look for _, look in golden(file).pieces]
    known = json.loads(file.read_text())
    known["pieces"] = [{**known["pieces"][0], "hash": f"{looks[0].bits ^ 1:x}"}]
    file.write_text(json.dumps(known))
    make(file, [STYLE])
    assert [look for _, look in golden(file).pieces] == [looks[0]._replace(bits=looks[0].bits ^ 1), *looks[1:]]
