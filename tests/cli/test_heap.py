"""The C heap of our processes: what they free is the system's again."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys
from kiosk.cli.heap import keep_small
if "small" in sys.argv:
    keep_small()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def held():
    with open("/proc/self/smaps_rollup") as counted:
        return sum(int(line.split()[1]) << 10 for line in counted if line.startswith(("Rss:", "Swap:")))
def block(size):
    place = libc.malloc(size)
    ctypes.memset(place, 1, size)
    return place
libc.free(block(24 << 20))
before = held()
blocks = [block(1 << 20) for _ in range(16)]
on_top = block(4096)
for place in blocks:
    libc.free(place)
print(held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
@pytest.mark.parametrize(("word", "is_given_back"), [("small", True), ("as it comes", False)])
def test_large_blocks_are_given_back(word: str, is_given_back: bool) -> None:
    """16 blocks of 1 MiB, freed beneath one still in use, are gone from the process; glibc's own way keeps them."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, word], check=True, capture_output=True, text=True)
    assert (int(done.stdout) < 2 << 20) is is_given_back
