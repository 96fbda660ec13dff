"""The queue over HTTP: what comes next, what an impression does to it, and whose it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.ids import new_id
from kiosk.protocol.artworks import NextReply
from tests.fakes.clock import FakeClock
from tests.server.harness import impression, kiosk_on, problem_of, queue_of, send, upload

DAY_S = 86_400
pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


async def test_new_pieces_are_fresh_newest_first_until_shown(tmp_path: Path) -> None:
    """Pieces made for a user come first, the newest on top, each until this display has shown it."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        first = await upload(display, 1)
        kiosk.clock.advance(1)
        second = await upload(display, 2)
        assert await queue_of(display) == [(second["id"], "fresh"), (first["id"], "fresh")]
        await send(display, impression(second["id"]))
        assert await queue_of(display) == [(first["id"], "fresh")]


async def test_fresh_ends_after_its_time(tmp_path: Path) -> None:
    """After 15 minutes a piece nobody saw is no longer fresh but unseen, newest first."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        first = await upload(display, 1)
        kiosk.clock.advance(1)
        second = await upload(display, 2)
        kiosk.clock.advance(15 * 60)
        assert await queue_of(display) == [(second["id"], "unseen"), (first["id"], "unseen")]


async def test_each_display_of_a_user_gets_a_fresh_piece_once(tmp_path: Path) -> None:
    """What one display has shown is still fresh on the other, and then seen on both."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as hall,
        kiosk.client(await kiosk.new_device("wall", "stairs")) as stairs,
    ):
        piece = await upload(hall, 1)
        await send(hall, impression(piece["id"]))
        assert await queue_of(hall) == []
        assert await queue_of(stairs) == [(piece["id"], "fresh")]
        await send(stairs, impression(piece["id"]))
        assert await queue_of(stairs) == []


async def test_seen_pieces_cool_for_seven_days(tmp_path: Path) -> None:
    """Nothing seen within the cooldown comes back; after it the least recently seen comes first."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        pieces = [await upload(display, number) for number in range(3)]
        kiosk.clock.advance(60)
        for index in (1, 0, 2):
            await send(display, impression(pieces[index]["id"]))
            kiosk.clock.advance(60)
        assert await queue_of(display) == []
        kiosk.clock.advance(7 * DAY_S - 3 * 60)
        assert await queue_of(display) == []
        kiosk.clock.advance(3 * 60)
        assert await queue_of(display) == [(pieces[index]["id"], "cooled") for index in (1, 0, 2)]


async def test_a_repeated_impression_restarts_the_cooldown_and_counts_once(tmp_path: Path) -> None:
    """The same id again is a duplicate: it refreshes when the piece was seen, and is one play."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        record = impression(piece["id"])
        assert (await send(display, record))["results"][0]["status"] == "stored"
        kiosk.clock.advance(3 * DAY_S)
        again = await send(display, record)
        assert (again["upserted"], again["results"][0]["status"]) == (1, "duplicate")
        kiosk.clock.advance(5 * DAY_S)
        assert await queue_of(display) == []
        assert (await display.get("/api/usage")).json()["impressions"] == 1
        kiosk.clock.advance(2 * DAY_S + 1)
        assert await queue_of(display) == [(piece["id"], "cooled")]


async def test_a_late_record_does_not_shorten_a_cooldown(tmp_path: Path) -> None:
    """An older showing that arrives after a newer one leaves the newer time."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        await send(display, impression(piece["id"]))
        await send(display, impression(piece["id"], ageMs=6 * DAY_S * 1000))
        kiosk.clock.advance(2 * DAY_S)
        assert await queue_of(display) == []


@pytest.mark.parametrize(
    ("record", "seen_ago_s"),
    [
        ({"ageMs": 3_600_000}, 3_600),
        ({"ageMs": None, "paintedAt": "2025-12-31T00:00:00.000Z", "clockSynced": True}, DAY_S),
        ({"ageMs": None, "paintedAt": "2025-12-31T00:00:00.000Z", "clockSynced": False}, 0),
        ({"ageMs": None, "paintedAt": "2026-01-02T00:00:00.000Z", "clockSynced": True}, 0),
        ({"ageMs": None, "paintedAt": None, "clockSynced": True}, 0),
        ({"ageMs": 0, "paintedAt": "1970-01-01T00:00:00.000Z"}, 0),
    ],
)
async def test_viewed_at_comes_from_the_servers_clock(tmp_path: Path, record: dict[str, Any], seen_ago_s: int) -> None:
    """Now less the age; without one the display's time where it may be trusted; never the future."""
    async with kiosk_on(tmp_path, clock=FakeClock()) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        await send(display, impression(piece["id"], **record))
        kiosk.clock.advance(7 * DAY_S - seen_ago_s)
        assert await queue_of(display) == []
        kiosk.clock.advance(0.001)
        assert await queue_of(display) == [(piece["id"], "cooled")]


