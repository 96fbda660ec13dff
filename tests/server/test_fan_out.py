"""The fan-out over real sockets: one reading for all, slow and vanished readers, other processes, the end."""

import json
import resource
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from kiosk.domain.artworks import Origin
from kiosk.domain.ids import new_id
from kiosk.server import listening, store_artworks, store_events, store_people
from kiosk.server.fan_out import LOOK_EVERY_S, STUCK_MAX_S, TAIL_EVENTS, UNSENT_MAX_BYTES
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.tables import PUBLIC_LANE, counters, events
from tests.fakes.clock import FakeClock, LoopClock
from tests.server.daemons import free_port
from tests.server.harness import DEADLINE_S, Served, kiosk_on, problem_of, served_on, until, upload
from tests.server.raw_streams import following, open_raw

pytestmark = pytest.mark.anyio

WALL = 1  # the user of the wall's own display
STREAMS = 1_000


@pytest.fixture
def many_files() -> Iterator[None]:
    """Lets this process open more files than most systems allow at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * STREAMS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def add(served: Served, *, count: int = 1, large: int = 0) -> list[str]:
    """Add events for the wall's user in one transaction; `large` bytes each. Returns what their data must contain."""
    names = [new_id() for _ in range(count)]

    def work(connection: Any) -> None:
        for name in names:
            store_events.add_failed(connection, user=WALL, job_id=name, reason="x" * large, now_ms=0)

    await served.services.database.write(work)
    served.services.broker.publish(WALL)
    return names


