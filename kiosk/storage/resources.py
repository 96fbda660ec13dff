"""Where the bundled files lie: beside the package in a checkout, inside it once installed or frozen."""

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(*parts: str) -> Path:
    """Return the path of a bundled resource, for example `resource_path("qml", "Wall.qml")`."""
    candidates = [_PACKAGE / "_resources", _PACKAGE.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        candidates.insert(0, Path(frozen) / "resources")
    for root in candidates:
        if root.is_dir():
            return root.joinpath(*parts)
    raise FileNotFoundError(f"The program's own files are missing; looked in {', '.join(map(str, candidates))}.")