async def test_an_age_counts_from_when_the_request_came(tmp_path: Path) -> None:
    """The body comes five seconds after the head: the showing is not dated five seconds late."""
    async with kiosk_on(tmp_path, clock=FakeClock()) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        kiosk.clock.advance(60)
        begun = kiosk.clock.now() - timedelta(seconds=10)

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"impressions":['
            kiosk.clock.advance(5)
            yield json.dumps(impression(piece["id"], ageMs=10_000)).encode() + b"]}"

        path, kind = "/api/artworks/batch-impressions", {"Content-Type": "application/json"}
        assert (await display.post(path, content=slowly(), headers=kind)).status_code == 200
        (row,) = (await display.get("/api/report", params={"from": "2026-01-01", "to": "2026-01-02"})).json()
        assert datetime.fromisoformat(row["first"]) == begun


async def test_loaded_is_kept_apart(tmp_path: Path) -> None:
    """A piece that was only loaded is stored, counts as no play, and stays in the queue."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        reply = await send(display, impression(piece["id"], type="loaded"))
        assert reply["results"][0]["status"] == "stored"
        assert await queue_of(display) == [(piece["id"], "fresh")]
        assert (await display.get("/api/usage")).json()["impressions"] == 0


async def test_one_bad_record_never_spoils_the_others(tmp_path: Path) -> None:
    """Each record is judged by itself, with a reason; the good ones are stored."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        pieces = [await upload(display, number) for number in range(2)]
        good = [impression(piece["id"]) for piece in pieces]
        bad = [
            None,
            "text",
            {},
            {"id": "no uuid", "artworkId": pieces[0]["id"]},
            impression(new_id()),
            impression("not even an id"),
            impression(pieces[0]["id"], ageMs=-1),
            impression(pieces[0]["id"], coverage=2),
            impression(pieces[0]["id"], visibleMs=2**70),
            impression(pieces[0]["id"], type="imagined"),
            impression(pieces[0]["id"], paintedAt="yesterday"),
            impression(pieces[0]["id"], id="\ud800"),
            impression("\udfff"),
        ]
        reply = await send(display, good[0], *bad, good[1])
        assert (reply["attempted"], reply["upserted"]) == (len(bad) + 2, 2)
        assert reply["ids"] == [record["id"] for record in good]
        assert [result["status"] for result in reply["results"]] == ["stored", *["rejected"] * len(bad), "stored"]
        assert all(result["reason"] for result in reply["results"][1:-1])
        assert (await display.get("/api/usage")).json()["impressions"] == 2


async def test_the_same_id_twice_in_one_batch(tmp_path: Path) -> None:
    """A record that is in a batch twice is stored once."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        record = impression((await upload(display, 1))["id"])
        reply = await send(display, record, record)
        assert [result["status"] for result in reply["results"]] == ["stored", "duplicate"]


async def test_an_id_belongs_to_who_used_it_first(tmp_path: Path) -> None:
    """Another user's impression id, or one's own for another piece, is rejected and changes nothing."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as ours:
        piece, other = await upload(ours, 1), await upload(ours, 2)
        record = impression(piece["id"])
        await send(ours, record)
        assert (await send(ours, {**record, "artworkId": other["id"]}))["results"][0]["status"] == "rejected"
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await send(theirs, record))["results"][0]["status"] == "rejected"
            assert len(await queue_of(theirs)) == 2


async def test_over_200_is_413_and_stores_nothing(tmp_path: Path) -> None:
    """201 records are refused as a whole; 200 are not."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        records = [impression(piece["id"]) for _ in range(201)]
        reply = await display.post("/api/artworks/batch-impressions", json={"impressions": records})
        assert reply.status_code == 413
        problem_of(reply)
        assert (await display.get("/api/usage")).json()["impressions"] == 0
        assert (await send(display, *records[:200]))["upserted"] == 200


async def test_bare_artwork_ids(tmp_path: Path) -> None:
    """The old form names artworks only; told again it counts once and refreshes."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        body = {"artworkIds": [piece["id"], new_id(), 7]}
        first = (await display.post("/api/artworks/batch-impressions", json=body)).json()
        assert [result["status"] for result in first["results"]] == ["stored", "rejected", "rejected"]
        assert first["ids"] == [piece["id"]]
        again = (await display.post("/api/artworks/batch-impressions", json=body)).json()
        assert again["results"][0]["status"] == "duplicate"
        assert (await display.get("/api/usage")).json()["impressions"] == 1
        assert await queue_of(display) == []


