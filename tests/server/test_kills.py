"""What was acknowledged survives: servers and database connections killed amid their work, over real sockets.

Displays send impressions until each is acknowledged, and some once more, as outboxes do that are not sure.
"""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import func, select

from kiosk.server import store_spans
from kiosk.server.opening import open_database
from kiosk.server.tables import artworks, jobs, play_days, plays, usage_sums
from kiosk.sync.sse import SseEvent, SseParser
from tests.server.harness import DEADLINE_S, impression, picture
from tests.server.test_main import Process, process_on

pytestmark = pytest.mark.timeout(300)  # one test starts many processes

KILLS = 3
TERMINATIONS = 100
TERMINATE_EVERY_S = 0.03
BUSY_SHARE = 0.7
BATCH = 20
AGAIN = 5
PROGRAM = "tests.server.mortal"  # kiosk with a quick painter: renderers warming up would only take the time away


def is_done(reply: httpx.Response) -> bool:
    """True for success, False when the server asks to come back later; nothing else is right."""
    if reply.status_code == 503:
        assert int(reply.headers["retry-after"]) >= 1
        return False
    assert reply.status_code in {200, 201}, reply.text
    return True


class Display:
    """A display with an outbox: it sends every impression until it is acknowledged."""

    def __init__(self, token: str, pieces: list[str], seed: int) -> None:
        self._token = token
        self._pieces = pieces
        self._chance = random.Random(seed)
        self._waiting: dict[str, dict[str, Any]] = {}
        self.acknowledged: dict[str, dict[str, Any]] = {}

    @contextmanager
    def client(self, url: str) -> Iterator[httpx.Client]:
        """A client of this display."""
        headers = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=DEADLINE_S, trust_env=False) as client:
            yield client

    def show_until(self, stop: threading.Event, url: str) -> None:
        """Show pieces and report them, until told to stop or the server is gone."""
        with self.client(url) as client:
            while not stop.is_set():
                while len(self._waiting) < self._chance.randint(1, BATCH):
                    record = impression(self._chance.choice(self._pieces))
                    self._waiting[record["id"]] = record
                try:
                    self.deliver(client)
                    is_done(client.get("/api/artworks/next"))
                except httpx.TransportError:
                    return

    def deliver(self, client: httpx.Client) -> bool:
        """Send what waits, and some of what was acknowledged; True when all of it was taken."""
        known = self._chance.sample(sorted(self.acknowledged), min(AGAIN, len(self.acknowledged)))
        batch = [*self._waiting.values(), *(self.acknowledged[again] for again in known)]
        self._chance.shuffle(batch)
        reply = client.post("/api/artworks/batch-impressions", json={"impressions": batch})
        if not is_done(reply):
            return False
        results = {result["id"]: result["status"] for result in reply.json()["results"]}
        assert results.keys() == {record["id"] for record in batch}
        assert {results[again] for again in known} <= {"duplicate"}
        assert set(results.values()) <= {"stored", "duplicate"}
        self.acknowledged |= self._waiting
        self._waiting.clear()
        return True

    def deliver_the_rest(self, url: str) -> None:
        """Send until nothing waits."""
        with self.client(url) as client:
            repeat_until(lambda: self.deliver(client), "the server takes what waits")


def repeat_until(act: Callable[[], bool], what: str) -> None:
    """Do it until it succeeds; fail after a deadline."""
    pause = threading.Event()
    for _ in range(int(DEADLINE_S / 0.05)):
        if act():
            return
        pause.wait(0.05)
    pytest.fail(f"not within {DEADLINE_S:g} s: {what}")


def displays_on(process: Process) -> list[Display]:
    """Two users with two displays each, and three pieces for everybody."""
    tokens = []
    with process.client(process.endpoint["adminToken"]) as admin:
        for user in ("anna", "ben"):
            admin.post("/api/admin/users", json={"name": user}).raise_for_status()
            for name in ("hall", "stairs"):
                made = admin.post("/api/admin/devices", json={"name": name, "user": user})
                tokens.append(made.raise_for_status().json()["token"])
    with process.client(tokens[0]) as client:
        pieces = [upload(client, number).json()["id"] for number in range(3)]
    return [Display(token, pieces, seed) for seed, token in enumerate(tokens)]


