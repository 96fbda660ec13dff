"""The door to httpx: the library as it is, less its command line."""

import subprocess
import sys

PROGRAM = """
import sys
from kiosk.protocol.http import httpx
assert "httpx._main" not in sys.modules
assert httpx.get.__module__ == "httpx"
import importlib
command_line = importlib.import_module("httpx._main")
print(command_line.main.name)
"""


def test_only_the_command_line_is_missing() -> None:
    """httpx is whole without it, and whoever asks for the command line afterwards still gets it."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["main"]
