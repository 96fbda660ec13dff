"""Compiles every shader here with Qt's shader baker and records what it was compiled from.

    python resources/shaders/build.py            compile what changed
    python resources/shaders/build.py --check    exit 1 and name each shader whose compiled form is out of date

Each `NAME.frag` and `NAME.vert` becomes a `.qsb` beside it, which holds SPIR-V, GLSL 120 and 150, GLSL ES 100 and 300,
HLSL 50 and MSL 12: one file for OpenGL, GLES, Vulkan, Direct3D and Metal. Those for vertices also hold the variant that
Qt Quick's batches want. `compiled.json` names the hash of each source and of each result. The program reads only the
compiled files; the baker is needed by those who change a shader. It is looked for as $QSB, then in PySide6 (its Addons
bring it), then as `qsb` on the PATH, then where Debian's qt6-shader-baker puts it.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
RECORD = FOLDER / "compiled.json"
TARGETS = ["--glsl", "100 es,120,150,300 es", "--hlsl", "50", "--msl", "12"]
BATCHABLE = ["-b"]


def sources() -> list[Path]:
    """Return the shader sources, in order of their names."""
    return sorted([*FOLDER.glob("*.frag"), *FOLDER.glob("*.vert")])


def targets(source: Path) -> list[str]:
    """Return what the baker is asked for."""
    return [*TARGETS, *BATCHABLE] if source.suffix == ".vert" else TARGETS


def fingerprint(source: Path) -> dict[str, str]:
    """Return the hash of a source with the targets asked for, and the hash of its compiled form ("" when missing)."""
    compiled = source.with_name(f"{source.name}.qsb")
    recipe = source.read_bytes() + "\0".join(targets(source)).encode()
    return {
        "source": hashlib.sha256(recipe).hexdigest(),
        "compiled": hashlib.sha256(compiled.read_bytes()).hexdigest() if compiled.is_file() else "",
    }


def stale() -> list[Path]:
    """Return the sources whose compiled form is missing, changed, or older than they are."""
    record = json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {}
    return [source for source in sources() if fingerprint(source) != record.get(source.name)]


def find_baker() -> str | None:
    """Return the path of Qt's shader baker, None when there is none on this machine."""
    spec = importlib.util.find_spec("PySide6")
    inside = [Path(place) / "qsb" for place in (spec.submodule_search_locations or [])] if spec else []
    places = [os.environ.get("QSB"), *map(str, inside), shutil.which("qsb"), "/usr/lib/qt6/bin/qsb"]
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


def compile_shaders(baker: str, chosen: list[Path]) -> None:
    """Compile the chosen sources; raises CalledProcessError with the baker's own words on stderr."""
    for source in chosen:
        subprocess.run([baker, *targets(source), "-o", f"{source}.qsb", str(source)], check=True, cwd=FOLDER)  # noqa: S603
        print(f"compiled {source.name}")  # noqa: T201
    record = {source.name: fingerprint(source) for source in sources()}
    RECORD.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def main() -> int:
    """Compile or check, as the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile the shaders.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    check_only = parser.parse_args().check
    changed = stale()
    if check_only:
        for source in changed:
            print(f"out of date: {source.name}.qsb", file=sys.stderr)  # noqa: T201
        return 1 if changed else 0
    baker = find_baker()
    if changed and baker is None:
        print("No shader baker: install PySide6-Addons or qt6-shader-baker, or set QSB.", file=sys.stderr)  # noqa: T201
        return 1
    if changed and baker is not None:
        compile_shaders(baker, changed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
