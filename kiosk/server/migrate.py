"""Brings a database to this program's schema or to an older one, or sees that it has it; refuses a newer program's."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from kiosk.domain.errors import KioskError

_SCRIPTS = Path(__file__).resolve().parent / "migrations"


def upgrade(connection: Connection, *, name: str) -> None:
    """Run every missing step on an open transaction; all of them take effect or none.

    `name` is how messages call the database. Raises KioskError when it was made by a newer program.
    """
    config = _config(connection)
    _refuse_newer(connection, ScriptDirectory.from_config(config), name)
    command.upgrade(config, "head")


def move(connection: Connection, revision: str, *, name: str) -> None:
    """Bring a database up or down to one of `revisions`, on an open transaction; raises as `upgrade` does."""
    config = _config(connection)
    current = _refuse_newer(connection, ScriptDirectory.from_config(config), name)
    order = revisions()
    if current is not None and order.index(revision) < order.index(current):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """Return the revision a database is at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """Return every revision this program knows, the oldest first."""
    scripts = ScriptDirectory(str(_SCRIPTS))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def require_current(connection: Connection, *, name: str) -> None:
    """Raise KioskError unless the database has this program's schema; nothing is changed."""
    scripts = ScriptDirectory.from_config(_config(connection))
    current = _refuse_newer(connection, scripts, name)
    if current != scripts.get_current_head():
        raise KioskError(
            f"The database {name} {'has no tables yet' if current is None else f'is older (its schema is {current})'}.",
            hint="Start a server of this version on it first: it brings the database up to date.",
            code="older_schema",
        )


def _refuse_newer(connection: Connection, scripts: ScriptDirectory, name: str) -> str | None:
    current = revision_of(connection)
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise KioskError(
            f"The database {name} was made by a newer version of kiosk (its schema is {current}).",
            hint="Update kiosk on this machine, or go back to a backup from before the update.",
            code="newer_schema",
        )
    return current


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
