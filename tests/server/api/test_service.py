"""Usage, reports and metrics over HTTP."""

import asyncio
import csv
import io
import threading
from pathlib import Path

import httpx
import pytest

from kiosk.server import store_reports
from tests.server.harness import impression, kiosk_on, problem_of, send, until, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

LIMIT_S = 60  # to what ends by itself or by a signal long before, unless something is wrong


async def test_a_report_counts_plays_per_piece_and_display(tmp_path: Path) -> None:
    """Plays, visible time and the starts of the first and last showing, from inclusive, to exclusive."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as hall,
        kiosk.client(await kiosk.new_device("wall", "stairs")) as stairs,
    ):
        piece = await upload(hall, 1, title="Tide", artist="Mara")
        await send(hall, impression(piece["id"], visibleMs=1_000))
        kiosk.clock.advance(3_600)
        await send(hall, impression(piece["id"], visibleMs=2_000))
        await send(stairs, impression(piece["id"], visibleMs=5_000))
        rows = (await hall.get("/api/report", params={"from": "2026-01-01", "to": "2026-01-02"})).json()
        base = {"artworkId": piece["id"], "title": "Tide", "artist": "Mara"}
        start, later = "2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00.000Z"
        assert rows == [
            {**base, "device": "display", "plays": 2, "visibleMs": 3_000, "first": start, "last": later},
            {**base, "device": "stairs", "plays": 1, "visibleMs": 5_000, "first": later, "last": later},
        ]
        for begin, end, plays in (
            (start, later, [1]),
            (later, "2026-01-01T02:00:00+00:00", [1, 1]),
            (later, later, []),
        ):
            rows = (await hall.get("/api/report", params={"from": begin, "to": end})).json()
            assert [row["plays"] for row in rows] == plays
        csv = await hall.get("/api/report", params={"from": "2026-01-01", "to": "2026-01-02", "format": "csv"})
        assert csv.headers["content-type"].startswith("text/csv")
        assert len(csv.text.splitlines()) == 3


async def test_a_report_sums_by_artist_display_and_day(tmp_path: Path) -> None:
    """`by` chooses what is summed; callers without a display have an empty name; JSON and CSV say the same."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as hall, kiosk.admin() as admin:
        tide = await upload(hall, 1, title="Tide", artist="Mara")
        dune = await upload(hall, 2, title="Dune", artist="@Ola")
        await send(hall, impression(tide["id"], visibleMs=1_000))
        kiosk.clock.advance(86_400)
        await send(hall, impression(tide["id"], visibleMs=1_000), impression(dune["id"], visibleMs=1_000))
        await send(admin, impression(tide["id"], visibleMs=1_000))
        first, second = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
        expected = {
            "artist": [
                {"artist": "Mara", "plays": 3, "visibleMs": 3_000, "first": first, "last": second},
                {"artist": "@Ola", "plays": 1, "visibleMs": 1_000, "first": second, "last": second},
            ],
            "display": [
                {"device": "", "user": "wall", "plays": 1, "visibleMs": 1_000, "first": second, "last": second},
                {"device": "display", "user": "wall", "plays": 3, "visibleMs": 3_000, "first": first, "last": second},
            ],
            "day": [
                {"day": "2026-01-01", "plays": 1, "visibleMs": 1_000, "first": first, "last": first},
                {"day": "2026-01-02", "plays": 3, "visibleMs": 3_000, "first": second, "last": second},
            ],
        }
        for by, rows in expected.items():
            query = {"from": "2026-01-01", "to": "2026-02-01", "by": by}
            assert (await hall.get("/api/report", params=query)).json() == rows
            text = (await hall.get("/api/report", params={**query, "format": "csv"})).text
            read = list(csv.DictReader(io.StringIO(text, newline="")))
            assert [{name: value.lstrip("'") for name, value in row.items()} for row in read] == [
                {name: str(value) for name, value in row.items()} for row in rows
            ]
        reply = await hall.get("/api/report", params={"from": "2026-01-01", "to": "2026-02-01", "by": "hour"})
        assert reply.status_code == 422


async def test_the_upkeep_purges_plays_and_keeps_what_they_tell(tmp_path: Path) -> None:
    """After `plays_kept_d` midnights are answered as before, times within a day are 422, and usage is as it was."""
    async with kiosk_on(tmp_path, plays_kept_d=30) as kiosk, kiosk.client() as display:
        piece = (await display.post("/api/generate-art", json={})).json()["artwork"]
        await send(display, impression(piece["id"], visibleMs=1_000))
        await display.get("/api/artworks/next")
        used = (await display.get("/api/usage")).json()
        whole, cut = {"from": "2026-01-01", "to": "2026-01-02"}, {"from": "2026-01-01", "to": "2026-01-01T12:00:00Z"}
        before = (await display.get("/api/report", params=whole)).json()
        assert (await display.get("/api/report", params=cut)).json() == before
        kiosk.clock.advance(31 * 86_400)

        async def is_purged() -> bool:
            return (await display.get("/api/report", params=cut)).status_code == 422

        async with asyncio.timeout(LIMIT_S):
            while not await is_purged():  # noqa: ASYNC110 - the upkeep tells nobody
                await asyncio.sleep(0.01)
        assert problem_of(await display.get("/api/report", params=cut))["code"] == "plays_purged"
        assert (await display.get("/api/report", params=whole)).json() == before
        assert (await display.get("/api/usage")).json() == used


