"""The figures: exact for what was done, one registry an app, and cheap to read however much there is."""

import asyncio
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, text

from kiosk.domain.errors import KioskError
from kiosk.server.figures import BELIEVED_S
from kiosk.server.metrics import DISPLAYS_MAX, Metrics
from tests.fakes.clock import FakeClock
from tests.server.harness import (
    DEADLINE_S,
    Kiosk,
    Painter,
    impression,
    kiosk_on,
    picture,
    send,
    served_on,
    until,
    upload,
)

pytestmark = pytest.mark.anyio

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def figures_of(kiosk: Kiosk) -> Figures:
    """What `/metrics` says, by name and labels, through Prometheus' own parser."""
    async with kiosk.admin() as admin:
        reply = (await admin.get("/metrics")).raise_for_status()
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(reply.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(figures: Figures, name: str, /, **labels: str) -> float:
    """The one figure of that name and those labels."""
    return figures[name, frozenset(labels.items())]


async def test_every_family_is_explained_and_none_is_a_time_of_making(tmp_path: Path) -> None:
    """Each family has a help text and a type, and there is no `_created` beside any counter."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.admin() as admin:
        written = (await admin.get("/metrics")).text
    for family in text_string_to_metric_families(written):
        assert family.documentation
        assert family.type in {"counter", "gauge", "histogram"}
    assert "_created" not in written


async def test_only_administrators_see_figures(tmp_path: Path) -> None:
    """A display's token is not enough."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        assert (await display.get("/metrics")).status_code == 403


async def test_two_apps_count_apart(tmp_path: Path) -> None:
    """What one server counts is not in another's figures, in one process."""
    async with kiosk_on(tmp_path / "a") as one, kiosk_on(tmp_path / "b") as other, one.client() as display:
        piece = await upload(display, 1)
        await send(display, impression(piece["id"]))
        assert value(await figures_of(one), "batch_impressions_attempted_total") == 1
        assert value(await figures_of(other), "batch_impressions_attempted_total") == 0


async def test_batches_are_counted_by_record_and_timed_in_milliseconds(tmp_path: Path) -> None:
    """The contract's names; duplicates are no failures; buckets are milliseconds."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        record = impression(piece["id"])
        await send(display, record, {"id": "broken"})
        await send(display, record)
        figures = await figures_of(kiosk)
    assert value(figures, "batch_impressions_attempted_total") == 3
    assert value(figures, "batch_impressions_failed_total") == 1
    assert value(figures, "batch_impressions_latency_ms_count") == 2
    assert value(figures, "batch_impressions_latency_ms_bucket", le="2500.0") == 2
    assert value(figures, "kiosk_alert", name="sustained_failures") == 0


async def test_requests_are_counted_by_template_and_class(tmp_path: Path) -> None:
    """No path, no method and no status of a stranger's makes a series of its own."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for number in range(3):
            await display.get(f"/api/images/{number}")
            await display.get(f"/nowhere/{number}")
            await display.request(f"BREW{number}", "/api/version")
        await display.head("/healthz")
        figures = await figures_of(kiosk)
    count = "kiosk_http_requests_total"
    assert value(figures, count, method="GET", route="/api/images/{sha256}", status="4xx") == 3
    assert value(figures, count, method="GET", route="(none)", status="4xx") == 3
    assert value(figures, count, method="other", route="/api/version", status="4xx") == 3
    assert value(figures, count, method="HEAD", route="/healthz", status="2xx") == 1
    name = "kiosk_http_request_duration_seconds_count"
    assert value(figures, name, method="GET", route="/api/images/{sha256}") == 3


async def test_the_queue_and_the_jobs_come_from_the_database(tmp_path: Path) -> None:
    """Pieces by kind of lane, jobs by state, and how long the first in line has waited."""
    painter = Painter(gate=asyncio.Event())
    async with kiosk_on(tmp_path, with_demo=True, painter=painter) as kiosk, kiosk.client() as display:
        await upload(display, 1)
        await upload(display, 2, private="true")
        for seed in range(2):
            body = {"musicInfo": {"seed": seed}}
            await display.post("/api/generate-art", json=body, headers={"Prefer": "wait=0"})
        await until(lambda: painter.orders, "a job is in work")
        for number in (3, 4):
            await display.delete(f"/api/artworks/{(await upload(display, number))['id']}")
        kiosk.clock.advance(6)
        figures = await figures_of(kiosk)
        assert value(figures, "kiosk_queue_pieces", lane="public") == 1
        assert value(figures, "kiosk_queue_pieces", lane="private") == 1
        assert value(figures, "kiosk_queue_pieces", lane="demo") > 0
        assert value(figures, "kiosk_queue_pieces", lane="removed") == 2
        assert value(figures, "kiosk_generation_jobs", state="running") == 1
        assert value(figures, "kiosk_generation_jobs", state="queued") == 1
        assert value(figures, "kiosk_generation_oldest_queued_seconds") == 6
        assert value(figures, "kiosk_database_size_bytes") > 4_096
        assert painter.gate is not None
        painter.gate.set()
        await until(lambda: len(painter.orders) == 2, "the second is in work")

        async def all_are_done() -> bool:
            kiosk.clock.advance(BELIEVED_S)
            return value(await figures_of(kiosk), "kiosk_generation_jobs", state="done") == 2

        async with asyncio.timeout(DEADLINE_S):
            while not await all_are_done():  # noqa: ASYNC110 - the server is asked
                await asyncio.sleep(0.01)
        assert value(await figures_of(kiosk), "kiosk_generation_oldest_queued_seconds") == 0


async def test_many_who_look_cost_as_much_as_one(tmp_path: Path) -> None:
    """What was read of the database is believed for a few seconds."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        await upload(display, 1)
        assert value(await figures_of(kiosk), "kiosk_queue_pieces", lane="public") == 1
        await upload(display, 2)
        assert value(await figures_of(kiosk), "kiosk_queue_pieces", lane="public") == 1
        kiosk.clock.advance(BELIEVED_S)
        assert value(await figures_of(kiosk), "kiosk_queue_pieces", lane="public") == 2


async def test_a_display_is_named_with_the_time_it_last_delivered(tmp_path: Path) -> None:
    """Only one that delivered something good, and only for a day."""
    name = "kiosk_display_last_impression_timestamp_seconds"
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        async with kiosk.client(await kiosk.new_device("wall", "foyer")) as foyer:
            await send(foyer, {"id": "broken"})
        await send(display, impression(piece["id"]))
        at_s = kiosk.clock.now().timestamp()
        kiosk.clock.advance(60)
        figures = {key: value for key, value in (await figures_of(kiosk)).items() if key[0] == name}
        assert [(dict(labels)["name"], value) for (_, labels), value in figures.items()] == [("display", at_s)]
        kiosk.clock.advance(24 * 3_600)
        assert name not in {key[0] for key in await figures_of(kiosk)}


def test_displays_remembered_are_bounded() -> None:
    """Those heard of longest ago are forgotten first."""
    metrics = Metrics(FakeClock(), database="sqlite")
    for device_id in range(DISPLAYS_MAX + 5):
        metrics.count_batch(attempted=1, failed=0, seconds=0.001, device_id=device_id)
    assert len(metrics.displays) == DISPLAYS_MAX
    assert 0 not in metrics.displays


async def test_transactions_are_metered(tmp_path: Path) -> None:
    """Those that wait and run now, and how long each took, also when it failed."""
    name = "kiosk_database_transactions"
    release = asyncio.Event()
    async with kiosk_on(tmp_path) as kiosk:
        database, loop = kiosk.services.database, asyncio.get_running_loop()
        before = value(await figures_of(kiosk), "kiosk_database_transaction_duration_seconds_count", kind="write")

        def slow(connection: Connection) -> None:
            connection.execute(text("SELECT 1"))
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(DEADLINE_S)

        def failing(_connection: Connection) -> None:
            raise KioskError("no")

        async with asyncio.TaskGroup() as group:
            first = group.create_task(database.write(slow))
            second = group.create_task(database.write(slow))
            now = kiosk.services.metrics.meter.now
            await until(lambda: now()["write", "running"] == 1 and now()["write", "waiting"] == 1, "one runs")
            figures = await figures_of(kiosk)
            assert value(figures, name, kind="write", state="running") == 1
            assert value(figures, name, kind="write", state="waiting") == 1
            release.set()
            await asyncio.gather(first, second)
        with pytest.raises(KioskError):
            await database.write(failing)
        figures = await figures_of(kiosk)
        assert value(figures, name, kind="write", state="running") == 0
        assert value(figures, "kiosk_database_transaction_duration_seconds_count", kind="write") == before + 3
        assert value(figures, "kiosk_database_wait_seconds_count", kind="write") == before + 3


def test_a_transaction_run_again_is_a_retry(tmp_path: Path) -> None:
    """However often the database runs the work, it is one transaction and the rest are retries."""
    metrics = Metrics(FakeClock(), database="postgresql")
    with metrics.meter.measuring("write", lambda _connection: None) as work:
        for _ in range(3):
            work(None)  # type: ignore[arg-type]
    retries = metrics._registry.get_sample_value("kiosk_database_retries_total", {"kind": "write"})
    count = metrics._registry.get_sample_value("kiosk_database_transaction_duration_seconds_count", {"kind": "write"})
    assert (retries, count) == (2, 1)


async def test_faults_of_the_image_store_are_counted(tmp_path: Path) -> None:
    """A store that cannot be written is a fault; an image that is missing is none."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        piece = await upload(display, 1)
        folder = tmp_path / "server" / "images"
        for file in folder.rglob("*.jpg"):
            file.unlink()
        assert (await display.get(piece["imageUrl"])).status_code == 404
        assert value(await figures_of(kiosk), "kiosk_image_store_errors_total", operation="read") == 0
        moved = folder.rename(folder.with_name("gone"))
        folder.write_text("a file where the folder was")
        reply = await display.post("/api/artworks", files={"file": ("a.jpg", picture(7))})
        assert reply.status_code == 503
        assert value(await figures_of(kiosk), "kiosk_image_store_errors_total", operation="put") == 1
        folder.unlink()
        moved.rename(folder)


async def test_figures_over_a_real_socket(tmp_path: Path) -> None:
    """A stream that is open is counted while it is, and has no part in the durations of requests."""
    async with (
        served_on(tmp_path, clock=FakeClock()) as served,
        served.client() as display,
        served.client(served.services.admin_token) as admin,
    ):
        async with display.stream("GET", "/api/artworks/stream") as response:
            assert response.headers["x-request-id"]
            chunks = response.aiter_bytes()  # kept: its end would be the stream's
            assert (await anext(chunks)).startswith(b": connected")
            assert "\nkiosk_streams 1.0\n" in (await figures_text(admin))
        await until_text(admin, "\nkiosk_streams 0.0\n")
        await until_text(admin, 'kiosk_http_requests_total{method="GET",route="/api/artworks/stream",status="2xx"}')
        assert 'duration_seconds_count{method="GET",route="/api/artworks/stream"}' not in await figures_text(admin)


async def figures_text(admin: httpx.AsyncClient) -> str:
    """The figures as they are written."""
    return (await admin.get("/metrics")).raise_for_status().text


async def until_text(admin: httpx.AsyncClient, wanted: str) -> None:
    """Read the figures until `wanted` is among them."""
    async with asyncio.timeout(DEADLINE_S):
        while wanted not in await figures_text(admin):  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.01)
