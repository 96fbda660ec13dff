"""What `kiosk status` says to people."""

from typing import Any

import pytest

from kiosk.cli.remote import describe

STATUS: dict[str, Any] = {
    "state": "showing",
    "artwork": {"title": "Low tide", "reason": "fresh"},
    "frame": {"framesSwapped": 9, "medianMs": 16.0, "p99Ms": 20.0, "missed": 0, "renderer": "llvmpipe"},
    "impressions": {"painted": 3, "delivered": 1, "pending": 2, "dropped": 0},
    "link": {"server": "http://127.0.0.1:1", "state": "live"},
    "cache": {"pieces": 2, "bytes": 1_000_000},
    "memory": {"rssMb": 100.0},
}
GLASS = {"art": True, "why": "", "frameAgeMs": 400, "bitsApart": 2, "checkedAgeMs": 3000}


@pytest.mark.parametrize(
    ("glass", "line"),
    [
        (GLASS, "glass        art, seen 3 s ago (2 of 64 bits apart), last frame 0.4 s ago"),
        (GLASS | {"bitsApart": None}, "glass        art, by the frames alone, the last 0.4 s ago"),
        (GLASS | {"art": False, "why": "asleep"}, "glass        no art: asleep"),
    ],
)
def test_the_second_line_says_whether_art_is_on_the_glass(glass: dict[str, Any], line: str) -> None:
    """Seen, known by the frames alone, or not there and why."""
    assert describe(STATUS | {"glass": glass}).splitlines()[1] == line


def test_faults_have_lines_of_their_own() -> None:
    """What is wrong, what kept the thread and what was set aside come last, and only where there is any."""
    stalls = {"count": 2, "worstMs": 31.4, "worstAt": "kiosk.sync.cache:93"}
    aside = [{"title": "", "sha256": "ab" * 32, "reason": "it breaks off"}]
    faulty = {"fault": "Port 8720 stays closed.", "setAside": aside, "frame": STATUS["frame"] | {"stalls": stalls}}
    lines = describe(STATUS | faulty).splitlines()
    assert lines[-3:] == [
        "fault        Port 8720 stays closed.",
        "stalls       2 times, at most 31 ms in kiosk.sync.cache:93",
        "set aside    abababababab: it breaks off",
    ]
    assert describe(STATUS).splitlines()[-1].startswith("memory")
