"""Runs migrations on the connection that `kiosk.server.migrate` hands over, inside that one's transaction."""

from alembic import context

from kiosk.server.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
