"""The shaders that are committed in compiled form."""

import subprocess
import sys

from PySide6.QtCore import QUrl

from kiosk.stage.derive import TRANSITIONS
from kiosk.storage.resources import resource_path

MOVED_BY_MOTION = {"flow", "ink"}


def test_compiled_shaders_are_up_to_date() -> None:
    """Every compiled shader was made from the source beside it, with the targets the script asks for."""
    script = resource_path("shaders", "build.py")
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_transition_has_its_shaders() -> None:
    """Each transition but the cut has a compiled shader for pixels, and those that look at the motion one for nodes."""
    for name in TRANSITIONS:
        for kind, wanted in (("frag", name != "none"), ("vert", name in MOVED_BY_MOTION)):
            path = resource_path("shaders", f"{name}.{kind}.qsb")
            assert path.is_file() == wanted, QUrl.fromLocalFile(str(path)).toString()


def test_no_compiled_shader_without_its_source() -> None:
    """What lies there compiled can be compiled again."""
    folder = resource_path("shaders", "build.py").parent
    assert [path.name for path in folder.glob("*.qsb") if not path.with_suffix("").is_file()] == []
