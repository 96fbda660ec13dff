"""The event stream over a real socket: what happens reaches the displays it concerns, once, and nothing is missed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.server.renderers import RenderFailed
from kiosk.server.stream import parse_last_event_id
from kiosk.sync.sse import SseComment, SseEvent, SseParser
from tests.fakes.clock import FakeClock, LoopClock
from tests.server.harness import DEADLINE_S, Painter, Served, served_on, until, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


class Listener:
    """One open stream; what came is collected until asked for."""

    def __init__(self, response: httpx.Response) -> None:
        self._chunks: Any = response.aiter_bytes()
        self._parser = SseParser()
        self._came: list[SseEvent | SseComment] = []

    async def next(self) -> SseEvent | SseComment:
        """The next event or comment; StopAsyncIteration at the end of the stream."""
        async with asyncio.timeout(DEADLINE_S):
            while not self._came:
                self._came += self._parser.feed(await anext(self._chunks))
        return self._came.pop(0)

    async def event(self) -> tuple[str, dict[str, Any]]:
        """The next event's id and data, comments passed over."""
        while isinstance(came := await self.next(), SseComment):
            pass
        return came.id, {"kind": came.type, **json.loads(came.data)}

    async def ended(self) -> None:
        """Read on until the server ends the stream."""
        async with aclosing(self._chunks) as chunks, asyncio.timeout(DEADLINE_S):
            async for _ in chunks:
                pass

    @property
    def last_event_id(self) -> str:
        """What a reconnection sends."""
        return self._parser.last_event_id


@asynccontextmanager
async def listening(client: httpx.AsyncClient, last_event_id: str | None = None) -> AsyncIterator[Listener]:
    """Open a stream and wait for its greeting."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    async with client.stream("GET", "/api/artworks/stream", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        listener = Listener(response)
        greeting = await listener.next()
        assert greeting == SseComment("connected")
        yield listener


async def admin_call(served: Served, method: str, path: str, body: Any = None) -> Any:
    """An administrator's call."""
    async with served.client(served.services.admin_token) as admin:
        reply = await admin.request(method, f"/api/admin/{path}", json=body)
        return reply.raise_for_status().json()


async def test_uploads_and_pieces_are_announced(tmp_path: Path) -> None:
    """`art-ready` comes for an upload and for a piece made, with the artwork and, for the latter, its job."""
    async with (
        served_on(tmp_path, clock=LoopClock(), renderer=Painter()) as served,
        served.client() as display,
        listening(display) as listener,
    ):
        uploaded = await upload(display, 1)
        _, first = await listener.event()
        assert (first["kind"], first["artwork"]["id"], first["jobId"]) == ("art-ready", uploaded["id"], None)
        made = (await display.post("/api/generate-art", json={})).json()["artwork"]
        _, second = await listener.event()
        assert (second["kind"], second["artwork"]) == ("art-ready", made)
        assert second["jobId"]


async def test_failed_jobs_are_announced(tmp_path: Path) -> None:
    """`art-failed` names the job and the reason."""
    painter = Painter([RenderFailed("There is no such style.", is_final=True)], gate=asyncio.Event())
    assert painter.gate is not None
    async with (
        served_on(tmp_path, clock=LoopClock(), renderer=painter) as served,
        served.client() as display,
        listening(display) as listener,
    ):
        job = (await display.post("/api/generate-art", json={}, headers={"Prefer": "wait=0"})).json()
        painter.gate.set()  # once the job is accepted: a failure that is known by then is the answer
        _, event = await listener.event()
        reason = "There is no such style."
        assert event == {"kind": "art-failed", "jobId": job["jobId"], "reason": reason}


async def test_last_event_id_replays_what_was_missed(tmp_path: Path) -> None:
    """At whatever event a stream was cut, the next one begins with the one after it; nothing is lost or repeated."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client() as display:
        async with listening(display) as listener:
            start = listener.last_event_id
            pieces = [await upload(display, number) for number in range(5)]
            ids = [(await listener.event())[0] for _ in pieces]
        for index, cut_at in enumerate([start, *ids]):
            async with listening(display, cut_at) as listener:
                for piece, event_id in zip(pieces[index:], ids[index:], strict=True):
                    got_id, event = await listener.event()
                    assert (got_id, event["artwork"]["id"]) == (event_id, piece["id"])
                last = await upload(display, 100 + index)
                _, event = await listener.event()
                assert event["artwork"]["id"] == last["id"]
                pieces.append(last)
                ids.append(listener.last_event_id)


async def test_a_stream_cut_before_its_first_event_misses_nothing(tmp_path: Path) -> None:
    """The greeting has an id already: what happens before the first event is replayed too."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client() as display:
        await upload(display, 1)
        async with listening(display) as listener:
            greeted_with = listener.last_event_id
        missed = await upload(display, 2)
        async with listening(display, greeted_with) as listener:
            _, event = await listener.event()
            assert event["artwork"]["id"] == missed["id"]


