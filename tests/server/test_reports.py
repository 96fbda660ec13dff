"""Reports: ranges cut into months and days, sums that equal the plays, a year answered in few steps."""

import csv
import io
from collections.abc import Iterator
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from kiosk.protocol.reports import DayPlays, ReportBy, ReportRow, csv_pieces, json_pieces
from kiosk.server import store_people
from kiosk.server.database import Database
from kiosk.server.moments import DAY_MS, HOUR_MS
from kiosk.server.opening import open_database
from kiosk.server.periods import Range, cut, first_day_of, month_of
from kiosk.server.store_impressions import record
from kiosk.server.store_queue import Viewer
from kiosk.server.store_reports import plays_between
from kiosk.server.tables import play_days, play_months, plays
from tests.server.play_year import DAYS, FIRST_DAY, fill_year
from tests.server.records import seen, stored_piece

BY: tuple[ReportBy, ...] = ("artwork", "artist", "display", "day")
TIMES = st.integers(0, 60 * 365 * DAY_MS)
STEPS_A_CALL = 1_000
DAYS_STEPS_MAX = 25_000_000  # of SQLite's machine, which does some hundred million in a second
MONTHS_STEPS_MAX = 8_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@given(TIMES, TIMES, st.booleans())
def test_a_range_is_cut_without_gap_or_overlap(one: int, other: int, by_months: bool) -> None:
    """Months, days and cut days put together are the range, each once, and what is left over lies within two days."""
    start_ms, end_ms = sorted((one, other))
    pieces = cut(start_ms, end_ms, by_months=by_months)
    months = [(first_day_of(lo) * DAY_MS, first_day_of(hi) * DAY_MS) for lo, hi in pieces.months]
    days = [(lo * DAY_MS, hi * DAY_MS) for lo, hi in pieces.days]
    found: list[Range] = sorted([*months, *days, *pieces.rest_ms])
    assert sum(hi - lo for lo, hi in found) == end_ms - start_ms
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(hi - lo < 2 * DAY_MS for lo, hi in pieces.rest_ms)
    assert by_months or not pieces.months
    assert sum(hi - lo for lo, hi in pieces.days) <= 62 or not by_months or not pieces.months


@given(st.integers(0, 12 * 200))
def test_a_month_starts_where_its_days_do(month: int) -> None:
    """The first day of a month lies in it, the day before in the month before."""
    assert month_of(first_day_of(month)) == month
    assert month_of(first_day_of(month) - 1) == month - 1


def test_sums_equal_the_plays(database: Database) -> None:
    """However plays come, twice or late, every report from the sums is the one counted from the plays alone."""
    month_ms = first_day_of(month_of(20_000)) * DAY_MS
    now_ms = month_ms + 70 * DAY_MS

    def fill(connection: Connection) -> None:
        user, device = store_people.ensure_default_people(connection, now_ms=0)
        other = store_people.add_device(connection, name="hall", user="wall", token="t", now_ms=0).id
        pieces = [stored_piece(connection, number, artist=f"Artist {number % 2}") for number in range(5)]
        for number in range(120):
            at_ms = month_ms - 9 * DAY_MS + number * 15 * HOUR_MS
            piece = pieces[number * 7 % 5]
            showing = seen(piece.public_id, number, at_ms, visible_ms=1_000 + number)
            device_id = (device, other, 0)[number % 3]
            for _ in range(1 + number % 2):  # every second one arrives twice
                record(connection, Viewer(user, device_id), [showing], now_ms=now_ms)

    database.write_now(fill)
    ranges = [
        (0, now_ms),
        (month_ms, month_ms + 45 * DAY_MS),
        (month_ms - 5 * DAY_MS + 7, month_ms + 45 * DAY_MS - 3),
        (month_ms + HOUR_MS, month_ms + 5 * HOUR_MS),
        (month_ms + 20 * HOUR_MS, month_ms + 30 * HOUR_MS),
    ]
    for start_ms, end_ms in ranges:
        expected = database.read_now(partial(_counted, start_ms=start_ms, end_ms=end_ms))
        for by in BY:
            rows = database.read_now(partial(plays_between, by=by, start_ms=start_ms, end_ms=end_ms, user=1))
            assert sum(row.plays for row in rows) == expected[0], by
            assert sum(row.visible_ms for row in rows) == expected[1], by
            assert min((row.first for row in rows), default=None) == expected[2], by
            assert max((row.last for row in rows), default=None) == expected[3], by
    by_hand = text(
        "SELECT count(*) FROM (SELECT DISTINCT painted_at / 86400000, coalesce(device_id, 0), artwork_id FROM plays) p"
    )
    kept = database.read_now(lambda connection: connection.execute(by_hand).scalar_one())
    assert database.read_now(lambda connection: len(connection.execute(select(play_days)).all())) == kept
    assert database.read_now(lambda connection: len(connection.execute(select(play_months)).all())) < kept


