"""Qt for Python without its hook on imports."""

import subprocess
import sys

import pytest

PROGRAM = """
import builtins, linecache, sys
own = builtins.__import__
if "hooked" in sys.argv:
    import PySide6.QtCore
else:
    from kiosk.app.qt_import import load_qt
    load_qt()
assert "PySide6.QtCore" in sys.modules
import mailbox
print(builtins.__import__ is own, mailbox.__file__ in linecache.cache)
"""


@pytest.mark.parametrize(("way", "found"), [("ours", ["True", "False"]), ("hooked", ["False", "True"])])
def test_sources_are_not_read(way: str, found: list[str]) -> None:
    """A module imported after Qt is not read and kept; Qt by itself does that."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, way], check=True, capture_output=True, text=True)
    assert done.stdout.split() == found
