"""The whole synchronisation against a real server: push, poll, prefetch, and every fault of RELIABILITY."""

import asyncio
import random
import resource
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from kiosk.domain.artworks import Artwork, Pool
from kiosk.domain.errors import ServerRefused
from kiosk.domain.ports import Clock
from kiosk.protocol.artworks import GenerateRequest
from kiosk.sync.cache import ImageCache
from kiosk.sync.client import ApiClient
from kiosk.sync.generation import GIVE_UP_AFTER_S, GenerationFailed
from kiosk.sync.listener import Link
from kiosk.sync.service import SyncService
from tests.fakes.clock import FakeClock
from tests.fakes.web import eventually, serving
from tests.sync.artworks import artwork, picture
from tests.sync.server import JOB, SESSION, GalleryServer, event, generated, portal, problem, ready

pytestmark = pytest.mark.anyio

A, B, C, D = (artwork(name) for name in "abcd")
PATIENT = {"connect_timeout_s": 60.0, "call_timeout_s": 60.0}  # a loaded machine may take its time over a call
FAR_S = 10_000.0
ONLY_RETRIES = {"poll_s": FAR_S, "heartbeat_s": FAR_S}  # for `turn`: nothing else is due before long


class Log:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.queues: list[list[str]] = []
        self.pools: list[Pool] = []
        self.events: list[tuple[Any, ...]] = []
        self.ready: dict[str, Path] = {}
        self.failed: dict[str, str] = {}
        self.links: list[Link] = []

    def queue_synced(self, artworks: Sequence[Artwork], pool: Pool) -> None:
        self.queues.append([piece.title for piece in artworks])
        self.pools.append(pool)

    def art_ready(self, artwork: Artwork, job_id: str | None) -> None:
        self.events.append(("ready", artwork.title, job_id))

    def art_failed(self, job_id: str, reason: str) -> None:
        self.events.append(("failed", job_id, reason))

    def art_removed(self, artwork_id: str) -> None:
        self.events.append(("removed", artwork_id))

    def image_ready(self, artwork_id: str, path: Path) -> None:
        self.ready[artwork_id] = path

    def image_failed(self, artwork_id: str, reason: str) -> None:
        self.failed[artwork_id] = reason

    def link_changed(self, link: Link) -> None:
        self.links.append(link)


class Halves:
    """A random source that draws the middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class Display:
    """A sync service at work, its listener and its clock."""

    def __init__(self, folder: Path, client: ApiClient, clock: Clock, **options: Any) -> None:
        self.log = Log()
        self.undelivered: set[str] = set()
        self.cache = ImageCache(folder, max_bytes=options.pop("max_bytes", 1_000_000))
        self.sync = SyncService(
            client=client,
            cache=self.cache,
            listener=self.log,
            clock=clock,
            random=Halves(),
            undelivered=lambda: self.undelivered,
            **options,
        )


@asynccontextmanager
async def display(folder: Path, url: str, clock: Clock, **options: Any) -> AsyncIterator[Display]:
    """A display whose service runs for the length of the block."""
    async with ApiClient(url, "token", **PATIENT) as client:
        parts = Display(folder, client, clock, **options)
        await parts.sync.restore()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(parts.sync.run())
            try:
                yield parts
            finally:
                task.cancel()


@pytest.fixture
def server() -> GalleryServer:
    """A server with two pieces."""
    gallery = GalleryServer()
    gallery.add(A, B)
    return gallery


@pytest.fixture
async def url(server: GalleryServer) -> AsyncIterator[str]:
    """Where it answers; streams end before it does."""
    async with serving(server.app) as address:
        yield address
        server.hang_up()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands."""
    return FakeClock()


async def live(d: Display, server: GalleryServer, clock: FakeClock) -> None:
    """Wait until the stream stands and the page that follows it has come."""
    await eventually(lambda: d.sync.link == "live")
    pages = len(server.page_requests)
    clock.advance(0.25)
    await eventually(lambda: len(server.page_requests) == pages + 1 and len(d.log.queues) == pages + 1)


