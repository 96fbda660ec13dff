"""The outbox's file: books that add up whatever happens, through restarts, faults of the disk, and corruption."""

import resource
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from kiosk.domain.errors import DataFolderError
from kiosk.domain.impressions import EndedBy, ImpressionCounts, Showing
from kiosk.outbox.store import OutboxStore
from tests.outbox.records import SHOWING, START, impression


def adds_up(counts: ImpressionCounts) -> bool:
    """The promise of the contract."""
    return counts.painted == counts.delivered + counts.pending + counts.dropped


def loaded(path: Path, **options: int) -> OutboxStore:
    """A store on that file, opened."""
    store = OutboxStore(path, **options)
    store.load()
    return store


def fault(store: OutboxStore) -> str:
    """What the store says keeps it from the disk, "" for nothing."""
    return store.fault or ""


def finish(store: OutboxStore, number: int) -> str:
    """Record one whole impression; returns its id."""
    record = impression(number)
    store.open(record)
    store.close(record.id, SHOWING, EndedBy.NEXT, START)
    return record.id


def rows(path: Path) -> list[tuple[str, str]]:
    """Ids and states as another program reads them from the file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT id, state FROM impressions ORDER BY seq").fetchall()


def test_an_impression_is_on_disk_when_open_returns(tmp_path: Path) -> None:
    """Another reader of the file sees the record at once."""
    store = loaded(tmp_path / "outbox.db")
    store.open(impression(1))
    assert rows(tmp_path / "outbox.db") == [(impression(1).id, "open")]
    assert store.counts() == ImpressionCounts(painted=1, delivered=0, pending=1, dropped=0)
    store.shut()


def test_only_finished_records_are_sent_oldest_first(tmp_path: Path) -> None:
    """The piece on the glass is pending in the books and not among what may be sent."""
    store = loaded(tmp_path / "outbox.db")
    ids = [finish(store, number) for number in (3, 1, 2)]
    store.open(impression(9))
    assert [record.id for record in store.pending(10)] == ids
    assert [record.id for record in store.pending(2)] == ids[:2]
    assert store.pending(1)[0].opened == impression(3)
    assert store.pending(1)[0].showing == SHOWING
    assert store.counts().pending == 4
    assert store.artwork_ids() == {impression(n).artwork_id for n in (1, 2, 3, 9)}
    store.shut()


def test_records_left_open_are_closed_as_recovered(tmp_path: Path) -> None:
    """After a killed process the next one sends its record with the last heartbeat's figures."""
    first = loaded(tmp_path / "outbox.db")
    first.open(impression(1))
    first.heartbeat(impression(1).id, Showing(5_000, 290), START)
    first._close_file()
    second = loaded(tmp_path / "outbox.db")
    [record] = second.pending(10)
    assert (record.showing, record.ended_by) == (Showing(5_000, 290), EndedBy.RECOVERED)
    assert second.counts() == ImpressionCounts(painted=1, delivered=0, pending=1, dropped=0)
    second.shut()


def test_a_refused_record_is_kept_pending_and_offered_again_after_a_start(tmp_path: Path) -> None:
    """What the server refuses blocks nothing, is not lost, and comes back once with the next start."""
    store = loaded(tmp_path / "outbox.db")
    bad, good = finish(store, 1), finish(store, 2)
    store.set_aside(bad, "unknown artwork")
    assert [record.id for record in store.pending(10)] == [good]
    store.mark_delivered([good], START)
    assert store.counts() == ImpressionCounts(painted=2, delivered=1, pending=1, dropped=0)
    assert store.refused == 1
    store.shut()
    again = loaded(tmp_path / "outbox.db")
    assert [record.id for record in again.pending(10)] == [bad]
    again.shut()


def test_an_unreadable_row_blocks_nothing(tmp_path: Path) -> None:
    """A record damaged on disk is set aside; the others are delivered, and the books add up."""
    path = tmp_path / "outbox.db"
    store = loaded(path)
    ids = [finish(store, number) for number in range(5)]
    store.shut()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE impressions SET painted_at = 'noon' WHERE seq < 3")
        connection.commit()
    again = loaded(path)
    assert [record.id for record in again.pending(2)] == ids[2:4]
    assert again.counts() == ImpressionCounts(painted=5, delivered=0, pending=5, dropped=0)
    again.shut()


def test_pruning_forgets_rows_and_not_their_number(tmp_path: Path) -> None:
    """Delivered rows go after their time, pending ones never, and the books stay as they were."""
    store = loaded(tmp_path / "outbox.db")
    old, waiting = finish(store, 1), finish(store, 2)
    store.mark_delivered([old], START)
    store.prune(START + timedelta(days=400))
    assert rows(tmp_path / "outbox.db") == [(waiting, "closed")]
    assert store.counts() == ImpressionCounts(painted=2, delivered=1, pending=1, dropped=0)
    store.shut()