@pytest.mark.parametrize("strange", ["", "x", "-1", "99999999999999999999999999", "1.5"])
async def test_a_strange_last_event_id_starts_from_now(tmp_path: Path, strange: str) -> None:
    """An id that is none of ours replays nothing and breaks nothing."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client() as display:
        await upload(display, 1)
        async with listening(display, strange) as listener:
            piece = await upload(display, 2)
            assert (await listener.event())[1]["artwork"]["id"] == piece["id"]


async def test_streams_are_private(tmp_path: Path) -> None:
    """One user's events reach that user's displays, all of them, and nobody else's."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client() as ours:
        await admin_call(served, "POST", "users", {"name": "mara"})
        device = await admin_call(served, "POST", "devices", {"name": "hall", "user": "mara"})
        second = await admin_call(served, "POST", "devices", {"name": "stairs", "user": "wall"})
        async with (
            served.client(device["token"]) as theirs,
            served.client(second["token"]) as stairs,
            listening(theirs) as foreign,
            listening(ours) as own,
            listening(stairs) as sibling,
        ):
            piece = await upload(ours, 1, private="true")
            for listener in (own, sibling):
                assert (await listener.event())[1]["artwork"]["id"] == piece["id"]
            marker = await upload(theirs, 2)
            assert (await foreign.event())[1]["artwork"]["id"] == marker["id"]


async def test_a_comment_comes_every_heartbeat(tmp_path: Path) -> None:
    """Silence is broken by a comment each `heartbeat_s`."""
    clock = FakeClock()
    async with (
        served_on(tmp_path, clock=clock, heartbeat_s=30.0) as served,
        served.client() as display,
        listening(display) as listener,
    ):
        for _ in range(3):
            await until(lambda: 30.0 in clock.sleeping, "the heartbeat sleeps")
            clock.advance(30)
            assert isinstance(await listener.next(), SseComment)


async def test_a_revoked_display_loses_its_stream(tmp_path: Path) -> None:
    """Revoking ends the display's stream, by a clock that stands, and no other; the token opens none again."""
    async with served_on(tmp_path, clock=FakeClock()) as served, served.client() as ours:
        device = await admin_call(served, "POST", "devices", {"name": "stairs", "user": "wall"})
        async with served.client(device["token"]) as stairs, listening(ours) as staying:
            async with listening(stairs) as leaving:
                await admin_call(served, "DELETE", f"devices/{device['id']}")
                await leaving.ended()
            assert (await stairs.get("/api/artworks/stream")).status_code == 401
            piece = await upload(ours, 1)
            assert (await staying.event())[1]["artwork"]["id"] == piece["id"]


async def test_streams_end_with_the_server(tmp_path: Path) -> None:
    """A stop ends open streams in good order, and the server's end does not wait for their clients."""
    async with (
        asyncio.timeout(DEADLINE_S),
        served_on(tmp_path, clock=LoopClock()) as served,
        served.client() as display,
        listening(display) as one,
        listening(display) as other,
    ):
        served.stop.set()
        await one.ended()
        await other.ended()


async def test_a_client_that_leaves_is_forgotten(tmp_path: Path) -> None:
    """A closed stream leaves no subscription behind."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client() as display:
        async with listening(display):
            assert served.services.fan_out.subscribers == 1
        await until(lambda: served.services.fan_out.subscribers == 0, "the subscription is gone")


@pytest.mark.parametrize(("text", "seq"), [("0", 0), ("42", 42), (None, None), ("", None), ("٣", None), ("+1", None)])
async def test_last_event_ids_are_numbers(text: str | None, seq: int | None) -> None:
    """Only our own ids count."""
    assert parse_last_event_id(text) == seq
