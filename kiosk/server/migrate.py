"""Brings a database to this program's schema or to an older one, or sees that it has it; refuses a newer program's.

Alembic, which is large, is loaded only where there is something to change: a server starts without it, on a new SQLite
file too, whose tables are made as the code has them. A test compares them with those that the steps make.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from kiosk.domain.errors import KioskError
from kiosk.server.spans import EVERYTHING
from kiosk.server.tables import DEMO_LANE, EVENTS, PUBLIC_LANE, REMOVED_LANE, counters, extents, lanes, metadata

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_VERSION = "CREATE TABLE alembic_version (version_num VARCHAR(32) CONSTRAINT alembic_version_pkc PRIMARY KEY NOT NULL)"


def upgrade(connection: Connection, *, name: str) -> None:
    """Run every missing step on an open transaction; all of them take effect or none. A new file needs none.

    `name` is how messages call the database. Raises KioskError when it was made by a newer program.
    """
    current = _refuse_newer(connection, name)
    if current == revisions()[-1]:
        return
    if connection.dialect.name == "sqlite" and not inspect(connection).get_table_names():
        _create(connection)
        return
    from alembic import command  # noqa: PLC0415

    command.upgrade(_config(connection), "head")


def move(connection: Connection, revision: str, *, name: str) -> None:
    """Bring a database up or down to one of `revisions`, on an open transaction; raises as `upgrade` does."""
    from alembic import command  # noqa: PLC0415

    config = _config(connection)
    current = _refuse_newer(connection, name)
    order = revisions()
    if current is not None and order.index(revision) < order.index(current):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """Return the revision a database is at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def revisions() -> list[str]:
    """Return every revision this program knows, the oldest first: what the names of the steps begin with."""
    return sorted(step.name.partition("_")[0] for step in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def require_current(connection: Connection, *, name: str) -> None:
    """Raise KioskError unless the database has this program's schema; nothing is changed."""
    current = _refuse_newer(connection, name)
    if current != revisions()[-1]:
        raise KioskError(
            f"The database {name} {'has no tables yet' if current is None else f'is older (its schema is {current})'}.",
            hint="Start a server of this version on it first: it brings the database up to date.",
            code="older_schema",
        )


def _create(connection: Connection) -> None:
    """Make the newest schema in an empty SQLite file; PostgreSQL's has the job engine's tables as well."""
    metadata.create_all(connection)
    connection.execute(lanes.insert(), [{"lane": lane, "head": 0} for lane in (PUBLIC_LANE, DEMO_LANE, REMOVED_LANE)])
    everything = {"lo": EVERYTHING.lo, "hi": EVERYTHING.hi}
    connection.execute(extents.insert(), [{"lane": lane, **everything} for lane in (PUBLIC_LANE, DEMO_LANE)])
    connection.execute(counters.insert(), {"name": EVENTS, "value": 0})
    connection.execute(text(_VERSION))
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": revisions()[-1]})


def _refuse_newer(connection: Connection, name: str) -> str | None:
    current = revision_of(connection)
    if current is not None and current not in revisions():
        raise KioskError(
            f"The database {name} was made by a newer version of kiosk (its schema is {current}).",
            hint="Update kiosk on this machine, or go back to a backup from before the update.",
            code="newer_schema",
        )
    return current


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
