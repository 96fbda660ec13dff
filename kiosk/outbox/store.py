"""The outbox's file: every impression is on disk before anything else happens with it, and the books always add up.

One connection, used from one thread (the service's): SQLite in WAL mode with every commit synced. A disk that fails
stops nothing: changes then wait in memory, in order, and go to disk with the next call that finds it well; meanwhile
`fault` says so. Only when `memory_max` records wait are further ones dropped, and counted.

The books: `painted = delivered + pending + dropped` at every moment. A record the server refuses is set aside: it is
kept, stays *pending* (the server does not have it, and it is not lost), never delays others, and is offered again after
the next start.
"""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from kiosk.domain.impressions import EndedBy, ImpressionCounts, OpenImpression, Showing
from kiosk.outbox import changes
from kiosk.outbox.records import (
    Beat,
    Books,
    Change,
    Closed,
    ClosedImpression,
    Delivered,
    Dropped,
    Opened,
    SetAside,
    project,
)
from kiosk.outbox.salvage import CorruptFile, is_corruption, move_aside, refill, salvage
from kiosk.outbox.tables import State, closed_of, prepare
from kiosk.storage.sqlite_file import open_file, transaction

_log = logging.getLogger(__name__)

_FAULTS = (sqlite3.Error, OSError, CorruptFile)
_UNSENT = "SELECT * FROM impressions WHERE state = ? ORDER BY seq LIMIT ?"
_OLD = "DELETE FROM impressions WHERE state = ? AND changed_at < ?"


