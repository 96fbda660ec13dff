"""The display's logs, as processes of their own write them."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.app.log_setup import MaskedLines
from kiosk.domain.masking import Mask

LIMIT_S = 60
FAULTY = """
import logging, os
from kiosk.app.log_setup import set_up_logging
set_up_logging()
log = logging.getLogger("kiosk.test")
try:
    raise RuntimeError("Authorization: Bearer abcdefghijklmnopqrstuvwx")
except RuntimeError:
    log.exception("it failed")
for _ in range(50):
    log.warning("https://bob:hunter22secret@host/ wants no Basic Ym9iOmh1bnRlcjIyc2VjcmV0; %s", os.environ["AWS_TOKEN"])
print(len(os.listdir("/proc/self/fd")))
"""


def run(stderr: int | None) -> "subprocess.CompletedProcess[bytes]":
    """Runs a process that logs secrets, with that file as its stderr; None closes it."""
    return subprocess.run(
        [sys.executable, "-c", FAULTY],
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={"AWS_TOKEN": "known-by-name", "PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=LIMIT_S,
        preexec_fn=None if stderr is not None else close_stderr,
    )


def close_stderr() -> None:
    """Leaves the process none."""
    import os

    os.close(2)


def test_no_secret_is_in_the_log() -> None:
    """Neither in a line nor in the traceback below it: not by its words, in a URL, or from the environment."""
    written = run(subprocess.PIPE)
    told = written.stderr.decode()
    assert "ERROR   kiosk.test: it failed\nTraceback" in told
    assert "RuntimeError: Authorization: ***" in told
    assert "https://***@host/ wants no Basic ***; ***" in told
    assert not any(secret in told for secret in ("abcdefgh", "hunter22", "Ym9i", "known-by-name"))


def test_where_nothing_can_be_written_the_process_goes_on() -> None:
    """A full disk below the log, or no stderr at all, costs the lines: no fault, no file left open for each."""
    with Path("/dev/full").open("wb") as full:
        on_a_full_disk = run(full.fileno())
    without = run(None)
    for done in (on_a_full_disk, without):
        assert done.returncode == 0
    assert on_a_full_disk.stdout == run(subprocess.DEVNULL).stdout


@pytest.mark.parametrize("arguments", [(), ("a", "b")])
def test_a_line_is_masked_as_a_whole(arguments: tuple[str, ...]) -> None:
    """A secret put together of parts is one too."""
    message = "token=%s%s" if arguments else "token=ab"
    record = logging.LogRecord("kiosk.test", logging.INFO, "x.py", 1, message, arguments, None)
    assert MaskedLines(Mask()).format(record).endswith("INFO    kiosk.test: token=***")
