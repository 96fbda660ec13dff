"""When the display asks for art by itself."""

import pytest

from kiosk.playback.demand import NEW_MUSIC_APART_S, Demand, Wishes, wants_art, wants_to_follow

WISHES = Wishes(enabled=True, every_min=5, pool_low=10)


@pytest.mark.parametrize(
    ("demand", "queued", "at_s", "wanted"),
    [
        (Demand(), 50, 0, True),
        (Demand(last_asked_s=0), 9, 1, True),
        (Demand(last_asked_s=0), 10, 1, False),
        (Demand(last_asked_s=0), 10, 300, True),
        (Demand(last_asked_s=0, outstanding=True), 0, 900, False),
        (Demand(last_asked_s=0, following=True), 0, 900, False),
        (Demand(last_asked_s=0, failures=1), 0, 4, False),
        (Demand(last_asked_s=0, failures=1), 0, 5, True),
        (Demand(last_asked_s=0, failures=20), 0, 299, False),
        (Demand(last_asked_s=0, failures=2000), 0, 300, True),
    ],
)
def test_asks_when_short_or_due(demand: Demand, queued: int, at_s: float, wanted: bool) -> None:
    """It asks at the start, when the queue is short, at the interval; one at a time; later after failures."""
    assert wants_art(WISHES, demand, queued=queued, at_s=at_s) is wanted


def test_makes_nothing_when_told_not_to() -> None:
    """With `generate.enabled` off it never asks."""
    assert not wants_art(Wishes(enabled=False, every_min=5, pool_low=10), Demand(), queued=0, at_s=1e9)


@pytest.mark.parametrize(
    ("demand", "at_s", "wanted"),
    [
        (Demand(), 0, False),
        (Demand(new_music=True), 0, True),
        (Demand(new_music=True, last_asked_s=10), 10, True),
        (Demand(new_music=True, last_asked_s=10, outstanding=True), 10, True),
        (Demand(new_music=True, last_asked_s=10, followed_s=10, following=True), 900, False),
        (Demand(new_music=True, last_asked_s=10, followed_s=10), 10 + NEW_MUSIC_APART_S - 1, False),
        (Demand(new_music=True, last_asked_s=10, followed_s=10), 10 + NEW_MUSIC_APART_S, True),
        (Demand(new_music=True, last_asked_s=10, failures=3), 25, False),
        (Demand(new_music=True, last_asked_s=10, failures=3), 30, True),
    ],
)
def test_follows_new_music_at_once_but_not_too_often(demand: Demand, at_s: float, wanted: bool) -> None:
    """New music is followed at once, whatever the queue waits for, but one such request at a time, not within 25 s of
    the last; after failures later.
    """
    assert wants_to_follow(WISHES, demand, at_s=at_s) is wanted
    assert not wants_to_follow(Wishes(enabled=False, every_min=5, pool_low=10), demand, at_s=at_s)


def test_music_that_got_no_picture_waits_for_the_next_try() -> None:
    """A request takes the new music along, whatever it was made for; a failed one that followed it gives it back."""
    asked = Demand(new_music=True).asked(5, follows_music=True)
    assert (asked.new_music, asked.followed_s, asked.following, asked.outstanding) == (False, 5, True, False)
    assert asked.answered(failed=True, followed_music=True).new_music
    assert not asked.answered(failed=False, followed_music=True).new_music
    ambient = Demand(new_music=True, followed_s=1).asked(5, follows_music=False)
    assert (ambient.new_music, ambient.followed_s) == (False, 1)


def test_an_answer_ends_the_request_it_answers() -> None:
    """With one out for the queue and one for the music, each waits for its own."""
    both = Demand().asked(0, follows_music=False).asked(5, follows_music=True)
    assert (both.outstanding, both.following) == (True, True)
    followed = both.answered(failed=False, followed_music=True)
    assert (followed.outstanding, followed.following) == (True, False)
    filled = both.answered(failed=False, followed_music=False)
    assert (filled.outstanding, filled.following) == (False, True)