class OutboxStore:
    """The records in the file at `path`. Every method may be slow (a synced write) and must come from one thread,
    except `counts`, `artwork_ids`, `fault` and `refused`, which any thread may ask.
    """

    def __init__(self, path: Path, *, memory_max: int = 10_000) -> None:
        self._path = path
        self._memory_max = memory_max
        self._file: sqlite3.Connection | None = None
        self._recovered = False
        self._waiting: list[Change] = []
        self._books: Books | None = None
        self._undelivered: dict[str, str] = {}
        self._refused = 0
        self._fault: str | None = None
        self._counts = Books().counts()
        self._artwork_ids: frozenset[str] = frozenset()

    # ------------------------------------------------------------------ asking
    @property
    def fault(self) -> str | None:
        """What keeps the outbox from its disk at this moment, in one line, or None."""
        return self._fault

    @property
    def refused(self) -> int:
        """How many records the server has refused since the start; they are kept, and pending."""
        return self._refused

    def counts(self) -> ImpressionCounts:
        """Return the books."""
        return self._counts

    def artwork_ids(self) -> frozenset[str]:
        """Return the artworks that have impressions the server has not acknowledged."""
        return self._artwork_ids

    # ------------------------------------------------------------------ recording
    def load(self) -> None:
        """Open the file; records a killed process left open are closed as recovered, with their last figures.

        Raises DataFolderError for a file of a newer program; a disk that fails only shows in `fault`.
        """
        self._write()

    def open(self, record: OpenImpression) -> None:
        """Keep a piece that was just painted; on disk when this returns, unless `fault` says otherwise."""
        if record.id in self._undelivered:
            return
        if sum(isinstance(change, Opened) for change in self._waiting) >= self._memory_max:
            self._record(Dropped(1))
            return
        self._undelivered[record.id] = record.artwork_id
        self._record(Opened(record))

    def heartbeat(self, id_: str, showing: Showing, at: datetime) -> None:
        """Note the figures of the piece on the glass so far: they count if the process does not live to close it."""
        self._record(Beat(id_, showing, at))

    def close(self, id_: str, showing: Showing, ended_by: EndedBy, at: datetime) -> None:
        """Note that a piece left the glass; the record may be sent from now on."""
        self._record(Closed(id_, showing, ended_by, at))

    def mark_delivered(self, ids: Sequence[str], at: datetime) -> None:
        """Note that the server has these records."""
        for id_ in ids:
            self._undelivered.pop(id_, None)
        if ids:
            self._record(Delivered(tuple(dict.fromkeys(ids)), at))

    def set_aside(self, id_: str, reason: str) -> None:
        """Keep a record that cannot be delivered out of the way of the others."""
        _log.warning("Impression %s is set aside, and offered again after the next start: %s", id_, reason)
        self._refused += 1
        self._record(SetAside(id_, reason))

    # ------------------------------------------------------------------ sending
    def pending(self, limit: int) -> list[ClosedImpression]:
        """Return at most `limit` finished records on disk that the server does not have, oldest first."""
        self._write()
        settled = {id_ for change in self._waiting if isinstance(change, Delivered) for id_ in change.ids}
        settled |= {change.id for change in self._waiting if isinstance(change, SetAside)}
        try:
            rows = self._open_file().execute(_UNSENT, (State.CLOSED, limit + len(settled))).fetchall()
        except _FAULTS as error:
            self._failed(error)
            return []
        waiting = [row for row in rows if row["id"] not in settled][:limit]
        finished = [record for row in waiting if (record := self._readable(row)) is not None]
        return finished if finished or not waiting else self.pending(limit)

    def prune(self, before: datetime) -> None:
        """Delete delivered rows last changed before that time; the books keep their number."""
        try:
            self._open_file().execute(_OLD, (State.DELIVERED, before.isoformat()))
        except _FAULTS as error:
            self._failed(error)

    def shut(self) -> None:
        """Write what waits, if the disk takes it, and close the file."""
        if self._waiting:
            self._write()
        self._close_file()

    # ------------------------------------------------------------------ within
    def _readable(self, row: sqlite3.Row) -> ClosedImpression | None:
        try:
            return closed_of(row)
        except (ValueError, TypeError) as error:
            self.set_aside(row["id"], f"unreadable on this disk: {error}")
            return None

    def _record(self, change: Change) -> None:
        last = self._waiting[-1] if self._waiting else None
        match last, change:
            case Beat(id=waiting_id), Beat(id=id_) if waiting_id == id_:
                self._waiting[-1] = change
            case Dropped(count=count), Dropped():
                self._waiting[-1] = Dropped(count + 1)
            case _:
                self._waiting.append(change)
        self._write()

    def _write(self) -> None:
        """Bring what waits to disk, all of it or nothing; a corrupt file is replaced once, then written."""
        for attempt in range(2):
            try:
                file = self._open_file()
                with transaction(file):
                    for change in self._waiting:
                        changes.apply(file, change)
                    books = changes.load_books(file)
            except _FAULTS as error:
                self._failed(error)
                if not (attempt == 0 and is_corruption(error) and self._begin_anew()):
                    break
            else:
                self._books = books
                self._waiting.clear()
                if self._fault is not None:
                    _log.warning("The outbox is on disk again.")
                self._fault = None
                break
        self._publish()

    def _publish(self) -> None:
        self._counts = project(self._books or Books(), self._waiting).counts()
        self._artwork_ids = frozenset(self._undelivered.values())

    def _failed(self, error: BaseException) -> None:
        fault = f"The outbox cannot be written: {error}. Impressions wait in memory; free or mend the disk."
        if fault != self._fault:
            _log.error("%s", fault)
        self._fault = fault
        self._close_file()

    def _open_file(self) -> sqlite3.Connection:
        if self._file is not None:
            return self._file
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = open_file(self._path)
        try:
            with transaction(file):
                if not self._recovered:
                    _check(file)
                prepare(file)
                if not self._recovered:
                    self._recover(file)
        except BaseException:
            file.close()
            raise
        self._recovered = True
        self._file = file
        return file

    def _recover(self, connection: sqlite3.Connection) -> None:
        closed = changes.close_what_was_left_open(connection)
        if closed:
            _log.info("%d impressions were left open by the process before; they are closed as recovered.", closed)
        self._undelivered = changes.undelivered_artworks(connection) | self._undelivered

    def _begin_anew(self) -> bool:
        """Replace a corrupt file by a new one with everything that can be read from it; return whether that worked."""
        try:
            aside = move_aside(self._path)
            found = salvage(aside)
            with closing(open_file(self._path)) as file, transaction(file):
                prepare(file)
                lost = refill(file, found, last_known=self._books)
        except _FAULTS as error:
            self._failed(error)
            return False
        _log.error(
            "The outbox was corrupt; it is kept as %s and a new one is begun: %d impressions saved, %d lost.",
            aside.name,
            len(found.rows),
            lost,
        )
        saved = {row["id"] for row in found.rows}
        memory = {change.record.id for change in self._waiting if isinstance(change, Opened)}
        self._undelivered = {id_: art for id_, art in self._undelivered.items() if id_ in saved | memory}
        return True

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CorruptFile(verdict)
