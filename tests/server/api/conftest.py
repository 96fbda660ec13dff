"""The API's tests leave out how quickly a database answers: their clock stands, so who gives up never tries again.

The limits themselves are the business of `tests/server/test_database.py` and its neighbours; `each_database` lifts
those on connections.
"""

import pytest

from kiosk.server import database
from kiosk.storage import engine

LIMIT_S = 60


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for a lock, and at the end for reads under way."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", LIMIT_S * 1_000)
    monkeypatch.setattr(database, "CLOSE_LOOKS", round(LIMIT_S / database.CLOSE_LOOK_S))
