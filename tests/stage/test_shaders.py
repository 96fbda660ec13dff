"""The shaders that are committed in compiled form."""

import subprocess
import sys

from PySide6.QtCore import QUrl

from kiosk.stage.derive import TRANSITIONS
from kiosk.storage.resources import resource_path


def test_compiled_shaders_are_up_to_date() -> None:
    """Every compiled shader was made from the source beside it, with the targets the script asks for."""
    script = resource_path("shaders", "build.py")
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_transition_has_its_shader() -> None:
    """Each transition but the cut names a compiled shader."""
    for name in TRANSITIONS:
        path = resource_path("shaders", f"{name}.frag.qsb")
        assert path.is_file() == (name != "none"), QUrl.fromLocalFile(str(path)).toString()
