"""Asking for pieces over HTTP: once is once, however often and however fast one asks."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.domain.ids import new_id
from kiosk.generator.render import ENGINE_VERSION
from kiosk.protocol.artworks import GenerateReply, JobState
from kiosk.server.api.generation import WAIT_MAX_S, WAIT_S, wait_of
from kiosk.server.renderers import RenderFailed
from tests.server.harness import Kiosk, Painter, impression, kiosk_on, problem_of, queue_of, send, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

LOUD = {"audioAnalysis": {"loudnessDbfs": -9.0, "tempoBpm": 140.0, "tempoConfidence": 0.9, "kind": "music"}}


async def ask(client: httpx.AsyncClient, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    """Ask for a piece."""
    return await client.post("/api/generate-art", json=body or {}, headers=headers)


async def test_a_piece_is_made_fresh_and_complete(tmp_path: Path) -> None:
    """The reply has the whole artwork; it is fresh, its image is there, and its provenance says how it came."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = GenerateReply.model_validate_json((await ask(display, LOUD)).raise_for_status().content)
        artwork = reply.artwork
        assert reply.session.id == artwork.id
        assert reply.image_url == artwork.image_url
        assert not reply.deduplicated
        assert (artwork.origin, artwork.reason) == ("generated", "fresh")
        assert artwork.title
        assert artwork.prompt
        assert artwork.provenance["genome"]["style"] == artwork.style
        assert artwork.provenance["explanation"]
        assert await queue_of(display) == [(artwork.id, "fresh")]
        image = await display.get(artwork.image_url)
        assert len(image.content) == artwork.bytes
        session = (await display.get("/api/artworks/next")).json()["sessionId"]
        assert reply.session.session_id == session


async def test_fifty_equal_wishes_at_once_make_one_piece(tmp_path: Path) -> None:
    """50 equal requests at once: one piece, one body, drawn once; the usage counts 49 that needed none of their own."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        session = (await display.get("/api/artworks/next")).json()["sessionId"]
        replies = await asyncio.gather(*(ask(display, {**LOUD, "sessionId": session}) for _ in range(50)))
        assert {reply.status_code for reply in replies} == {200}
        assert len({reply.content for reply in replies}) == 1
        assert len(kiosk.painter.orders) == 1
        assert len(await queue_of(display)) == 1
        usage = (await display.get("/api/usage")).json()
        assert (usage["generated"], usage["deduplicated"]) == (1, 49)


async def test_a_repeat_within_the_minute_is_the_same_piece(tmp_path: Path) -> None:
    """An equal wish later in the bucket gets the piece there is; in the next bucket it gets another one."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        first = (await ask(display, LOUD)).json()
        kiosk.clock.advance(59)
        again = (await ask(display, LOUD)).json()
        assert again["artwork"]["id"] == first["artwork"]["id"]
        assert again["deduplicated"]
        kiosk.clock.advance(1)
        assert (await ask(display, LOUD)).json()["artwork"]["id"] != first["artwork"]["id"]


async def test_a_repeat_that_is_shown_again_refreshes_when_it_was_seen(tmp_path: Path) -> None:
    """Generate, show, generate again, show again: one piece, and its cooldown runs from the second showing."""
    async with kiosk_on(tmp_path, cooldown_d=50 / 86_400) as kiosk, kiosk.client() as display:
        piece = (await ask(display, LOUD)).json()["artwork"]
        await send(display, impression(piece["id"]))
        kiosk.clock.advance(40)
        assert (await ask(display, LOUD)).json()["artwork"]["id"] == piece["id"]
        await send(display, impression(piece["id"]))
        kiosk.clock.advance(40)
        assert await queue_of(display) == []
        kiosk.clock.advance(11)
        assert await queue_of(display) == [(piece["id"], "cooled")]


async def test_what_makes_wishes_different(tmp_path: Path) -> None:
    """Another user, other music, other preferences: other pieces."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as ours,
        kiosk.client(await kiosk.new_user("mara")) as theirs,
    ):
        bodies: list[dict[str, Any]] = [
            {},
            LOUD,
            {"preferences": {"styles": ["silk"]}},
            {"musicInfo": {"title": "A"}},
        ]
        ids = [(await ask(ours, body)).json()["artwork"]["id"] for body in bodies]
        ids.append((await ask(theirs, LOUD)).json()["artwork"]["id"])
        assert len(set(ids)) == 5


async def test_an_idempotency_key_holds_beyond_the_minute(tmp_path: Path) -> None:
    """The same key and body give the first piece, however late; another body under the key is 422."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        headers = {"Idempotency-Key": "one"}
        first = (await ask(display, LOUD, **headers)).json()
        assert not first["deduplicated"]
        kiosk.clock.advance(3_600)
        again = (await ask(display, LOUD, **headers)).json()
        assert (again["artwork"]["id"], again["deduplicated"]) == (first["artwork"]["id"], True)
        reused = await ask(display, {}, **headers)
        assert reused.status_code == 422
        assert problem_of(reused)["code"] == "idempotency_key_reused"
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await ask(theirs, {}, **headers)).status_code == 200


async def test_no_waiting_answers_202_with_the_job(tmp_path: Path) -> None:
    """`Prefer: wait=0` gets the job at once; the job tells queued or running, then done with the piece."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        accepted = await ask(display, LOUD, Prefer="wait=0")
        assert (accepted.status_code, accepted.headers["preference-applied"]) == (202, "wait=0")
        where = accepted.headers["location"]
        assert where.endswith(accepted.json()["jobId"])
        state = JobState.model_validate_json((await display.get(where)).content)
        assert (state.state in {"queued", "running"}, state.result) == (True, None)
        assert painter.gate is not None
        painter.gate.set()
        piece = (await ask(display, LOUD)).json()["artwork"]
        done = JobState.model_validate_json((await display.get(where)).content)
        assert done.state == "done"
        assert done.result is not None
        assert done.result.artwork.id == piece["id"]
        await foreign_job_is_404(kiosk, where)


async def foreign_job_is_404(kiosk: Kiosk, where: str) -> None:
    """Another user's job, and one that never was, look the same."""
    async with kiosk.client(await kiosk.new_user("mara")) as theirs:
        for path in (where, f"/api/generate-art/{new_id()}"):
            reply = await theirs.get(path)
            assert reply.status_code == 404
            problem_of(reply)