async def test_a_display_reports_its_users_plays_only(tmp_path: Path) -> None:
    """A token of a display sees its user's plays; the machine's own tokens see everybody's."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.client() as ours,
        kiosk.admin() as admin,
        kiosk.client(await kiosk.new_user("mara")) as theirs,
    ):
        piece = await upload(ours, 1)
        await send(ours, impression(piece["id"]))
        query = {"from": "2026-01-01", "to": "2026-01-02"}
        assert (await theirs.get("/api/report", params=query)).json() == []
        await send(theirs, impression(piece["id"]))
        assert len((await theirs.get("/api/report", params=query)).json()) == 1
        assert len((await ours.get("/api/report", params=query)).json()) == 2
        assert len((await admin.get("/api/report", params=query)).json()) == 2


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-01-01"},
        {"from": "x", "to": "2026-01-01"},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"from": "2026-01-01", "to": "2026-01-02", "format": "pdf"},
    ],
)
async def test_a_report_needs_two_times(tmp_path: Path, query: dict[str, str]) -> None:
    """Missing, unreadable or reversed times are 422."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.get("/api/report", params=query)
        assert reply.status_code == 422
        problem_of(reply)


async def test_usage_counts_what_the_caller_did(tmp_path: Path) -> None:
    """Impressions, pieces made, pieces saved, votes and sessions, of this user alone."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = (await display.post("/api/generate-art", json={})).json()["artwork"]
        await display.post("/api/generate-art", json={})
        await send(display, impression(piece["id"]))
        await display.post(f"/api/artworks/{piece['id']}/vote", json={"value": 1})
        counts = {"impressions": 1, "generated": 1, "deduplicated": 1, "votes": 1, "sessions": 1}
        assert (await display.get("/api/usage")).json() == counts
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert set((await theirs.get("/api/usage")).json().values()) == {0}


async def test_metrics_count_records_not_duplicates_as_failures(tmp_path: Path) -> None:
    """Attempted and failed records, the latency histogram, and alerts while they hold."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.admin() as admin:
        piece = await upload(display, 1)
        record = impression(piece["id"])
        await send(display, record, {"id": "broken"})
        await send(display, record)
        figures = await metrics_of(admin)
        assert figures["batch_impressions_attempted_total"] == 3
        assert figures["batch_impressions_failed_total"] == 1
        assert figures["batch_impressions_latency_ms_count"] == 2
        assert figures['batch_impressions_latency_ms_bucket{le="+Inf"}'] == 2
        assert figures['kiosk_alert{name="sustained_failures"}'] == 0
        await send(display, *({"id": "broken"} for _ in range(150)))
        figures = await metrics_of(admin)
        assert figures['kiosk_alert{name="sustained_failures"}'] == 1
        assert figures['kiosk_alert{name="large_batch"}'] == 1
        kiosk.clock.advance(301)
        figures = await metrics_of(admin)
        assert figures['kiosk_alert{name="sustained_failures"}'] == 0
        assert figures['kiosk_alert{name="large_batch"}'] == 0


async def metrics_of(admin: object) -> dict[str, float]:
    """The figures by name."""
    import httpx

    assert isinstance(admin, httpx.AsyncClient)
    reply = (await admin.get("/metrics")).raise_for_status()
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in reply.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def test_a_report_tells_no_words_of_a_private_piece(tmp_path: Path) -> None:
    """Made private and renamed, a piece that another has played counts for them on, without title and artist."""
    async with (
        kiosk_on(tmp_path) as kiosk,
        kiosk.admin() as admin,
        kiosk.client(await kiosk.new_user("mara")) as owner,
        kiosk.client(await kiosk.new_user("ola")) as other,
    ):
        piece = await upload(owner, 1, title="Tide", artist="Mara")
        open_one = await upload(owner, 2, title="Dune", artist="Mara")
        await send(other, impression(piece["id"]), impression(open_one["id"]))
        await send(owner, impression(piece["id"]))
        changes = {"private": True, "title": "Secret", "artist": "Nobody"}
        (await owner.patch(f"/api/artworks/{piece['id']}", json=changes)).raise_for_status()

        async def words(client: httpx.AsyncClient, *names: str, by: str) -> list[tuple[str, ...]]:
            query = {"from": "2026-01-01", "to": "2026-01-02", "by": by}
            return sorted(
                tuple(row[name] for name in names) for row in (await client.get("/api/report", params=query)).json()
            )

        assert await words(other, "title", "artist", by="artwork") == [("", ""), ("Dune", "Mara")]
        assert await words(other, "artist", by="artist") == [("",), ("Mara",)]
        assert await words(owner, "title", "artist", by="artwork") == [("Secret", "Nobody")]
        assert await words(admin, "artist", by="artist") == [("Mara",), ("Nobody",)]
        (await owner.delete(f"/api/artworks/{piece['id']}")).raise_for_status()
        (await owner.delete(f"/api/artworks/{open_one['id']}")).raise_for_status()
        assert await words(other, "title", by="artwork") == [("",), ("Dune",)]
        assert await words(owner, "title", by="artwork") == [("Secret",)]


async def test_reports_keep_nobody_waiting_for_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While more reports are read than there are threads, displays get their pieces."""
    gate, begun = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        begun.set()
        gate.wait(LIMIT_S)
        return []

    monkeypatch.setattr(store_reports, "plays_between", slow)
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        query = {"from": "2026-01-01", "to": "2026-01-02"}
        async with asyncio.TaskGroup() as group:
            reports = [group.create_task(display.get("/api/report", params=query)) for _ in range(6)]
            await until(begun.is_set, "a report is read")
            assert (await display.get("/api/artworks/next")).status_code == 200
            assert not any(report.done() for report in reports)
            gate.set()
        assert {report.result().status_code for report in reports} == {200}
