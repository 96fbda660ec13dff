"""Whether the wall may listen."""

import pytest

from kiosk.app.listen_wish import ENABLED, FOLLOWS, MAKES, ListenWish, wish_of
from kiosk.app.sound import Sound
from kiosk.settings.model import Audio, Generate, Settings


def settings(**off: bool) -> Settings:
    """Settings under which the wall listens, but for what is named."""
    switches = {"listens": True, "makes": True, "follows": True} | off
    return Settings(
        audio=Audio(enabled=switches["listens"], device="USB"),
        generate=Generate(enabled=switches["makes"], dynamic_mode=switches["follows"]),
    )


@pytest.mark.parametrize(
    ("now", "off_by", "words"),
    [
        (settings(), "", ""),
        (settings(listens=False), ENABLED, "Not listening"),
        (settings(listens=False, makes=False), ENABLED, "Not listening"),
        (settings(makes=False), MAKES, "Not listening: what is heard could steer nothing, for generate.enabled is off"),
        (
            settings(follows=False),
            FOLLOWS,
            "Not listening: what is heard could steer nothing, for generate.dynamic_mode is off",
        ),
    ],
)
def test_the_wall_listens_where_that_is_wished_and_of_use(now: Settings, off_by: str, words: str) -> None:
    """Listening is on, new art is made, and what is heard may steer it; else the first that is off is named."""
    wish = wish_of(now, muted=False, asleep=False)
    assert wish == ListenWish("USB", off_by)
    assert wish.may_listen is wish.is_allowed is (off_by == "")
    assert off_by == "" or wish.closed.words == words


def test_muted_nothing_is_opened_or_listed_asleep_nothing_is_opened() -> None:
    """A mute is a person's no to both; a wall that sleeps lets an operator look for microphones."""
    muted = wish_of(settings(), muted=True, asleep=False)
    assert (muted.may_listen, muted.is_allowed, muted.closed) == (False, False, Sound("muted"))
    asleep = wish_of(settings(), muted=False, asleep=True)
    assert (asleep.may_listen, asleep.is_allowed, asleep.closed) == (False, True, Sound("off"))
    assert wish_of(settings(listens=False), muted=True, asleep=False).closed == Sound("off")
    assert wish_of(settings(makes=False), muted=True, asleep=False).closed == Sound("muted")


@pytest.mark.parametrize("off_by", ["", MAKES])
def test_a_wall_that_has_ended_listens_never(off_by: str) -> None:
    """Whatever the settings say."""
    assert not ListenWish("USB", off_by).never().may_listen
