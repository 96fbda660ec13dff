"""The database's history, for alembic: `env` runs it, `versions` holds the steps; `kiosk.server.migrate` calls it."""