def taken_of(displays: list[Display]) -> int:
    """How many impressions were acknowledged."""
    return sum(len(display.acknowledged) for display in displays)


def upload(client: httpx.Client, number: int) -> httpx.Response:
    """Add the picture of this number."""
    return client.post("/api/artworks", files={"file": (f"{number}.jpg", picture(number), "image/jpeg")})


def check_plays(database_url: str, displays: list[Display]) -> None:
    """Every impression of every display is a play, once; sums and spans say the same."""
    due = sorted(id_ for display in displays for id_ in display.acknowledged)
    assert len(due) > BATCH
    database = open_database(database_url)
    try:
        with_sums = select(func.sum(play_days.c.plays), select(func.sum(usage_sums.c.impressions)).scalar_subquery())
        found = database.read_now(lambda connection: sorted(connection.scalars(select(plays.c.id))))
        assert found == due
        assert database.read_now(lambda connection: connection.execute(with_sums).one()) == (len(due), len(due))
        for user in database.read_now(store_spans.all_users):
            assert database.read_now(partial(store_spans.differences, user=user)) == {}
    finally:
        database.close()


def test_a_server_killed_amid_its_work_loses_and_doubles_nothing(tmp_path: Path, database_url: str) -> None:
    """Killed at random points under load, and started again on the same data: every impression counts exactly once."""
    chance = random.Random(1)
    arguments = ("--database-url", database_url)
    displays: list[Display] = []
    for _ in range(KILLS):
        with process_on(tmp_path / "data", *arguments, module=PROGRAM) as process:
            displays = displays or displays_on(process)
            killed = threading.Event()
            enough = taken_of(displays) + BATCH
            with ThreadPoolExecutor(len(displays)) as threads:
                showing = [threads.submit(display.show_until, killed, process.url) for display in displays]
                try:
                    repeat_until(lambda: taken_of(displays) >= enough, "the displays are at work")  # noqa: B023 - at once
                    killed.wait(chance.uniform(0.0, 0.6))
                finally:
                    process.popen.kill()
                for until_killed in showing:
                    until_killed.result(DEADLINE_S)
    with process_on(tmp_path / "data", *arguments, module=PROGRAM) as process:
        for display in displays:
            display.deliver_the_rest(process.url)
    check_plays(database_url, displays)


