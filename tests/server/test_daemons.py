"""What tests of the server start leaves nothing behind, however the tests end."""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.server.harness import until

ROOT = Path(__file__).resolve().parents[2]
KEEPER = """
from tests.server.daemons import folder_of
with folder_of(None, "kept") as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    input()
"""


def test_the_folder_of_killed_tests_is_removed() -> None:
    """A folder for a server goes although its owner was killed without a word."""
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    with keeper.stdin, keeper.stdout:
        folder = Path(keeper.stdout.readline().decode().strip())
        assert (folder / "file").exists()
        keeper.kill()
        keeper.wait()
        asyncio.run(until(lambda: not folder.exists(), "the folder is gone"))