async def test_waiting_ends_when_its_time_is_over(tmp_path: Path) -> None:
    """A caller that waits 5 s gets 202 after 5 s of the server's clock, not before."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(ask(display, LOUD, Prefer="respond-async, wait=5"))
            await until(lambda: any(left == 5 for left in kiosk.clock.sleeping), "the call waits for 5 s")
            kiosk.clock.advance(4.9)
            await asyncio.sleep(0)
            assert not asked.done()
            kiosk.clock.advance(0.2)
        assert asked.result().status_code == 202


async def test_a_job_that_fails_is_tried_three_times(tmp_path: Path) -> None:
    """Two deaths of the renderer are forgiven; the piece comes with the third try."""
    faults = [RenderFailed("The renderer died.", is_final=False) for _ in range(2)]
    async with kiosk_on(tmp_path, painter=Painter(faults)) as kiosk, kiosk.client() as display:
        assert (await ask(display)).status_code == 200
        assert len(kiosk.painter.orders) == 3


async def test_a_job_that_fails_for_good_says_why(tmp_path: Path) -> None:
    """After the third try the wish is answered 503 with the reason, the job says failed, and a new wish tries anew."""
    faults = [RenderFailed("The renderer died.", is_final=False) for _ in range(3)]
    async with kiosk_on(tmp_path, painter=Painter(faults)) as kiosk, kiosk.client() as display:
        failed = await ask(display)
        assert failed.status_code == 503
        assert problem_of(failed)["detail"] == "The renderer died."
        assert int(failed.headers["retry-after"]) > 0
        assert len(kiosk.painter.orders) == 3
        anew = await ask(display)
        assert (anew.status_code, anew.json()["deduplicated"]) == (200, False)
        usage = (await display.get("/api/usage")).json()
        assert (usage["generated"], usage["deduplicated"]) == (1, 0)


async def test_a_hopeless_job_is_not_tried_again(tmp_path: Path) -> None:
    """What would fail again is tried once."""
    painter = Painter([RenderFailed("There is no such style.", is_final=True)])
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        assert (await ask(display)).status_code == 503
        assert len(painter.orders) == 1


async def test_too_many_unfinished_jobs_are_429(tmp_path: Path) -> None:
    """A user's 21st unfinished wish has to wait; others are not concerned."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, painter=painter) as kiosk, kiosk.client() as display:
        for number in range(20):
            assert (await ask(display, {"musicInfo": {"n": number}}, Prefer="wait=0")).status_code == 202
        refused = await ask(display, {"musicInfo": {"n": 20}}, Prefer="wait=0")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        problem_of(refused)
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await ask(theirs, Prefer="wait=0")).status_code == 202


async def test_more_than_sixty_new_pieces_a_minute_are_429(tmp_path: Path) -> None:
    """The 61st new wish within a minute is told when there is room again; repeats and others are not concerned."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for number in range(60):
            assert (await ask(display, {"musicInfo": {"n": number}})).status_code == 200
            kiosk.clock.advance(0.5)
        refused = await ask(display, {"musicInfo": {"n": 60}})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert problem_of(refused)["code"] == "too_many_jobs"
        assert (await ask(display, {"musicInfo": {"n": 59}})).json()["deduplicated"]
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await ask(theirs)).status_code == 200
        kiosk.clock.advance(30)
        assert (await ask(display, {"musicInfo": {"n": 60}})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"audioAnalysis": {"tempoBpm": -1}},
        {"audioAnalysis": {"key": "H"}},
        {"audioAnalysis": {"bands": {"\ud800": "x"}}},
        {"sessionId": "\ud800"},
        {"preferences": {"styles": "flow"}},
        {"preferences": {"dynamicMode": "perhaps"}},
        {"previousVotes": [{"artworkId": "x", "value": 3}]},
        [],
        "text",
    ],
)
async def test_a_wish_that_makes_no_sense_is_422(tmp_path: Path, body: Any) -> None:
    """Well-formed JSON with wrong values is refused with the place that is wrong."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        content = json.dumps(body)
        reply = await display.post("/api/generate-art", content=content, headers={"Content-Type": "application/json"})
        assert reply.status_code == 422
        problem_of(reply)


@pytest.mark.parametrize("prefer", [None, "", "respond-async", "wait", "wait=", "wait=x", "await=3"])
async def test_prefer_without_a_time_waits_as_usual(prefer: str | None) -> None:
    """Without a number of seconds the default holds."""
    assert wait_of(prefer) == WAIT_S


@pytest.mark.parametrize(
    ("prefer", "seconds"), [("wait=7", 7), ('respond-async; wait="0"', 0), ("wait=99999", WAIT_MAX_S)]
)
async def test_prefer_names_the_seconds(prefer: str, seconds: int) -> None:
    """The number is taken, up to a bound."""
    assert wait_of(prefer) == seconds


async def test_a_wall_is_told_which_engine_drew_a_piece(tmp_path: Path) -> None:
    """The piece on a display's own page of the queue has the engine version in its provenance."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        await ask(display)
        (piece,) = (await display.get("/api/artworks/next")).raise_for_status().json()["artworks"]
        assert piece["provenance"]["engineVersion"] == ENGINE_VERSION