@pytest.mark.parametrize("table", ["jobs", "events"])  # a piece is stored together with the event that tells of it
def test_a_crash_before_the_reply_makes_nothing_twice(
    tmp_path: Path, database_url: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after the wish, or its piece, was stored: the repeated wish gets that piece, and there is one."""
    folder, arguments = tmp_path / "data", ("--database-url", database_url)
    headers = {"Idempotency-Key": "one wish", "Prefer": "wait=50"}
    monkeypatch.setenv("DIES_AFTER", table)
    with process_on(folder, *arguments, module=PROGRAM) as process, process.client() as client:
        with pytest.raises(httpx.TransportError):
            client.post("/api/generate-art", json={}, headers=headers, timeout=60)
        assert process.popen.wait(DEADLINE_S) == -signal.SIGKILL
    monkeypatch.setenv("DIES_AFTER", "")
    with process_on(folder, *arguments, module=PROGRAM) as process, process.client() as client:
        replies = [client.post("/api/generate-art", json={}, headers=headers, timeout=60) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200], replies[0].text
    assert replies[1].json()["deduplicated"]
    assert replies[0].json()["artwork"]["id"] == replies[1].json()["artwork"]["id"]
    database = open_database(database_url)
    try:
        made = select(func.count()).where(artworks.c.created_by.is_not(None))
        assert database.read_now(lambda connection: connection.scalar(made)) == 1
        assert database.read_now(lambda connection: connection.scalar(select(func.count(jobs.c.id)))) == 1
    finally:
        database.close()


class Listener:
    """A display's stream, opened again with Last-Event-ID whenever it ends; what came is in `artworks`."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._last_id = ""
        self.artworks: list[str] = []
        self.is_connected = threading.Event()

    def listen_until(self, stop: threading.Event, url: str) -> None:
        """Listen until told to stop; whoever stops it must let one more event come."""
        with self._display.client(url) as client:
            while not stop.is_set():
                headers = {"Last-Event-ID": self._last_id} if self._last_id else {}
                with client.stream("GET", "/api/artworks/stream", headers=headers) as reply:
                    if reply.status_code == 503:
                        assert int(reply.headers["retry-after"]) >= 1
                        stop.wait(0.05)
                        continue
                    assert reply.status_code == 200
                    self._read(reply, stop)

    def _read(self, reply: httpx.Response, stop: threading.Event) -> None:
        parser = SseParser()
        try:
            for chunk in reply.iter_bytes():
                self.is_connected.set()
                for event in parser.feed(chunk):
                    if isinstance(event, SseEvent):
                        self._last_id = event.id
                        self.artworks.append(httpx.Response(200, text=event.data).json()["artwork"]["id"])
                if stop.is_set():
                    return
        except httpx.TransportError:
            return


class Uploader:
    """Adds pieces, each until it is acknowledged; `artworks` are those that were."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._numbers = count(100)
        self.artworks: list[str] = []

    def add_until(self, stop: threading.Event, url: str) -> None:
        """Add pieces until told to stop."""
        with self._display.client(url) as client:
            while not stop.is_set():
                self.add(client)

    def add(self, client: httpx.Client) -> None:
        """Add one piece."""
        number = next(self._numbers)
        replies: list[httpx.Response] = []

        def try_once() -> bool:
            replies.append(upload(client, number))
            return is_done(replies[-1])

        repeat_until(try_once, "the server takes a piece")
        self.artworks.append(replies[-1].json()["id"])

    def add_one_more(self, url: str) -> None:
        """Add one piece."""
        with self._display.client(url) as client:
            self.add(client)


def terminate_connections(url: str) -> None:
    """Let PostgreSQL end connections of the server, one after another, whatever they are doing."""
    chance, pause = random.Random(2), threading.Event()
    others = (
        "SELECT pid, state <> 'idle' FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for _ in range(TERMINATIONS):
            found = connection.execute(others).fetchall()
            busy = [pid for pid, is_busy in found if is_busy]
            if found:
                pid = chance.choice(busy if busy and chance.random() < BUSY_SHARE else [pid for pid, _ in found])
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
            pause.wait(TERMINATE_EVERY_S)


def test_lost_database_connections_cost_nothing_but_time(tmp_path: Path, postgres_url: str) -> None:
    """PostgreSQL ends the server's connections a hundred times under load.

    Every call succeeds or is asked to come back later, nothing acknowledged is lost or doubled, no event is missed or
    comes twice, and the server goes on by itself.
    """
    with process_on(tmp_path / "data", "--database-url", postgres_url, module=PROGRAM) as process:
        displays = displays_on(process)
        listener, uploader = Listener(displays[0]), Uploader(displays[1])
        stop_showing, stop_listening = threading.Event(), threading.Event()
        with ThreadPoolExecutor(len(displays) + 2) as threads:
            listening = threads.submit(listener.listen_until, stop_listening, process.url)
            assert listener.is_connected.wait(DEADLINE_S)
            working = [threads.submit(display.show_until, stop_showing, process.url) for display in displays]
            working.append(threads.submit(uploader.add_until, stop_showing, process.url))
            try:
                terminate_connections(postgres_url)
            finally:
                stop_showing.set()
                for work in working:
                    work.result(DEADLINE_S)
                for display in displays:
                    display.deliver_the_rest(process.url)
                uploader.add_one_more(process.url)
                repeat_until(lambda: len(listener.artworks) >= len(uploader.artworks), "every event has come")
                stop_listening.set()
                uploader.add_one_more(process.url)
                listening.result(DEADLINE_S)
        assert process.popen.poll() is None
        assert listener.artworks[: len(uploader.artworks) - 1] == uploader.artworks[:-1]
    check_plays(postgres_url, displays)
