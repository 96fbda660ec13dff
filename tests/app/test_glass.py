"""Whether art is on the glass, from facts."""

from dataclasses import replace

import pytest

from kiosk.app.glass import DIFFERENT_BITS, GlassFacts, Seen, answer

NOW_S = 1_000.0
SAME = Seen(bits_apart=4, mean=0.2, at_s=NOW_S - 3, misses=0)
FACTS = GlassFacts(now_s=NOW_S, running_s=500.0, artwork_id="a", frame_age_ms=120, seen=SAME)


def other(*, misses: int, mean: float = 0.2) -> Seen:
    """The screen showed another picture."""
    return Seen(bits_apart=31, mean=mean, at_s=NOW_S - 3, misses=misses)


@pytest.mark.parametrize(
    ("change", "art", "healthy", "word"),
    [
        ({}, True, True, ""),
        ({"seen": None}, True, True, ""),
        ({"seen": other(misses=1)}, True, True, ""),
        ({"seen": other(misses=2)}, False, False, "something else"),
        ({"seen": other(misses=2, mean=0.0)}, False, False, "black"),
        ({"seen": other(misses=2), "now_s": NOW_S + 100}, True, True, ""),
        ({"frame_age_ms": 12_000}, False, False, "no frame"),
        ({"covered": True, "seen": None}, False, False, "another window"),
        ({"covered": True, "dark": "asleep"}, False, True, "asleep"),
        ({"dark": "asleep", "frame_age_ms": 90_000, "seen": other(misses=9)}, False, True, "asleep"),
        ({"artwork_id": None, "running_s": 5.0}, False, True, "nothing"),
        ({"artwork_id": None, "running_s": 500.0}, False, False, "nothing"),
        ({"frame_age_ms": None, "running_s": 500.0}, False, False, "nothing"),
    ],
)
def test_the_answer(change: dict[str, object], art: bool, healthy: bool, word: str) -> None:
    """Frames and screen must agree; one look alone convicts nobody, an old one counts no more, a dark wall is well."""
    found = answer(replace(FACTS, **change))  # type: ignore[arg-type]
    assert (found.art, found.healthy) == (art, healthy)
    assert word in found.why
    assert bool(found.why) is not found.art


def test_the_object_says_who_judged() -> None:
    """`x11` with the distance while a look counts; `window` where only frames speak; `none` before the first one."""
    assert answer(FACTS).as_json() == {
        "art": True,
        "healthy": True,
        "why": "",
        "artworkId": "a",
        "frameAgeMs": 120,
        "screen": "x11",
        "bitsApart": 4,
        "checkedAgeMs": 3000,
    }
    by_frames = answer(replace(FACTS, seen=None))
    assert (by_frames.screen, by_frames.bits_apart, by_frames.checked_age_ms) == ("window", None, None)
    assert answer(replace(FACTS, seen=None, frame_age_ms=None)).screen == "none"


def test_the_limit_lies_between_a_label_and_another_picture() -> None:
    """Up to 22 bits differ under a label or a pill; unrelated pictures differ by 32, give or take."""
    assert replace(SAME, bits_apart=22).is_art
    assert not replace(SAME, bits_apart=DIFFERENT_BITS).is_art