async def test_one_event_is_read_once_for_all_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many streams there are, news costs one reading; who comes back soon costs none."""
    async with served_on(tmp_path, clock=FakeClock()) as served:
        streams = [await open_raw(served) for _ in range(50)]
        database, readings = served.services.database, 0
        read = database.read

        async def counted(work: Any) -> Any:
            nonlocal readings
            readings += "_page_of" in repr(work)
            return await read(work)

        monkeypatch.setattr(database, "read", counted)
        [name] = await add(served)
        for stream in streams:
            await stream.until(name.encode())
        assert readings == 1
        again = await open_raw(served, last_event_id="0")
        await again.until(name.encode())
        assert readings == 1
        for stream in [*streams, again]:
            stream.close()


async def test_who_is_behind_the_tail_reads_the_table(tmp_path: Path) -> None:
    """A stream gets what it missed, more than memory keeps of it, and every event once."""
    async with served_on(tmp_path, clock=LoopClock()) as served:
        staying = await open_raw(served)
        names = await add(served, count=TAIL_EVENTS + 50)
        await staying.until(names[-1].encode())
        behind = await open_raw(served, last_event_id="0")
        names += await add(served)
        for stream in (staying, behind):
            body = await stream.until(names[-1].encode())
            assert [body.count(name.encode()) for name in names] == [1] * len(names)
            stream.close()


async def test_streams_that_open_while_much_happens(tmp_path: Path) -> None:
    """Wherever a stream joins the others, it misses nothing and repeats nothing."""
    async with served_on(tmp_path, clock=LoopClock()) as served:
        staying = await open_raw(served)
        names: list[str] = []
        joined = []
        for number in range(40):
            names += await add(served, count=3)
            joined.append(await open_raw(served, last_event_id=str(number)))
        for number, stream in enumerate(joined):
            body = await stream.until(names[-1].encode())
            assert [body.count(name.encode()) for name in names[number:]] == [1] * (len(names) - number)
            assert not any(name.encode() in body for name in names[:number])
        for stream in [staying, *joined]:
            stream.close()


async def test_what_was_purged_is_not_missed(tmp_path: Path) -> None:
    """An id older than what is kept gets what there is; one from the future starts from now."""
    async with served_on(tmp_path, clock=LoopClock()) as served:
        names = await add(served, count=10)
        await served.services.database.write(
            lambda connection: connection.execute(delete(events).where(events.c.seq <= 5))
        )
        old, future = await open_raw(served, last_event_id="2"), await open_raw(served, last_event_id="4711")
        names += await add(served)
        for stream, expected in ((old, names[5:]), (future, names[10:])):
            body = await stream.until(names[-1].encode())
            assert [name for name in names if name.encode() in body] == expected
            stream.close()


async def test_a_database_that_goes_back_in_time(tmp_path: Path) -> None:
    """Where an older copy is put in place under a running server, displays come back and follow what happens there."""

    def go_back(connection: Any) -> None:
        connection.execute(delete(events))
        connection.execute(update(counters).values(value=3))

    async with served_on(tmp_path, clock=LoopClock()) as served, following(served) as follower:
        await add(served, count=20)
        await until(lambda: len(follower.events) == 20, "all comes")
        await served.services.database.write(go_back)
        await until(lambda: follower.connections == 2, "it comes back")
        await until(lambda: served.services.fan_out.subscribers, "it follows again")
        [name] = await add(served)
        await until(lambda: len(follower.events) > 20, "news comes")
        assert name in follower.events[-1].data


async def test_a_removal_reaches_everybody(tmp_path: Path) -> None:
    """`art-removed` of a public piece comes to the displays of every user, with its id."""
    async with served_on(tmp_path, clock=LoopClock()) as served, served.client(served.services.admin_token) as admin:
        (await admin.post("/api/admin/users", json={"name": "mara"})).raise_for_status()
        made = await admin.post("/api/admin/devices", json={"name": "hall", "user": "mara"})
        ours, theirs = await open_raw(served), await open_raw(served, token=made.json()["token"])

        def remove(connection: Any) -> str:
            new = NewArtwork(new_id(), "0" * 64, 1, 16, 9, "image/png", "t", "a", Origin.IMPORTED)
            row = store_artworks.insert(
                connection, new, lane=PUBLIC_LANE, created_by=None, created_at=0, fresh_until=None
            )
            store_events.add_removed(connection, user=None, artwork=row.id, now_ms=0)
            return str(row.public_id)

        public_id = await served.services.database.write(remove)
        served.services.broker.publish(None)
        for stream in (ours, theirs):
            body = await stream.until(public_id.encode())
            assert b"event: art-removed" in body
            stream.close()


async def test_an_old_protocol_gets_the_plain_stream(tmp_path: Path) -> None:
    """To HTTP/1.0, as some proxies speak it, events go without chunks, and to HTTP/1.1 in them."""
    async with served_on(tmp_path, clock=LoopClock()) as served:
        old, new = await open_raw(served, version="1.0"), await open_raw(served)
        [name] = await add(served, large=100)
        served.services.broker.beat()
        assert b"chunked" not in old.head
        assert b"chunked" in new.head
        plain = (await old.until(b"\n\n:\n\n")).split(b"\n\n")
        assert json.loads(plain[1].split(b"data: ")[1])["jobId"] == name
        chunked = await new.until(b"\n\n\r\n3\r\n:\n\n\r\n")
        size, data = chunked[chunked.index(b"\n\n\r\n") + 4 :].split(b"\r\n")[:2]
        assert int(size, 16) == len(data)
        for stream in (old, new):
            stream.close()


async def test_a_reader_that_stops_is_dropped(tmp_path: Path) -> None:
    """Who takes nothing while much happens is cut off, the others are not held up, and coming back brings the rest."""
    async with served_on(tmp_path, clock=FakeClock()) as served:
        good = await open_raw(served)
        lazy = await open_raw(served, receive_buffer=4_096)
        names: list[str] = []
        while served.services.fan_out.subscribers == 2:
            names += await add(served, large=UNSENT_MAX_BYTES // 2)
            await good.until(names[-1].encode())
            assert len(names) < 200, "the kernel takes it all"
        await lazy.ended()
        assert names[-1].encode() not in lazy.body
        assert b"kiosk_streams_dropped_total 1.0" in await metrics_of(served)
        back = await open_raw(served, last_event_id=last_id_in(lazy.body))
        await back.until(names[-1].encode())
        good.close()
        back.close()


async def test_a_reader_that_is_stuck_is_dropped(tmp_path: Path) -> None:
    """Ten seconds with something unread, however little, end a stream; one that reads on stays."""
    clock = FakeClock()
    async with served_on(tmp_path, clock=clock) as served:
        good = await open_raw(served)
        stuck = await open_raw(served, receive_buffer=4_096)
        fan_out = served.services.fan_out
        while not any(stream.unsent_bytes for stream in fan_out._streams):
            [name] = await add(served, large=100_000)
            await good.until(name.encode())
        for _ in range(int(STUCK_MAX_S / LOOK_EVERY_S) + 1):
            assert fan_out.subscribers == 2
            await until(lambda: LOOK_EVERY_S in clock.sleeping, "it looks every second")
            clock.advance(LOOK_EVERY_S)
        await until(lambda: fan_out.subscribers == 1, "the stuck one is gone")
        await stuck.ended()
        [name] = await add(served)
        await good.until(name.encode())
        good.close()


async def test_a_reader_that_vanishes_is_forgotten(tmp_path: Path) -> None:
    """A connection that was reset leaves nothing behind."""
    async with served_on(tmp_path, clock=LoopClock()) as served:
        staying, leaving = await open_raw(served), await open_raw(served)
        leaving.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaving.close()
        await until(lambda: served.services.fan_out.subscribers == 1, "one is gone")
        [name] = await add(served)
        await staying.until(name.encode())
        staying.close()


async def test_a_revoked_admin_token_loses_its_streams(tmp_path: Path) -> None:
    """At once where it is revoked; the streams of another token, of the run's own and of displays stay."""
    async with served_on(tmp_path, clock=FakeClock()) as served, served.client(served.services.admin_token) as admin:
        gone, kept = [(await admin.post("/api/admin/tokens")).json()["token"] for _ in range(2)]
        leaving = [await open_raw(served, token=gone) for _ in range(2)]
        tokens = (kept, served.services.admin_token, served.services.device_token)
        staying = [await open_raw(served, token=token) for token in tokens]
        (await admin.delete(f"/api/admin/tokens/{store_people.hash_token(gone)[:12]}")).raise_for_status()
        for stream in leaving:
            await stream.until(b"\r\n0\r\n\r\n")
        [name] = await add(served)
        for stream in staying:
            await stream.until(name.encode())
        assert served.services.fan_out.subscribers == len(staying)
        for stream in [*leaving, *staying]:
            stream.close()


