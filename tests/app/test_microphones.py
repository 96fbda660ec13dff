"""The microphones the panel offers."""

import asyncio
from collections.abc import Awaitable

import pytest

from kiosk.app.microphones import Microphones
from kiosk.domain.errors import KioskError


class Desk:
    """Microphones with what the panel would see of them; the work is done when the test awaits `settle`."""

    def __init__(self) -> None:
        self.may_list = True
        self.there: tuple[str, ...] = ("USB Audio",)
        self.is_deaf = False
        self.listed = 0
        self.refreshed = 0
        self.work: list[Awaitable[None]] = []
        self.microphones = Microphones(may_list=lambda: self.may_list, list_them=self.list, spawn=self.work.append)

    def list(self) -> tuple[str, ...]:
        self.listed += 1
        if self.is_deaf:
            raise KioskError("The microphones could not be listed.")
        return self.there

    def refresh(self) -> None:
        self.refreshed += 1

    async def look(self, *, anew: bool) -> tuple[str, ...]:
        """Look, and return what is offered then."""
        self.microphones.look(self.refresh, anew=anew)
        await self.settle()
        return self.microphones.names

    async def settle(self) -> None:
        await asyncio.gather(*self.work)
        self.work.clear()


@pytest.mark.anyio
async def test_they_are_listed_anew_when_the_panel_opens_and_once_while_it_is_open() -> None:
    """Each opening lists them; a change of settings does not; the panel is refreshed when there are others."""
    desk = Desk()
    assert await desk.look(anew=True) == ("USB Audio",)
    assert await desk.look(anew=False) == ("USB Audio",)
    assert (desk.listed, desk.refreshed) == (1, 1)
    desk.there = ("USB Audio", "Webcam")
    assert await desk.look(anew=True) == ("USB Audio", "Webcam")
    assert (desk.listed, desk.refreshed) == (2, 2)
    await desk.look(anew=True)
    assert (desk.listed, desk.refreshed) == (3, 2)


@pytest.mark.anyio
async def test_none_is_listed_or_offered_while_the_wall_may_not_listen() -> None:
    """Off or muted none is asked for its name; once allowed, they are there without opening the panel again."""
    desk = Desk()
    desk.may_list = False
    assert await desk.look(anew=True) == ()
    assert (desk.listed, desk.refreshed) == (0, 0)
    desk.may_list = True
    assert await desk.look(anew=False) == ("USB Audio",)
    desk.may_list = False
    assert await desk.look(anew=False) == ()
    assert (desk.listed, desk.refreshed) == (1, 2)
    desk.may_list = True
    assert await desk.look(anew=False) == ("USB Audio",)


@pytest.mark.anyio
async def test_a_mute_while_they_are_listed_counts() -> None:
    """What comes home after the mute is not offered."""
    desk = Desk()
    desk.microphones.look(desk.refresh, anew=True)
    desk.may_list = False
    await desk.settle()
    assert desk.microphones.names == ()
    assert desk.refreshed == 0


@pytest.mark.anyio
async def test_a_machine_that_cannot_list_them_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What was offered before stays; a name can be typed."""
    desk = Desk()
    await desk.look(anew=True)
    desk.is_deaf = True
    assert await desk.look(anew=True) == ("USB Audio",)
    assert "The microphones could not be listed." in caplog.text
