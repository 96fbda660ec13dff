"""What was played and what was used. Functions on a read transaction.

Whole months and days come from their sums, so a year is quickly told however much was played; a day that a report cuts
is summed from the plays themselves, while they are kept. `retention` purges them and notes up to when.
A user reads the words of a piece only where they may see it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    Table,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from kiosk.domain.errors import KioskError
from kiosk.protocol.reports import ReportBy
from kiosk.server.moments import DAY_MS, from_ms
from kiosk.server.periods import Cut, Range, cut
from kiosk.server.store_jobs import JobStatus
from kiosk.server.store_people import lanes_of
from kiosk.server.store_play_days import USAGE
from kiosk.server.tables import (
    PLAYS_PURGED,
    REMOVED_LANE,
    AnyRow,
    artworks,
    counters,
    devices,
    jobs,
    play_days,
    play_months,
    plays,
    sessions,
    usage_sums,
    users,
    votes,
)

_KEYS: Mapping[ReportBy, tuple[str, ...]] = {
    "artwork": ("artwork_id", "device_id"),
    "artist": ("artwork_id",),
    "display": ("user_id", "device_id"),
    "day": ("day",),
}


class PlaysPurged(KioskError):
    """A report cuts a day whose single plays are gone."""

    code = "plays_purged"


@dataclass(frozen=True, slots=True)
class UsageCounts:
    """What one user has used so far."""

    impressions: int
    generated: int
    deduplicated: int
    votes: int
    sessions: int


def plays_between(
    connection: Connection, by: ReportBy, *, start_ms: int, end_ms: int, user: int | None
) -> list[AnyRow]:
    """Return plays with start_ms <= start of showing < end_ms, of every user when None; the columns as `reports` has.

    For a user, title and artist are empty where they cannot see the piece: another made it private.
    Raises PlaysPurged when the range cuts a day of which single plays are no longer kept.
    """
    pieces = cut(start_ms, end_ms, by_months=by != "day")
    _check_kept(connection, pieces)
    arms = _arms(_KEYS[by], pieces, user)
    return list(connection.execute(_REPORTS[by](union_all(*arms).subquery(), _pieces(user)))) if arms else []


def usage(connection: Connection, *, user: int) -> UsageCounts:
    """Return what a user has used so far; what was purged stays counted."""
    query = select(*(usage_sums.c[name] for name in USAGE)).where(usage_sums.c.user_id == user)
    impressions, generated, deduplicated, opened = connection.execute(query).first() or (0, 0, 0, 0)
    made = select(func.count(), _total(func.coalesce(func.sum(jobs.c.repeats), 0))).where(jobs.c.user_id == user)
    return UsageCounts(
        impressions=impressions,
        generated=generated + connection.execute(made.where(jobs.c.state == JobStatus.DONE.value)).one()[0],
        deduplicated=deduplicated + connection.execute(made).one()[1],
        votes=connection.execute(select(func.count()).where(votes.c.user_id == user)).scalar_one(),
        sessions=opened + connection.execute(select(func.count()).where(sessions.c.user_id == user)).scalar_one(),
    )


def _check_kept(connection: Connection, pieces: Cut) -> None:
    purged = connection.scalar(select(counters.c.value).where(counters.c.name == PLAYS_PURGED)) or 0
    if any(start_ms < purged for start_ms, _ in pieces.rest_ms):
        raise PlaysPurged(
            f"Single plays from before {from_ms(purged):%Y-%m-%d %H:%M} UTC are purged.",
            hint="Up to then, let the report begin and end at midnight UTC.",
        )


def _pieces(user: int | None) -> FromClause:
    """Return the pieces with the words that a user may read, all of them when None; a removed one's as at its end."""
    if user is None:
        return artworks
    lane = case((artworks.c.lane == REMOVED_LANE, artworks.c.left_lane), else_=artworks.c.lane)
    words = [case((lane.in_(lanes_of(user)), artworks.c[name]), else_="").label(name) for name in ("title", "artist")]
    return select(artworks.c.id, artworks.c.public_id, *words).subquery("pieces")


