"""What a shader asks of a GPU is counted as its instructions say."""

import struct
import zlib
from pathlib import Path

import pytest

from kiosk.storage.resources import resource_path
from tests.bench.spirv import Work, work_of

HEADER = [0x07230203, 0x00010000, 0, 100, 0]
FLOAT, VEC3 = 1, 2
TYPES = [(22, FLOAT, 32), (23, VEC3, FLOAT, 3)]
FETCH = (87, VEC3, 10, 0, 0)
PRODUCT = (133, VEC3, 11, 10, 10)
MIX = (12, VEC3, 12, 0, 46, 10, 11, 10)
ROOT = (12, FLOAT, 13, 0, 31, 12)
LOOP = (246, 1, 2, 0)


def package(path: Path, *instructions: tuple[int, ...]) -> Path:
    """Writes a shader of these instructions (number, operands) as Qt packs it."""
    words = [word for number, *operands in instructions for word in ((len(operands) + 1) << 16 | number, *operands)]
    code = struct.pack(f"<{len(HEADER) + len(words)}I", *HEADER, *words)
    inside = b"before" + struct.pack(">I", len(code)) + code + b"after"
    path.write_bytes(struct.pack(">I", len(inside)) + zlib.compress(inside))
    return path


def test_work_is_counted_by_component(tmp_path: Path) -> None:
    """A fetch is a fetch; a product of three components is 3 operations, a mix of three 6, a root of one 1."""
    shader = package(tmp_path / "some.frag.qsb", *TYPES, FETCH, FETCH, PRODUCT, MIX, ROOT)
    assert work_of(shader) == Work(fetches=2, operations=3 + 6 + 1)


def test_a_loop_is_refused(tmp_path: Path) -> None:
    """A shader with a loop is named in the error instead of being counted once through."""
    with pytest.raises(ValueError, match=r"looped\.frag\.qsb has a loop"):
        work_of(package(tmp_path / "looped.frag.qsb", *TYPES, LOOP, FETCH))


def test_a_package_without_spirv_is_refused(tmp_path: Path) -> None:
    """A file that holds no SPIR-V is named in the error instead of being counted as no work."""
    path = tmp_path / "empty.qsb"
    path.write_bytes(b"\0\0\0\4" + zlib.compress(b"none"))
    with pytest.raises(ValueError, match=r"empty\.qsb"):
        work_of(path)


@pytest.mark.parametrize("name", ["flow", "dissolve"])
def test_the_shaders_of_the_glass_can_be_counted(name: str) -> None:
    """What turns one picture into another fetches from both and reckons with what it fetched."""
    work = work_of(resource_path(f"shaders/{name}.frag.qsb"))
    assert work.fetches >= 2
    assert work.operations > 0
