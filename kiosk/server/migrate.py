"""Brings a database to this program's schema, and refuses one that a newer program made."""

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
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise KioskError(
            f"The database {name} was made by a newer version of kiosk (its schema is {current}).",
            hint="Update kiosk on this machine, or go back to a backup from before the update.",
            code="newer_schema",
        )
    command.upgrade(config, "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