def test_delivering_or_closing_twice_counts_once(tmp_path: Path) -> None:
    """A repeated step changes nothing."""
    store = loaded(tmp_path / "outbox.db")
    id_ = finish(store, 1)
    store.close(id_, Showing(1, 1), EndedBy.EXIT, START)
    store.open(impression(1))
    store.mark_delivered([id_, id_], START)
    store.mark_delivered([id_], START)
    store.open(impression(1))
    assert store.counts() == ImpressionCounts(painted=1, delivered=1, pending=0, dropped=0)
    store.shut()


class Disk:
    """Lets a store's SQLite file grow no further, as a full disk does."""

    def __init__(self, store: OutboxStore) -> None:
        self._store = store
        self._open = store._open_file
        store._open_file = self._limited  # type: ignore[method-assign]
        self.full = False

    def _limited(self) -> sqlite3.Connection:
        file = self._open()
        file.execute(f"PRAGMA max_page_count = {1 if self.full else 1_073_741_823}")
        return file


def test_a_full_disk_loses_nothing_and_heals(tmp_path: Path) -> None:
    """While the disk is full records wait in memory and `fault` says so; with space again they go to disk, in order."""
    store = loaded(tmp_path / "outbox.db")
    disk = Disk(store)
    disk.full = True
    numbers = range(200)
    ids = [finish(store, number) for number in numbers]
    assert "full" in fault(store)
    assert store.counts() == ImpressionCounts(painted=200, delivered=0, pending=200, dropped=0)
    assert len(rows(tmp_path / "outbox.db")) < 200
    disk.full = False
    assert [record.id for record in store.pending(300)] == ids
    assert not fault(store)
    assert [id_ for id_, _ in rows(tmp_path / "outbox.db")] == ids
    assert store.counts().dropped == 0
    store.shut()


