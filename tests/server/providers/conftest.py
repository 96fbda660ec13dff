"""What the tests of the providers share: the product's own short limits are long, for no test here is about them."""

import pytest

from kiosk.server.providers import comfyui, wire
from tests.server.harness import DEADLINE_S


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a connection, and the taking back of a job, as long as anything else: a slow machine may need it."""
    monkeypatch.setattr(wire, "CONNECT_LIMIT_S", DEADLINE_S)
    monkeypatch.setattr(comfyui, "CLEAN_UP_S", DEADLINE_S)