def _counted(connection: Connection, start_ms: int, end_ms: int) -> tuple[Any, ...]:
    query = text(
        "SELECT count(*), coalesce(sum(visible_ms), 0), min(painted_at), max(painted_at) FROM plays"
        " WHERE painted_at >= :a AND painted_at < :b"
    )
    return tuple(connection.execute(query, {"a": start_ms, "b": end_ms}).one())


def test_midnights_need_no_single_plays(database: Database) -> None:
    """With every single play deleted, whole days are answered as before."""

    def fill(connection: Connection) -> None:
        user, device = store_people.ensure_default_people(connection, now_ms=0)
        piece = stored_piece(connection, 1)
        record(connection, Viewer(user, device), [seen(piece.public_id, 1, 5 * DAY_MS + 7)], now_ms=6 * DAY_MS)

    database.write_now(fill)
    database.write_now(lambda connection: connection.execute(plays.delete()))
    for by in BY:
        day = partial(plays_between, by=by, start_ms=5 * DAY_MS, end_ms=6 * DAY_MS, user=None)
        rows = database.read_now(day)
        assert [row.plays for row in rows] == [1]


def test_a_year_of_plays_is_answered_in_few_steps(tmp_path: Path) -> None:
    """A million daily sums, three million plays, three displays, 2,000 pieces: no report of the year takes more steps
    than a machine makes in a fraction of a second, and what monthly sums can answer takes a third of them.
    """
    database = open_database(tmp_path / "kiosk.db")
    try:
        played = database.write_now(lambda connection: fill_year(connection, plays_a_row=3))
        start_ms, end_ms = FIRST_DAY * DAY_MS, (FIRST_DAY + DAYS) * DAY_MS
        for by in BY:
            for start, end in ((start_ms, end_ms), (start_ms + 20 * DAY_MS, end_ms - 11 * DAY_MS)):
                steps, rows = database.read_now(partial(_watched, by=by, start_ms=start, end_ms=end))
                assert STEPS_A_CALL < steps < (DAYS_STEPS_MAX if by == "day" else MONTHS_STEPS_MAX), by
                assert start != start_ms or sum(row.plays for row in rows) == played
    finally:
        database.close()


def test_the_year_can_be_filled_on_either_database(database: Database) -> None:
    """A small year answers the same everywhere: what the big one is made by is sound."""
    played = database.write_now(lambda connection: fill_year(connection, pieces=50, rows=5_000))
    assert 4_000 < played < 6_000
    for by in BY:
        year = partial(plays_between, by=by, start_ms=FIRST_DAY * DAY_MS, end_ms=(FIRST_DAY + DAYS) * DAY_MS, user=None)
        rows = database.read_now(year)
        assert sum(row.plays for row in rows) == played


def _watched(connection: Connection, by: ReportBy, start_ms: int, end_ms: int) -> tuple[int, list[Any]]:
    """A report, and how many steps SQLite's machine made for it: the same on every computer, however busy."""
    calls = count()
    sqlite: Any = connection.connection.driver_connection
    sqlite.set_progress_handler(lambda: next(calls) < 0, STEPS_A_CALL)  # anything true would break it off
    try:
        rows = list(plays_between(connection, by, start_ms=start_ms, end_ms=end_ms, user=None))
    finally:
        sqlite.set_progress_handler(None, 0)
    return next(calls) * STEPS_A_CALL, rows


def test_csv_is_rfc_4180_and_harmless_in_a_spreadsheet() -> None:
    """Lines end in CRLF, commas, quotes and line ends are quoted, a text that looks like a formula is no formula."""
    moment = "2026-01-01T00:00:00.000Z"
    titles = ['=HYPERLINK("x")', "+1", "-1", "@x", "\tx", 'Sea, "calm"\nand wide', "Plain"]
    rows = [
        ReportRow.model_validate(
            {"artworkId": "a", "title": title, "artist": "", "device": "", "plays": 1, "visibleMs": 2}
            | {"first": moment, "last": moment}
        )
        for title in titles
    ]
    written = "".join(csv_pieces(ReportRow, rows))
    assert written.startswith("artworkId,title,artist,device,plays,visibleMs,first,last\r\n")
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert [row[1] for row in read[1:]] == ["'" + title for title in titles[:5]] + titles[5:]
    assert all(row[4:7] == ["1", "2", moment] for row in read[1:])


def test_a_long_report_comes_in_pieces() -> None:
    """Thousands of rows are never one text, and the pieces put together are valid JSON and CSV."""
    moment = "2026-01-01T00:00:00.000Z"
    values = {"day": "2026-01-01", "plays": 1, "visibleMs": 2, "first": moment, "last": moment}
    rows = [DayPlays.model_validate(values) for _ in range(2_001)]
    pieces = list(json_pieces(rows))
    assert max(map(len, pieces)) < 100_000
    assert "".join(pieces) == "[" + ",".join(row.wire().decode() for row in rows) + "]"
    assert "".join(json_pieces([])) == "[]"
    assert len(list(csv_pieces(DayPlays, rows))) > 3
    assert "".join(csv_pieces(DayPlays, [])) == "day,plays,visibleMs,first,last\r\n"