def names_in(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


async def pages(server: GalleryServer, count: int) -> None:
    """Wait until that many pages have been asked for."""
    await eventually(lambda: len(server.page_requests) == count)


async def sleeps(clock: FakeClock, seconds: float) -> None:
    """Wait until something waits for that long."""
    await eventually(lambda: pytest.approx(seconds) in clock.sleeping)


async def turn(clock: FakeClock, until: Callable[[], object]) -> None:
    """Let one wait for a next try after the other pass until the condition holds.

    Time stands while a call is under way, however long that takes: what is far off (`ONLY_RETRIES`) moves no clock.
    """

    def holds() -> object:
        if not (found := until()) and clock.sleeping and clock.sleeping[0] < FAR_S / 2:
            clock.advance(clock.sleeping[0])
        return found

    await eventually(holds)


async def test_first_page_then_the_stream(tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock) -> None:
    """The queue comes at once, the session is adopted and used for the stream, the link goes live."""
    async with display(tmp_path, url, clock, session_id="stale") as d:
        await live(d, server, clock)
        assert d.log.queues[0] == ["a", "b"]
        assert d.log.pools[0] == Pool(fresh=0, unseen=2, cooling=3)
        assert server.page_requests == ["stale", SESSION]
        assert server.stream_requests[0]["sessionId"] == SESSION
        assert d.sync.session_id == SESSION
        assert d.sync.last_sync_age_ms == 0
        assert d.log.links == ["polling", "live"]


async def test_a_burst_of_events_is_one_sync(tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock) -> None:
    """Ten events within the debounce time are ten facts and one page."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        pages = len(server.page_requests)
        pieces = [artwork(f"new {number}") for number in range(10)]
        for number, piece in enumerate(pieces):
            server.send(ready(number, piece))
        await eventually(lambda: len(d.log.events) == 10)
        assert d.log.events[0] == ("ready", "new 0", None)
        server.add(*reversed(pieces))
        clock.advance(0.25)
        await eventually(lambda: len(d.log.queues) == pages + 1)
        assert len(server.page_requests) == pages + 1


async def test_a_piece_announced_before_the_page_knows_it_stays_on_top(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Optimistic pieces lead until a page has them or they were shown; each id is there once."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        server.send(ready(1, C) + ready(2, C) + ready(3, D))
        await eventually(lambda: len(d.log.events) == 3)
        clock.advance(0.25)
        await eventually(lambda: d.log.queues[-1] == ["d", "c", "a", "b"])
        d.sync.shown(D.id)
        server.add(C)
        d.sync.request_sync()
        clock.advance(0.25)
        await eventually(lambda: d.log.queues[-1] == ["c", "a", "b"])


async def test_what_was_shown_does_not_come_back(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Not by undelivered impressions, not by one delivered while a page was on its way, not by a late event."""
    async with display(tmp_path, url, clock) as d:
        d.undelivered = {B.id}
        await live(d, server, clock)
        assert d.log.queues[-1] == ["a"]
        server.page_gate.clear()
        d.sync.request_sync()
        clock.advance(0.25)
        await eventually(lambda: len(server.page_requests) == 3)
        d.sync.shown(A.id)
        d.undelivered = set()
        server.page_gate.set()
        await eventually(lambda: len(d.log.queues) == 3)
        assert d.log.queues[-1] == []
        server.send(ready(1, A) + event("art-failed", 2, jobId=JOB, reason="no"))
        await eventually(lambda: d.log.events == [("failed", JOB, "no")])


async def test_a_removed_piece_leaves_at_once(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A page made before the removal does not bring the piece back."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        server.page_gate.clear()
        d.sync.request_sync()
        clock.advance(0.25)
        await eventually(lambda: len(server.page_requests) == 3)
        server.send(event("art-removed", 1, artworkId=A.id))
        await eventually(lambda: d.log.events == [("removed", A.id)])
        server.page_gate.set()
        await eventually(lambda: len(d.log.queues) == 3)
        assert d.log.queues[-1] == ["b"]


async def test_replay_after_a_break(tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock) -> None:
    """After a broken stream the next one asks from the last event, after a wait, and polling covers the gap."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        server.send(ready(41, C))
        await eventually(lambda: d.log.events)
        server.hang_up()
        await eventually(lambda: d.sync.link == "polling")
        assert len(server.stream_requests) == 1
        clock.advance(0.5)
        await eventually(lambda: len(server.stream_requests) == 2 and d.sync.link == "live")
        assert "last-event-id" not in server.stream_requests[0]
        assert server.stream_requests[1]["last-event-id"] == "41"


async def test_silence_for_three_heartbeats_means_reconnect(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Comments keep a stream alive; without anything for three heartbeats it is opened anew."""
    async with display(tmp_path, url, clock, heartbeat_s=10, poll_s=1_000) as d:
        await live(d, server, clock)
        for _ in range(4):
            clock.advance(20)
            server.send(b": heartbeat\n\n")
            await eventually(lambda: d.sync._stream._heard_at_s == clock.monotonic())
        assert len(server.stream_requests) == 1
        clock.advance(31)
        await eventually(lambda: d.sync.link == "polling")
        clock.advance(1)
        await eventually(lambda: len(server.stream_requests) == 2)


async def test_204_stops_the_stream_and_polling_goes_on(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """The server that wants no stream is not asked for one again; the queue is polled at its pace."""
    server.stream_replies = [Response(status_code=204)]
    async with display(tmp_path, url, clock, poll_s=30) as d:
        await eventually(lambda: server.stream_requests)
        for count in (1, 2, 3):
            await pages(server, count)
            await sleeps(clock, 30)
            clock.advance(30)
        await pages(server, 4)
        assert len(server.stream_requests) == 1
        assert d.log.links == ["polling"]


async def test_polling_is_the_truth_while_the_stream_is_live(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A lost event costs at most the safety poll: ten times the pace."""
    async with display(tmp_path, url, clock, poll_s=30, heartbeat_s=10_000) as d:
        await live(d, server, clock)
        server.add(C)
        clock.advance(299)
        await asyncio.sleep(0)
        assert d.log.queues[-1] == ["a", "b"]
        clock.advance(1)
        await eventually(lambda: d.log.queues[-1] == ["c", "a", "b"])


FAULTS = {
    "error": problem(500, "x"),
    "portal": portal(),
    "unknown token": problem(401, "x"),
    "another shape": JSONResponse([]),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_faulty_pages_delay_and_never_raise(
    name: str, tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Errors and foreign answers leave the link offline and are asked again; the queue heals."""
    server.page_replies = [FAULTS[name]] * 2
    async with display(tmp_path, url, clock) as d:
        for wait_s in (0.5, 1.0):
            await sleeps(clock, wait_s)
            assert d.sync.link == "offline"
            clock.advance(wait_s)
        await eventually(lambda: d.log.queues == [["a", "b"]])
        assert "offline" not in d.log.links


async def test_retry_after_holds_even_against_hints(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """After 429 no request comes before the time the server asked for."""
    server.page_replies = [problem(429, "slow", **{"Retry-After": "60"})]
    async with display(tmp_path, url, clock) as d:
        await eventually(lambda: clock.sleeping == [60.5])
        d.sync.request_sync()
        clock.advance(60)
        await eventually(lambda: clock.sleeping == [0.5])
        assert len(server.page_requests) == 1
        clock.advance(0.5)
        await eventually(lambda: d.log.queues)


STREAM_FAULTS = {
    "portal": portal(),
    "error": problem(500, "x"),
    "refused": problem(403, "x"),
    "too large an event": Response(b"data:" + b"x" * 1_100_000, media_type="text/event-stream"),
    "cut off in an event": Response(b"id: 9\ndata: half", media_type="text/event-stream"),
    "an event of another shape": Response(b"event: art-ready\ndata: {}\n\n", media_type="text/event-stream"),
    "noise": Response(bytes(range(256)) * 100, media_type="text/event-stream"),
}


@pytest.mark.parametrize("name", STREAM_FAULTS)
async def test_faulty_streams_are_opened_again(
    name: str, tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Whatever a stream turns out to be, the next one is asked for after a wait, and works."""
    server.stream_replies = [STREAM_FAULTS[name]]
    async with display(tmp_path, url, clock, **ONLY_RETRIES) as d:
        await eventually(lambda: len(server.stream_requests) == 1)
        await turn(clock, lambda: len(server.stream_requests) == 2)
        await eventually(lambda: d.sync.link == "live")
        assert "last-event-id" not in server.stream_requests[1]


async def test_a_server_that_comes_back_is_used_at_once(
    tmp_path: Path, server: GalleryServer, clock: FakeClock
) -> None:
    """Told of the new address of a server that was away, queue, stream and images come without waiting."""
    async with display(tmp_path, "http://127.0.0.1:1", clock) as d:
        d.sync.prefetch([A])
        await eventually(lambda: len(clock.sleeping) == 2)
        async with serving(server.app) as url:
            d.sync._client.point_to(url, "token")
            d.sync.server_is_back()
            clock.advance(0.25)
            await eventually(lambda: d.log.queues and A.id in d.log.ready and d.sync.link == "live")
            server.hang_up()


async def test_two_images_at_a_time_most_urgent_first(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """While two downloads are under way no third begins, and they are those wanted most."""
    wanted = [artwork(f"wanted {number}") for number in range(5)]
    server.add(*wanted)
    server.image_gate.clear()
    async with display(tmp_path, url, clock) as d:
        d.sync.prefetch(wanted)
        await eventually(lambda: len(server.image_requests) == 2)
        await live(d, server, clock)
        assert set(server.image_requests) == {piece.sha256 for piece in wanted[:2]}
        d.sync.prefetch(wanted[::-1])
        server.image_gate.set()
        await eventually(lambda: len(d.log.ready) == 5)
        assert set(server.image_requests[2:4]) == {piece.sha256 for piece in wanted[3:]}


async def test_images_are_what_they_should_be_and_reported_once(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Prefetched pieces are on disk under their hash, each reported once; nothing temporary stays."""
    async with display(tmp_path, url, clock) as d:
        d.sync.prefetch([B, A])
        await eventually(lambda: len(d.log.ready) == 2)
        assert sorted(server.image_requests) == sorted([B.sha256, A.sha256])
        assert d.log.ready[A.id].read_bytes() == picture("a")
        d.log.ready.clear()
        d.sync.prefetch([A, B])
        d.sync.prefetch([C, A])
        server.images[C.sha256] = picture("c")
        await eventually(lambda: C.id in d.log.ready)
        assert set(d.log.ready) == {C.id}
        await eventually((tmp_path / "index.json").exists)
        assert not [name for name in names_in(tmp_path) if name.startswith(".")]


async def test_the_cache_may_be_wiped_while_running(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """With the folder itself gone, wanted pieces are fetched again the next time they are wanted."""
    folder = tmp_path / "cache"
    async with display(folder, url, clock) as d:
        for _ in range(3):
            d.sync.prefetch([A, B])
            await eventually(lambda: len(d.log.ready) == 2)
            assert d.log.ready[B.id].read_bytes() == picture("b")
            d.log.ready.clear()
            shutil.rmtree(folder, ignore_errors=True)
        assert len(server.image_requests) == 6


async def test_a_full_disk_delays_and_makes_room(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """An image the disk does not take drops what is not needed from the cache, and comes once there is space."""
    data = picture("large", 200_000)
    large = artwork("large", data=data)
    server.images[large.sha256] = data
    async with display(tmp_path, url, clock, **ONLY_RETRIES) as d:
        d.sync.prefetch([A, B])
        await eventually(lambda: len(d.log.ready) == 2)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            d.sync.prefetch([large, A])
            await eventually(lambda: not [name for name in names_in(tmp_path) if name.startswith(B.sha256)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert d.cache.find(A.sha256)
        await turn(clock, lambda: large.id in d.log.ready)
        assert not d.log.failed


WRONG = {
    "other content": (Response(picture("x", 392) + b"12345678", media_type="image/png"), "hash"),
    "longer": (Response(picture("a") + b"!", media_type="image/png"), "longer"),
    "shorter, and whole": (Response(picture("a")[:-1], media_type="image/png"), "instead of"),
    "another format": (Response(b"GIF89a", media_type="image/gif"), "image/gif"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_wrong_content_is_set_aside_after_three_tries(
    name: str, tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """What arrives whole and is not the piece never reaches the cache, is named, and leaves the queue."""
    reply, words = WRONG[name]
    server.image_replies = [reply] * 3
    async with display(tmp_path, url, clock, **ONLY_RETRIES) as d:
        await live(d, server, clock)
        d.sync.prefetch([A])
        await turn(clock, lambda: d.log.failed)
        assert list(d.log.failed) == [A.id]
        assert words in d.log.failed[A.id]
        assert server.image_requests == [A.sha256] * 3
        assert not [name for name in names_in(tmp_path) if A.sha256[:16] in name]
        pages_before = len(d.log.queues)
        d.sync.request_sync()
        await turn(clock, lambda: len(d.log.queues) > pages_before)
        assert d.log.queues[-1] == ["b"]


async def test_a_file_that_was_changed_is_fetched_again(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A cached image whose bytes are wrong when it is used is deleted, fetched anew, and reported a second time."""
    async with display(tmp_path, url, clock) as d:
        d.sync.prefetch([A])
        await eventually(lambda: A.id in d.log.ready)
        path = d.log.ready.pop(A.id)
        path.write_bytes(picture("a")[:-1] + b"!")
        d.sync.doubt(A.sha256, "its bytes changed")
        await eventually(lambda: A.id in d.log.ready)
        assert path.read_bytes() == picture("a")
        assert server.image_requests == [A.sha256] * 2
        assert d.cache.set_aside_pieces() == ()


async def test_a_right_file_doubted_three_times_is_set_aside(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Where the cache finds nothing wrong and the user of the file does, nobody goes round in circles for ever."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        d.sync.prefetch([A])
        for _ in range(3):
            await eventually(lambda: A.id in d.log.ready)
            del d.log.ready[A.id]
            d.sync.doubt(A.sha256, "its bytes changed")
        await eventually(lambda: A.id in d.log.failed)
        assert server.image_requests == [A.sha256]
        (piece,) = d.cache.set_aside_pieces()
        assert (piece.sha256, piece.reason, piece.title) == (A.sha256, "its bytes changed", A.title)


async def test_a_file_that_is_gone_is_fetched_as_often_as_it_takes(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """The cache may be emptied at any moment, any number of times: no picture is set aside for that."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        d.sync.prefetch([A])
        for _ in range(4):
            await eventually(lambda: A.id in d.log.ready)
            d.log.ready.pop(A.id).unlink()
            d.sync.doubt(A.sha256, "there is no file")
        await eventually(lambda: A.id in d.log.ready)
        assert d.cache.set_aside_pieces() == ()
        assert server.image_requests == [A.sha256] * 5


async def test_a_portal_instead_of_images_sets_nothing_aside(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Sign-in pages, errors and broken-off bodies are the network's fault: tried again until the image comes."""
    short = Response(picture("a")[:100], media_type="image/png")
    del short.headers["content-length"]
    server.image_replies = [portal(), problem(503, "x"), portal(502), short, portal(403)]
    async with display(tmp_path, url, clock, **ONLY_RETRIES) as d:
        d.sync.prefetch([A])
        await turn(clock, lambda: A.id in d.log.ready)
        assert not d.log.failed
        assert len(server.image_requests) == 6


@pytest.mark.parametrize(
    "changes",
    [{"sha256": "../../etc/passwd"}, {"bytes": 65 * 1024 * 1024}, {"bytes": 0}, {"width": 9_000, "height": 9_000}],
)
async def test_descriptions_out_of_bounds_are_refused_unfetched(
    changes: dict[str, Any], tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A piece whose own description rules it out costs no request and touches no file."""
    async with display(tmp_path / "cache", url, clock) as d:
        d.sync.prefetch([artwork("a", **changes)])
        await eventually(lambda: d.log.failed)
        assert server.image_requests == []
        assert names_in(tmp_path) <= {"cache"}


async def test_an_image_the_server_does_not_have_fails_at_once(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """404 is an answer: the piece is reported failed, others go on."""
    async with display(tmp_path, url, clock) as d:
        d.sync.prefetch([C, A])
        await eventually(lambda: d.log.failed and d.log.ready)
        assert list(d.log.failed) == [C.id]
        assert list(d.log.ready) == [A.id]


async def test_an_offline_start_shows_cached_pieces(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """What was fetched can be shown by the next start without any network, unshown pieces first."""
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        d.sync.prefetch([A, B])
        await eventually(lambda: len(d.log.ready) == 2 and (tmp_path / "index.json").exists())  # written but once
        d.sync.shown(A.id)
        await asyncio.to_thread(d.cache.save)
    async with ApiClient("http://127.0.0.1:1", "token") as client:
        offline = Display(tmp_path, client, clock)
        pieces = await offline.sync.restore()
        assert [(piece.artwork.title, piece.queued) for piece in pieces] == [("b", True), ("a", False)]
        offline.undelivered = {B.id}
        assert [piece.queued for piece in await offline.sync.restore()] == [False, False]


async def test_generate_returns_the_piece_and_syncs_after(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A wish fulfilled at once: the piece comes back, leads the queue, and a page follows after two seconds."""
    server.generate_replies = [JSONResponse(generated(C))]
    async with display(tmp_path, url, clock) as d:
        await live(d, server, clock)
        assert await d.sync.generate(GenerateRequest()) == C
        assert server.generate_requests[0][1]["sessionId"] == SESSION
        clock.advance(2.25)
        await eventually(lambda: d.log.queues[-1] == ["c", "a", "b"])


async def test_generate_survives_a_broken_network_with_one_key(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Tries after faults carry the same Idempotency-Key; a job is asked about until it is done."""
    done = {"jobId": JOB, "state": "done", "result": generated(C), "reason": None}
    running = {"jobId": JOB, "state": "running", "result": None, "reason": None}
    server.generate_replies = [portal(), problem(503, "x"), JSONResponse({"jobId": JOB}, 202)]
    server.job_replies = [JSONResponse(running), problem(500, "x"), JSONResponse(done)]
    async with display(tmp_path, url, clock, **ONLY_RETRIES) as d, asyncio.TaskGroup() as group:
        wish = group.create_task(d.sync.generate(GenerateRequest()))
        await turn(clock, wish.done)
        assert wish.result() == C
    assert len({headers["idempotency-key"] for headers, _ in server.generate_requests}) == 1


async def test_generate_gives_up_on_a_silent_server_when_the_asker_does(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """Faults are tried again for as long as the asker has patience for them, then raised."""
    server.generate_replies = [problem(503, "resting") for _ in range(1000)]
    async with ApiClient(url, "token", **PATIENT) as client, asyncio.TaskGroup() as group:
        sync = Display(tmp_path, client, clock).sync  # runs no polls: nothing else waits for the clock

        async def wish_in_vain() -> None:
            with pytest.raises(ServerRefused, match="resting"):
                await sync.generate(GenerateRequest(), faults_for_s=10.0)

        begun_s = clock.monotonic()
        await turn(clock, group.create_task(wish_in_vain()).done)
        assert clock.monotonic() - begun_s < GIVE_UP_AFTER_S / 2
    assert len(server.generate_requests) > 1


async def test_generate_says_why_there_is_no_piece(
    tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock
) -> None:
    """A refusal and a failed job are raised at once, with the server's reason."""
    failed = {"jobId": JOB, "state": "failed", "result": None, "reason": "no such style"}
    server.generate_replies = [
        problem(429, "budget used up", **{"Retry-After": "60"}),
        JSONResponse({"jobId": JOB}, 202),
    ]
    server.job_replies = [JSONResponse(failed)]
    async with display(tmp_path, url, clock) as d:
        with pytest.raises(ServerRefused, match="budget"):
            await d.sync.generate(GenerateRequest())
        with pytest.raises(GenerationFailed, match="no such style"):
            await d.sync.generate(GenerateRequest())


async def test_run_can_be_restarted(tmp_path: Path, server: GalleryServer, url: str, clock: FakeClock) -> None:
    """The supervisor may cancel `run` anywhere and start it again."""
    async with ApiClient(url, "token") as client:
        d = Display(tmp_path, client, clock)
        dice = random.Random(5)
        for _ in range(8):
            d.sync.prefetch([A, B])
            async with asyncio.TaskGroup() as group:
                task = group.create_task(d.sync.run())
                await asyncio.sleep(dice.uniform(0, 0.03))
                task.cancel()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(d.sync.run())
            await eventually(lambda: d.sync.link == "live" and len(d.log.ready) == 2)
            task.cancel()
        server.hang_up()