def test_writes_the_kernel_refuses_lose_nothing(tmp_path: Path) -> None:
    """When write(2) itself fails in the middle of a file, records wait in memory, and all are on disk afterwards."""
    store = loaded(tmp_path / "outbox.db")
    finish(store, 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        ids = [impression(0).id, *(finish(store, number) for number in range(1, 150))]
        assert fault(store)
        assert store.counts() == ImpressionCounts(painted=150, delivered=0, pending=150, dropped=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [record.id for record in store.pending(300)] == ids
    assert not fault(store)
    assert not list(tmp_path.glob("*.corrupt-*"))
    store.shut()


def test_what_is_on_disk_is_still_delivered_while_the_disk_is_full(tmp_path: Path) -> None:
    """A delivery that cannot be noted is not offered again, and is noted once there is space."""
    store = loaded(tmp_path / "outbox.db")
    early = [finish(store, number) for number in range(3)]
    disk = Disk(store)
    disk.full = True
    late = [finish(store, number) for number in range(3, 300)]
    sent = [record.id for record in store.pending(500)]
    assert sent[:3] == early
    store.mark_delivered(sent, START)
    assert not set(sent) & {record.id for record in store.pending(500)}
    assert store.counts().delivered == len(sent)
    disk.full = False
    assert {record.id for record in store.pending(500)} == set(early + late) - set(sent)
    assert store.counts() == ImpressionCounts(painted=300, delivered=len(sent), pending=300 - len(sent), dropped=0)
    store.shut()


def test_beyond_the_memory_losses_are_counted(tmp_path: Path) -> None:
    """Only when as many records as may wait in memory do, further ones are dropped, and the books say so for good."""
    path = tmp_path / "outbox.db"
    store = loaded(path, memory_max=5)
    path.rename(tmp_path / "gone.db")
    path.mkdir()
    store._close_file()
    for number in range(8):
        finish(store, number)
    assert store.counts() == ImpressionCounts(painted=8, delivered=0, pending=5, dropped=3)
    path.rmdir()
    assert len(store.pending(10)) == 5
    assert not fault(store)
    store.shut()
    again = loaded(tmp_path / "outbox.db")
    assert again.counts() == ImpressionCounts(painted=8, delivered=0, pending=5, dropped=3)
    again.shut()


def test_a_database_locked_by_another_program_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody holds the file, records wait in memory; afterwards they are on disk."""
    monkeypatch.setattr("kiosk.storage.sqlite_file.BUSY_TIMEOUT_MS", 50)
    store = loaded(tmp_path / "outbox.db")
    finish(store, 1)
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        finish(store, 2)
        assert "locked" in fault(store)
        assert store.counts() == ImpressionCounts(painted=2, delivered=0, pending=2, dropped=0)
        other.rollback()
    assert len(store.pending(10)) == 2
    assert not fault(store)
    store.shut()


def test_a_file_that_is_no_database_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A new outbox is begun, the old file is kept under a new name, and the log says so."""
    path = tmp_path / "outbox.db"
    path.write_bytes(b"certainly no database" * 100)
    store = loaded(path)
    finish(store, 1)
    assert (tmp_path / "outbox.db.corrupt-1").read_bytes().startswith(b"certainly")
    assert store.counts() == ImpressionCounts(painted=1, delivered=0, pending=1, dropped=0)
    assert not fault(store)
    assert "outbox.db.corrupt-1" in caplog.text
    store.shut()


def damage(path: Path, *, from_page: int) -> int:
    """Overwrite pages in the middle of a closed database with noise; returns how many."""
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    damaged = range(from_page, from_page + max(pages // 10, 1))
    for page in damaged:
        data[page * 4096 : (page + 1) * 4096] = bytes([0xA5]) * 4096
    path.write_bytes(data)
    return len(damaged)


def test_what_is_readable_in_a_corrupt_file_is_saved_and_the_rest_counted(tmp_path: Path) -> None:
    """Records on pages still good are delivered later, those lost are counted as dropped, and the sum holds."""
    path = tmp_path / "outbox.db"
    store = loaded(path)
    ids = [finish(store, number) for number in range(400)]
    store.mark_delivered(ids[:10], START)
    store.shut()
    damage(path, from_page=20)
    again = loaded(path)
    counts = again.counts()
    assert adds_up(counts)
    assert counts.painted == 400
    assert counts.delivered == 10
    saved = {record.id for record in again.pending(1_000)}
    assert saved <= set(ids[10:])
    assert len(saved) == counts.pending > 100
    assert counts.dropped == 390 - len(saved) > 0
    assert list(tmp_path.glob("outbox.db.corrupt-1"))
    again.shut()


def test_corruption_while_running_loses_nothing_held_in_memory(tmp_path: Path) -> None:
    """A file that goes bad under a running outbox is replaced, and the record being written is kept."""
    path = tmp_path / "outbox.db"
    store = loaded(path)
    finish(store, 1)
    store._close_file()
    path.write_bytes(b"x" * 8192)
    finish(store, 2)
    assert not fault(store)
    assert impression(2).id in {record.id for record in store.pending(10)}
    assert adds_up(store.counts())
    assert store.counts().painted == 2
    store.shut()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """The one clear line says what to do; the file is not touched."""
    path = tmp_path / "outbox.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    with pytest.raises(DataFolderError, match="newer version"):
        loaded(path)


class Outbox(RuleBasedStateMachine):
    """Anything may happen in any order, also with a disk that is full, and with the process killed in between."""

    impressions = Bundle("impressions")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "outbox.db"
        self.number = 0
        self.opened: set[str] = set()
        self.delivered: set[str] = set()
        self.start()

    def start(self) -> None:
        self.store = loaded(self.path)
        self.disk = Disk(self.store)

    @rule(target=impressions)
    def open(self) -> str:
        self.number += 1
        record = impression(self.number)
        self.store.open(record)
        self.opened.add(record.id)
        return record.id

    @rule(id_=impressions, visible_ms=st.integers(0, 10_000))
    def beat(self, id_: str, visible_ms: int) -> None:
        self.store.heartbeat(id_, Showing(visible_ms, 1), START)

    @rule(id_=consumes(impressions))
    def close(self, id_: str) -> None:
        self.store.close(id_, SHOWING, EndedBy.NEXT, START)

    @rule(limit=st.integers(1, 5), taken=st.integers(0, 5))
    def deliver(self, limit: int, taken: int) -> None:
        batch = [record.id for record in self.store.pending(limit)]
        assert len(batch) <= limit
        assert not set(batch) & self.delivered
        self.store.mark_delivered(batch[:taken], START)
        self.delivered.update(batch[:taken])

    @rule()
    def refuse(self) -> None:
        for record in self.store.pending(1):
            self.store.set_aside(record.id, "no")

    @rule(full=st.booleans())
    def fill_the_disk(self, full: bool) -> None:
        self.disk.full = full
        self.store._close_file()

    @rule()
    def prune(self) -> None:
        self.store.prune(START + timedelta(days=1))

    @rule()
    def restart(self) -> None:
        """A process killed while its disk was well loses nothing."""
        self.disk.full = False
        self.store.load()
        self.store._close_file()
        self.start()

    @invariant()
    def the_books_add_up(self) -> None:
        counts = self.store.counts()
        assert adds_up(counts)
        assert counts == ImpressionCounts(
            painted=len(self.opened),
            delivered=len(self.delivered),
            pending=len(self.opened) - len(self.delivered),
            dropped=0,
        )

    @invariant()
    def what_is_not_delivered_is_known_as_such(self) -> None:
        artworks = {
            impression(n).artwork_id for n in range(1, self.number + 1) if impression(n).id not in self.delivered
        }
        assert self.store.artwork_ids() == artworks

    def teardown(self) -> None:
        self.disk.full = False
        self.store.load()
        assert {id_ for id_, _ in rows(self.path)} >= self.opened - self.delivered
        self.store.shut()
        self.folder.cleanup()


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
