"""`kiosk`, but with a quick painter, and mortal: it kills itself after the first commit that put a row into a table.

The table is named by DIES_AFTER in the environment (none: it lives on). `test_kills` runs it with
`python -m tests.server.mortal`: a crash between storing and replying cannot be timed from outside.
"""

import os
import signal
import threading
from typing import Any

from sqlalchemy import Engine, event

from kiosk.__main__ import main
from kiosk.server import main as server
from kiosk.server.database import Database
from tests.server.harness import Painter


def die_after(table: str) -> None:
    """End this process like `kill -9` as soon as a transaction that inserted into `table` is committed."""
    write_now = Database.write_now
    here = threading.local()  # what another thread inserts is not committed yet

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if (
            statement.startswith(f"INSERT INTO {table} ") and "VALUES" in statement
        ):  # not the copy that a migration makes
            here.has_inserted = True

    def write_and_die(self: Database, work: Any) -> Any:
        result = write_now(self, work)
        if getattr(here, "has_inserted", False):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(Database, "write_now", write_and_die)  # noqa: B010 - mypy knows better than to let us


if __name__ == "__main__":
    setattr(server, "RendererPool", lambda _workers: Painter())  # noqa: B010
    if wanted := os.environ.get("DIES_AFTER"):
        die_after(wanted)
    main()
