"""The day's budget for outside providers: one counter a day, UTC, for all servers on the database together.

A place is taken before a service is asked and given back when it surely made nothing, so the count never falls short of
what is charged: not when two servers ask at once, and not when one is killed in between. On an open transaction.
"""

from typing import Final

from sqlalchemy import Connection, delete, select, update

from kiosk.server import dialect
from kiosk.server.moments import DAY_MS
from kiosk.server.tables import counters

_PREFIX: Final = "charged/"
_KEPT_D: Final = 2  # servers whose clocks differ a little meet at midnight


def day_of(now_ms: int) -> int:
    """Return the day, counted from 1970 in UTC, that a time in milliseconds belongs to."""
    return now_ms // DAY_MS


def take(connection: Connection, *, day: int, limit: int) -> bool:
    """Take one of the day's `limit` places; False when there is none left."""
    if limit <= 0:
        return False
    first = dialect.insert(connection, counters).values(name=_name(day), value=1)
    one_more = first.on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + 1}, where=counters.c.value < limit
    )
    taken = connection.execute(one_more.returning(counters.c.value)).scalar_one_or_none()
    if taken == 1:
        old = (counters.c.name >= _PREFIX, counters.c.name < _name(day - _KEPT_D))
        connection.execute(delete(counters).where(*old))
    return taken is not None


def give_back(connection: Connection, *, day: int) -> None:
    """Give a place of that day back."""
    mine = (counters.c.name == _name(day), counters.c.value > 0)
    connection.execute(update(counters).where(*mine).values(value=counters.c.value - 1))


def taken(connection: Connection, *, day: int) -> int:
    """Return how many places of that day are taken."""
    return int(connection.scalar(select(counters.c.value).where(counters.c.name == _name(day))) or 0)


def _name(day: int) -> str:
    return f"{_PREFIX}{day:08}"