@pytest.mark.parametrize("body", [{}, {"impressions": None}, {"impressions": [], "artworkIds": []}, {"impressions": 5}])
async def test_a_batch_needs_one_of_its_two_forms(tmp_path: Path, body: dict[str, Any]) -> None:
    """Neither form, both, or no list: 422."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.post("/api/artworks/batch-impressions", json=body)
        assert reply.status_code == 422
        problem_of(reply)


async def test_viewed_is_a_batch_of_one(tmp_path: Path) -> None:
    """`viewed` takes a record, an empty object or nothing; an unknown piece is 404."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        pieces = [await upload(display, number) for number in range(3)]
        bodies: list[dict[str, Any]] = [{"json": impression(pieces[0]["id"])}, {"json": {}}, {}]
        for piece, body in zip(pieces, bodies, strict=True):
            reply = (await display.post(f"/api/artworks/{piece['id']}/viewed", **body)).raise_for_status().json()
            assert (reply["attempted"], reply["upserted"]) == (1, 1)
        assert await queue_of(display) == []
        missing = await display.post(f"/api/artworks/{new_id()}/viewed", json={})
        assert missing.status_code == 404
        problem_of(missing)


async def test_a_private_piece_is_its_owners(tmp_path: Path) -> None:
    """In queues, images, impressions, votes and counts a private piece does not exist for others."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as ours,
        kiosk.client(await kiosk.new_user("mara")) as theirs,
    ):
        piece = await upload(ours, 1, private="true")
        assert await queue_of(ours) == [(piece["id"], "fresh")]
        assert await queue_of(theirs) == []
        assert (await theirs.get(piece["imageUrl"])).status_code == 404
        assert (await ours.get(piece["imageUrl"])).status_code == 200
        assert (await send(theirs, impression(piece["id"])))["results"][0]["status"] == "rejected"
        assert (await theirs.post(f"/api/artworks/{piece['id']}/vote", json={"value": 1})).status_code == 404
        assert (await theirs.post(f"/api/artworks/{piece['id']}/viewed", json={})).status_code == 404
        assert (await theirs.get("/api/artworks/stats")).json()["storage"] == 0


async def test_a_public_piece_is_unseen_for_others(tmp_path: Path) -> None:
    """What one user adds or sees is fresh for them alone; everybody else has not seen it."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as ours,
        kiosk.client(await kiosk.new_user("mara")) as theirs,
    ):
        piece = await upload(ours, 1)
        assert await queue_of(theirs) == [(piece["id"], "unseen")]
        await send(ours, impression(piece["id"]))
        assert await queue_of(theirs) == [(piece["id"], "unseen")]


async def test_lanes_are_merged_newest_first(tmp_path: Path) -> None:
    """Public and private pieces come in one order, by when they were made; bundled ones after all others."""
    async with kiosk_on(tmp_path, with_demo=True) as kiosk, kiosk.client() as display:
        pieces = []
        for number in range(4):
            pieces.append(await upload(display, number, private="true" if number % 2 else "false"))
            kiosk.clock.advance(1)
        kiosk.clock.advance(3_600)
        queue = await queue_of(display)
        assert [piece_id for piece_id, _ in queue[:4]] == [piece["id"] for piece in reversed(pieces)]
        assert len(queue) > 4
        assert {reason for _, reason in queue} == {"unseen"}
        assert await queue_of(display, limit=3) == queue[:3]


