"""The status has the contract's shape."""

from dataclasses import replace

import pytest

from kiosk.app.glass import GlassAnswer
from kiosk.app.stalls import StallFigures
from kiosk.app.status import Facts, FrameFacts, LinkFacts, state_word, status_object
from kiosk.domain.impressions import ImpressionCounts
from tests.playback.show import artwork

FACTS = Facts(
    version="1",
    artwork=artwork("a"),
    holding=False,
    paused=False,
    asleep=False,
    fault="",
    frame=FrameFacts(10, 5, 16.6, 20.0, 0, "llvmpipe", (1280, 720)),
    impressions=ImpressionCounts(3, 1, 2, 0),
    link=LinkFacts("http://127.0.0.1:1", "live", 12),
    cache_pieces=2,
    cache_bytes=1000,
    rss_mb=100.04,
    set_aside=(),
    queued=4,
)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "showing"),
        ({"artwork": None}, "starting"),
        ({"holding": True}, "holding"),
        ({"paused": True}, "holding"),
        ({"asleep": True, "holding": True}, "asleep"),
        ({"artwork": None, "fault": "disk full"}, "error"),
        ({"fault": "disk full"}, "showing"),
    ],
)
def test_the_state_is_one_word(change: dict[str, object], word: str) -> None:
    """It says what the wall does; a fault with art on the glass is told beside it."""
    assert state_word(replace(FACTS, **change)) == word  # type: ignore[arg-type]


def test_the_object_has_every_member_of_the_contract() -> None:
    """All members, with their nested ones."""
    status = status_object(FACTS)
    assert {"state", "version", "artwork", "frame", "impressions", "link", "cache", "memory"} <= status.keys()
    assert status["artwork"] == {"id": "a", "title": "a", "sha256": "a", "reason": "unseen"}
    assert status["frame"].keys() == {
        *("framesSwapped", "lastSwapAgeMs", "medianMs", "p99Ms", "missed", "renderer", "size", "stalls")
    }
    assert status["frame"]["stalls"] is None
    assert status["glass"] is None
    assert status["impressions"] == {"painted": 3, "delivered": 1, "pending": 2, "dropped": 0}
    assert status["link"] == {"server": "http://127.0.0.1:1", "state": "live", "lastSyncAgeMs": 12}
    assert status["cache"] == {"pieces": 2, "bytes": 1000}
    assert status["memory"] == {"rssMb": 100.0}
    assert status_object(replace(FACTS, artwork=None))["artwork"] is None


def test_the_watchers_words_are_in_it() -> None:
    """Whether art is on the glass, what kept the GUI thread, what was set aside, each where the watcher is there."""
    aside = {"sha256": "ab", "reason": "it breaks off", "title": "Harbour", "artworkId": "id", "at": ""}
    facts = replace(
        FACTS,
        frame=replace(FACTS.frame, stalls=StallFigures(2, 31.5, "kiosk.somewhere:3", 7, 1)),
        glass=GlassAnswer(False, True, "asleep", "a", 100, "window", None, None),
        set_aside=(aside,),
    )
    status = status_object(facts)
    assert status["frame"]["stalls"] == {
        "count": 2,
        "worstMs": 31.5,
        "worstAt": "kiosk.somewhere:3",
        "renderWaits": 7,
        "starved": 1,
    }
    assert status["glass"]["art"] is False
    assert status["glass"]["why"] == "asleep"
    assert status["setAside"] == [aside]
