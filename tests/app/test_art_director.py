"""Asking for art."""

import asyncio
from typing import Any

import pytest

from kiosk.app.art_director import ArtDirector
from kiosk.cli.display_client import ANSWER_LIMIT_S
from kiosk.domain.artworks import Artwork, Reason
from kiosk.domain.errors import ServerUnreachable
from kiosk.playback.demand import Wishes
from kiosk.playback.events import ArtArrived, ArtRequested, ArtRequestFailed, Event
from kiosk.protocol.artworks import GenerateRequest, Preferences
from tests.fakes.clock import FakeClock
from tests.playback.show import artwork


class Maker:
    """Makes pieces, or fails while `down`; those for the queue wait while it is `slow`."""

    def __init__(self) -> None:
        self.down = False
        self.slow: asyncio.Event | None = None
        self.requests: list[GenerateRequest] = []
        self.patience_s: list[float] = []

    async def generate(self, request: GenerateRequest, *, faults_for_s: float) -> Artwork:
        self.requests.append(request)
        self.patience_s.append(faults_for_s)
        made = len(self.requests)
        if self.slow is not None and request.audio_analysis is None:
            await self.slow.wait()
        if self.down:
            raise ServerUnreachable("No answer.")
        return artwork(f"g{made}", Reason.FRESH)


class Desk:
    """An art director with everything round it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.maker = Maker()
        self.told: list[Event] = []
        self.queued = 10
        self.heard: dict[str, Any] | None = None
        self.dynamic_mode = True
        self.director = ArtDirector(
            maker=self.maker,
            clock=self.clock,
            wishes=lambda: Wishes(enabled=True, every_min=5, pool_low=10),
            preferences=lambda: Preferences(styles=["silk"], dynamic_mode=self.dynamic_mode),
            queued=lambda: self.queued,
            tell=self.told.append,
            music=lambda: self.heard,
        )

    async def pass_time(self, seconds: int) -> None:
        """Let the director look around every second for that long."""
        for _ in range(seconds):
            self.clock.advance(1)
            for _ in range(5):
                await asyncio.sleep(0)


@pytest.mark.anyio
async def test_asks_at_the_start_when_short_and_at_the_interval() -> None:
    """One at the start, one each second while short, one every five minutes otherwise; each request is its own."""
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(100)
        assert len(desk.maker.requests) == 1
        desk.queued = 3
        await desk.pass_time(4)
        assert len(desk.maker.requests) == 5
        desk.queued = 10
        await desk.pass_time(299)
        assert len(desk.maker.requests) == 5
        await desk.pass_time(2)
        assert len(desk.maker.requests) == 6
        task.cancel()
    assert len({str(request.music_info) for request in desk.maker.requests}) == 6
    assert [type(event) for event in desk.told] == [ArtRequested, ArtArrived] * 6


@pytest.mark.anyio
async def test_a_failure_rolls_back_and_is_waited_out() -> None:
    """The queue is told, the next tries come later and later, and the director lives on."""
    desk = Desk()
    desk.queued, desk.maker.down = 0, True
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(40)
        assert 3 <= len(desk.maker.requests) <= 4
        desk.maker.down = False
        await desk.pass_time(60)
        assert isinstance(desk.told[-1], ArtArrived)
        task.cancel()
    assert [type(event) for event in desk.told[:2]] == [ArtRequested, ArtRequestFailed]


@pytest.mark.anyio
async def test_a_person_is_answered_at_once_with_style_and_seed() -> None:
    """What a person asks for is urgent and carries the wish; a failure is theirs to hear."""
    desk = Desk()
    made = await desk.director.make_now("flow", 7)
    request = desk.maker.requests[0]
    assert (made.id, request.preferences.styles, request.music_info) == ("g1", ["flow"], {"seed": 7})
    assert isinstance(desk.told[0], ArtRequested)
    assert desk.told[0].urgent
    assert desk.maker.patience_s[0] < ANSWER_LIMIT_S / 2, "the command must hear the reason before it stops listening"
    desk.maker.down = True
    with pytest.raises(ServerUnreachable):
        await desk.director.make_now(None, None)


@pytest.mark.anyio
async def test_other_music_gets_a_picture_at_once_as_news() -> None:
    """What is asked for carries the music of that moment; a change is asked for within a second, urgent, 25 s apart."""
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(30)
        assert len(desk.maker.requests) == 1
        for key, early_s in (("D", 0), ("A", 20), ("E", 20)):
            desk.heard = {"kind": "music", "key": key, "mode": "minor", "keyConfidence": 0.8}
            desk.director.new_music()
            asked = len(desk.maker.requests)
            await desk.pass_time(early_s)
            assert len(desk.maker.requests) == asked
            await desk.pass_time(4)
            assert len(desk.maker.requests) == asked + 1
        await desk.pass_time(100)
        assert len(desk.maker.requests) == 4
        task.cancel()
    analyses = [request.audio_analysis for request in desk.maker.requests]
    assert [None if analysis is None else analysis.key for analysis in analyses] == [None, "D", "A", "E"]
    assert [event.urgent for event in desk.told if isinstance(event, ArtRequested)] == [False, True, True, True]


@pytest.mark.anyio
async def test_other_music_does_not_wait_for_a_slow_answer() -> None:
    """While a piece for the queue takes minutes, music that begins is followed; the queue asks for no second one."""
    desk = Desk()
    desk.queued, desk.maker.slow = 3, asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(60)
        assert len(desk.maker.requests) == 1
        desk.heard = {"kind": "music", "key": "D", "mode": "minor"}
        desk.director.new_music()
        await desk.pass_time(2)
        assert len(desk.maker.requests) == 2
        assert [type(event) for event in desk.told] == [ArtRequested, ArtRequested, ArtArrived]
        desk.maker.slow.set()
        await desk.pass_time(1)
        assert {event.artwork.id for event in desk.told if isinstance(event, ArtArrived)} >= {"g1", "g2"}
        task.cancel()


@pytest.mark.anyio
async def test_a_director_started_again_has_nothing_out() -> None:
    """What was asked for and not answered when it ended is told as failed, and asked for again."""
    desk = Desk()
    desk.queued, desk.maker.slow = 3, asyncio.Event()
    for tries in (1, 2):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(desk.director.run())
            await desk.pass_time(10)
            task.cancel()
        assert len(desk.maker.requests) == tries
    assert [type(event) for event in desk.told] == [ArtRequested, ArtRequestFailed] * 2


@pytest.mark.anyio
async def test_music_that_is_over_is_not_followed() -> None:
    """What began and ended, or was muted, before its turn asks for nothing; once there is music it does."""
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(10)
        desk.director.new_music()
        await desk.pass_time(60)
        assert len(desk.maker.requests) == 1
        desk.heard = {"kind": "music", "key": "D", "mode": "minor"}
        await desk.pass_time(2)
        assert len(desk.maker.requests) == 2
        task.cancel()


@pytest.mark.anyio
async def test_music_does_not_steer_where_it_may_not() -> None:
    """Without `generate.dynamic_mode` no wish carries what was heard, and no change of music asks for anything."""
    desk = Desk()
    desk.dynamic_mode = False
    desk.heard = {"kind": "music", "key": "D", "mode": "minor"}
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.director.run())
        await desk.pass_time(10)
        desk.director.new_music()
        await desk.pass_time(100)
        task.cancel()
    assert [request.audio_analysis for request in desk.maker.requests] == [None]
