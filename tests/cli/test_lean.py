"""What a process of ours does not load: each is megabytes for as long as a wall runs."""

import subprocess
import sys

import pytest

PROGRAM = """
import importlib, sys
for name in sys.argv[1].split():
    importlib.import_module(name)
print(*sorted(sys.modules))
"""
SERVER = "kiosk.cli.serve"
IMAGING = "kiosk.cli.imaging kiosk.imaging.process kiosk.imaging.motion kiosk.imaging.look"
DISPLAY = "kiosk.cli.run kiosk.app.gui"


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        (SERVER, "alembic sqlalchemy.dialects.postgresql psycopg procrastinate redis obstore httpx numpy numba"),
        (IMAGING, "numpy.random sqlalchemy pydantic asyncio"),
        (DISPLAY, "PySide6.QtWidgets rich pygments click numpy sqlalchemy fastapi cv2 PIL"),
    ],
)
def test_a_process_loads_only_what_it_uses(modules: str, unwanted: str) -> None:
    """None of these is among the modules of a process that has loaded all it starts with."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, modules], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert set(modules.split()) <= loaded
    assert loaded & set(unwanted.split()) == set()