async def test_other_processes_without_any_hint(postgres_url: str, tmp_path: Path) -> None:
    """Where no hint gets through, news still come, and streams of who was revoked end within two seconds."""
    deaf = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    shared: dict[str, Any] = {"database_url": postgres_url, "listen_url": deaf}
    clock = FakeClock()

    async def a_second_later() -> None:
        await until(lambda: LOOK_EVERY_S in clock.sleeping, "it looks every second")
        clock.advance(LOOK_EVERY_S)

    async with (
        served_on(tmp_path / "here", clock=FakeClock(), **shared) as here,
        served_on(tmp_path / "there", clock=clock, **shared) as there,
        here.client(here.services.admin_token) as admin,
        following(there) as follower,
    ):
        device = (await admin.post("/api/admin/devices", json={"name": "hall", "user": "wall"})).json()
        token = (await admin.post("/api/admin/tokens")).json()["token"]
        leaving = [await open_raw(there, token=one) for one in (device["token"], token)]
        await add(here)
        await a_second_later()
        await until(lambda: follower.events, "the event comes")
        (await admin.delete(f"/api/admin/devices/{device['id']}")).raise_for_status()
        (await admin.delete(f"/api/admin/tokens/{store_people.hash_token(token)[:12]}")).raise_for_status()
        for _ in range(2):
            await a_second_later()
        for stream in leaving:
            await stream.until(b"\r\n0\r\n\r\n")
            stream.close()
        assert there.services.fan_out.subscribers == 1


async def test_hints_reach_other_processes_at_once(postgres_url: str, tmp_path: Path) -> None:
    """An upload at one process is announced by another, whose own clock stands still."""
    shared: dict[str, Any] = {"database_url": postgres_url}
    async with (
        served_on(tmp_path / "here", clock=LoopClock(), **shared) as here,
        served_on(tmp_path / "there", clock=FakeClock(), **shared) as there,
        here.client() as display,
        following(there) as follower,
    ):
        seen = 0
        for number in range(3):
            piece = await upload(display, number)
            await until(lambda: len(follower.events) > seen, "the event comes")  # noqa: B023 - at once
            seen = len(follower.events)
            assert piece["id"] in follower.events[-1].data


async def test_a_thousand_streams_end_in_time(
    tmp_path: Path, many_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop ends a thousand streams in good order, at less than three seconds of work for both sides."""
    monkeypatch.setattr(listening, "GRACE_S", DEADLINE_S)  # a slow machine may take longer than what is in order
    async with served_on(tmp_path, clock=LoopClock()) as served:
        streams = [await open_raw(served) for _ in range(STREAMS)]
        assert served.services.fan_out.subscribers == STREAMS
        started_s = time.process_time()
        served.stop.set()
        for stream in streams:
            await stream.ended()
        assert time.process_time() - started_s < 3
        assert all(stream.body.endswith(b"0\r\n\r\n") for stream in streams)
        for stream in streams:
            stream.close()


async def test_there_are_no_streams_without_a_socket(tmp_path: Path) -> None:
    """Called within a process, the stream answers with a problem; whoever is nobody is told that first."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as known, kiosk.client("wrong") as unknown:
        refused = await known.get("/api/artworks/stream")
        assert (refused.status_code, problem_of(refused)["code"]) == (503, "no_stream")
        assert (await unknown.get("/api/artworks/stream")).status_code == 401


async def metrics_of(served: Served) -> bytes:
    """The figures of a server."""
    async with served.client(served.services.admin_token) as admin:
        return (await admin.get("/metrics")).raise_for_status().content


def last_id_in(body: bytes) -> str:
    """The id of the last event that came whole."""
    whole = body[: body.rindex(b"\n\n")]
    return whole[whole.rindex(b"id: ") + 4 :].split(b"\n")[0].decode()