def _arms(keys: tuple[str, ...], pieces: Cut, user: int | None) -> list[Select[Any]]:
    of_plays = {"device_id": func.coalesce(plays.c.device_id, 0), "day": plays.c.painted_at // DAY_MS}
    count, at = literal_column("1", BigInteger), plays.c.painted_at
    arms = [_summed(play_months, keys, {}, play_months.c.month, months, user) for months in pieces.months]
    arms += [_summed(play_days, keys, {}, play_days.c.day, days, user) for days in pieces.days]
    odd = {**of_plays, "plays": count, "first_at": at, "last_at": at}
    return arms + [_summed(plays, keys, odd, at, rest_ms, user) for rest_ms in pieces.rest_ms]


def _summed(
    table: Table,
    keys: tuple[str, ...],
    odd: Mapping[str, ColumnElement[Any]],
    when: ColumnElement[int],
    within: Range,
    user: int | None,
) -> Select[Any]:
    """Return the sums of one table in a range; `odd` are the columns it has no name for."""

    def column(name: str) -> ColumnElement[Any]:
        return odd[name] if name in odd else table.c[name]

    query = select(*(column(key).label(key) for key in keys), *_totals(column)).where(
        when >= within[0], when < within[1]
    )
    return (query if user is None else query.where(table.c.user_id == user)).group_by(*(column(key) for key in keys))


def _totals(column: Callable[[str], ColumnElement[Any]]) -> tuple[ColumnElement[Any], ...]:
    return (
        _total(func.sum(column("plays"))).label("plays"),
        _total(func.sum(column("visible_ms"))).label("visible_ms"),
        func.min(column("first_at")).label("first_at"),
        func.max(column("last_at")).label("last_at"),
    )


def _by_artwork(found: Subquery, pieces: FromClause) -> Select[Any]:
    sums = _grouped(found, _KEYS["artwork"]).subquery()
    device = func.coalesce(devices.c.name, "").label("device")
    return (
        select(pieces.c.public_id.label("artwork_id"), pieces.c.title, pieces.c.artist, device, *_columns(sums))
        .join(pieces, pieces.c.id == sums.c.artwork_id)
        .outerjoin(devices, devices.c.id == sums.c.device_id)
        .order_by(sums.c.first_at, sums.c.artwork_id, sums.c.device_id)
    )


def _by_artist(found: Subquery, pieces: FromClause) -> Select[Any]:
    totals = _totals(found.c.__getitem__)
    whole = select(pieces.c.artist, *totals).join_from(found, pieces, pieces.c.id == found.c.artwork_id)
    sums = whole.group_by(pieces.c.artist).subquery()
    return select(sums.c.artist, *_columns(sums)).order_by(sums.c.plays.desc(), sums.c.artist)


def _by_display(found: Subquery, _pieces: FromClause) -> Select[Any]:
    sums = _grouped(found, _KEYS["display"]).subquery()
    device = func.coalesce(devices.c.name, "").label("device")
    return (
        select(device, users.c.name.label("user"), *_columns(sums))
        .join(users, users.c.id == sums.c.user_id)
        .outerjoin(devices, devices.c.id == sums.c.device_id)
        .order_by(users.c.name, device, sums.c.device_id)
    )


def _by_day(found: Subquery, _pieces: FromClause) -> Select[Any]:
    sums = _grouped(found, _KEYS["day"]).subquery()
    return select(sums.c.day, *_columns(sums)).order_by(sums.c.day)


def _grouped(found: Subquery, keys: tuple[str, ...]) -> Select[Any]:
    columns = [found.c[key] for key in keys]
    return select(*columns, *_totals(found.c.__getitem__)).group_by(*columns)


def _columns(sums: Subquery) -> tuple[ColumnElement[Any], ...]:
    return sums.c.plays, sums.c.visible_ms, sums.c.first_at.label("first"), sums.c.last_at.label("last")


def _total(of: ColumnElement[Any]) -> ColumnElement[int]:
    """PostgreSQL sums whole numbers into decimals."""
    return cast(of, BigInteger)


_REPORTS: Mapping[ReportBy, Callable[[Subquery, FromClause], Select[Any]]] = {
    "artwork": _by_artwork,
    "artist": _by_artist,
    "display": _by_display,
    "day": _by_day,
}