async def test_the_pool_says_how_much_is_left(tmp_path: Path) -> None:
    """Fresh, unseen and cooling are counted apart, each piece in one of them."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        old = [await upload(display, number) for number in range(3)]
        kiosk.clock.advance(3_600)
        await upload(display, 9)
        await send(display, impression(old[0]["id"]))
        page = NextReply.model_validate_json((await display.get("/api/artworks/next?limit=1")).content)
        assert (page.pool.fresh, page.pool.unseen, page.pool.cooling) == (1, 2, 1)
        assert len(page.artworks) == 1
        assert page.server_time == kiosk.clock.now()


async def test_the_created_cutoff_hides_what_is_too_old(tmp_path: Path) -> None:
    """With a cutoff of a day, older pieces are neither unseen nor cooled, and not counted."""
    async with kiosk_on(tmp_path, created_cutoff_d=1.0, cooldown_d=0.01) as kiosk, kiosk.client() as display:
        seen = await upload(display, 1)
        await upload(display, 2)
        await send(display, impression(seen["id"]))
        kiosk.clock.advance(DAY_S - 10)
        young = await upload(display, 3)
        assert len(await queue_of(display)) == 3
        kiosk.clock.advance(3_600)
        assert await queue_of(display) == [(young["id"], "unseen")]
        assert (await display.get("/api/artworks/next")).json()["pool"]["unseen"] == 1


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "99999999999999999999999"])
async def test_a_limit_out_of_range_is_422(tmp_path: Path, limit: str) -> None:
    """`limit` is 1 to 100."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.get("/api/artworks/next", params={"limit": limit})
        assert reply.status_code == 422
        problem_of(reply)


async def test_sessions_are_the_servers(tmp_path: Path) -> None:
    """A session lives 24 h from its last use; a missing, unknown, foreign or expired one is replaced."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:

        async def canonical(wanted: str | None) -> str:
            params = {} if wanted is None else {"sessionId": wanted}
            reply = await display.get("/api/artworks/next", params=params)
            return str(reply.raise_for_status().json()["sessionId"])

        first = await canonical(None)
        assert [await canonical(wanted) for wanted in (first, None, new_id(), "nonsense")] == [first] * 4
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            foreign = (await theirs.get("/api/artworks/next", params={"sessionId": first})).json()["sessionId"]
        assert foreign != first
        assert await canonical(foreign) == first
        for _ in range(3):
            kiosk.clock.advance(20 * 3_600)
            assert await canonical(first) == first
        kiosk.clock.advance(24 * 3_600)
        assert await canonical(first) != first


async def test_votes_are_one_a_user(tmp_path: Path) -> None:
    """The last vote counts, 0 takes it back, other values are refused, and users are told apart."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as ours:
        piece = await upload(ours, 1)
        path = f"/api/artworks/{piece['id']}/vote"
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await ours.post(path, json={"value": 1})).json() == {"up": 1, "down": 0, "mine": 1}
            assert (await ours.post(path, json={"value": -1})).json() == {"up": 0, "down": 1, "mine": -1}
            assert (await theirs.post(path, json={"value": 1})).json() == {"up": 1, "down": 1, "mine": 1}
            assert (await ours.post(path, json={"value": 0})).json() == {"up": 1, "down": 0, "mine": 0}
        for value in (2, "up", None, 0.5):
            refused = await ours.post(path, json={"value": value})
            assert refused.status_code == 422
            problem_of(refused)
        assert (await ours.post(f"/api/artworks/{new_id()}/vote", json={"value": 1})).status_code == 404


async def test_backfill_marks_what_a_user_may_see(tmp_path: Path) -> None:
    """It counts rows really inserted, of visible pieces made before `asOf`; a second time there are none."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as ours,
        kiosk.admin() as admin,
        kiosk.client(await kiosk.new_user("mara")) as theirs,
    ):
        await upload(theirs, 1, private="true")
        old = await upload(ours, 2)
        await send(ours, impression(old["id"]))
        kiosk.clock.advance(60)
        as_of = kiosk.clock.now().isoformat()
        young = await upload(ours, 3)
        stats = (await theirs.get("/api/artworks/stats")).json()
        assert stats == {"fresh": 1, "storage": 3, "legacy_untracked": 3}
        path = "/api/artworks/backfill-impressions"
        assert (await admin.post(path, json={"asOf": as_of})).json() == {"updated": 2}
        assert (await admin.post(path, json={"asOf": as_of})).json() == {"updated": 0}
        assert [piece_id for piece_id, _ in await queue_of(theirs)] == [young["id"]]
        assert (await admin.post(path, json={"userId": "mara"})).json() == {"updated": 1}
        assert (await theirs.get("/api/artworks/stats")).json()["legacy_untracked"] == 0
        assert (await admin.post(path, json={"userId": new_id()})).status_code == 404
        assert (await theirs.post(path, json={})).status_code == 403


async def test_reads_and_writes_at_once(tmp_path: Path) -> None:
    """Many calls at once all succeed, and every impression is there afterwards."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        pieces = [await upload(display, number) for number in range(5)]
        await asyncio.gather(
            *(send(display, *(impression(piece["id"]) for piece in pieces)) for _ in range(10)),
            *(queue_of(display) for _ in range(20)),
        )
        assert (await display.get("/api/usage")).json()["impressions"] == 50
