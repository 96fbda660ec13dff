"""Users and displays by the thousand, with tokens known beforehand."""

from contextlib import closing

from sqlalchemy import Connection, select

from kiosk.domain.ids import new_id
from kiosk.server import store_people
from kiosk.server.tables import devices, tokens, users
from tests.bench.dataset import Stock


def token_of(user: str, number: int) -> str:
    """Return the token of a user's display."""
    return f"{user}-{number}"


def add_displays(stock: Stock, names: list[str], each: int) -> None:
    """Make these users (those that are not there) with so many displays each."""

    def add(connection: Connection) -> None:
        for name in names:
            user = store_people.find_user(connection, name) or store_people.add_user(
                connection, name=name, now_ms=stock.now_ms
            )
            made = [
                {"public_id": new_id(), "user_id": user.id, "name": f"display {number}", "created_at": stock.now_ms}
                for number in range(each)
            ]
            connection.execute(devices.insert(), made)
        found = select(users.c.name, devices.c.name.label("display"), devices.c.id, devices.c.user_id).join(
            users, users.c.id == devices.c.user_id
        )
        rows = [
            {
                "sha256": store_people.hash_token(token_of(row.name, int(row.display.removeprefix("display ")))),
                "user_id": row.user_id,
                "device_id": row.id,
                "is_admin": False,
                "created_at": stock.now_ms,
            }
            for row in connection.execute(found.where(users.c.name.in_(names), devices.c.name.like("display %")))
        ]
        connection.execute(tokens.insert(), rows)

    with closing(stock.open()) as database:
        database.write_now(add)
