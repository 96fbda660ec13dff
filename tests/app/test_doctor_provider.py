"""What `kiosk doctor` says of the service outside."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from kiosk.app.doctor_provider import provider_facts
from kiosk.settings.fields import build_settings
from kiosk.storage.folder import DataFolder
from tests.server.harness import kiosk_on
from tests.server.providers.openai_service import KEY, openai_service
from tests.server.providers.test_fallback import piece


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, the service is waited for."""
    monkeypatch.setattr("kiosk.app.doctor_provider.LOOK_LIMIT_S", 60.0)


@contextmanager
def running_service() -> Iterator[str]:
    """The service on a thread of its own; yields its address."""
    ready, url, loops = threading.Event(), [""], []

    async def run() -> None:
        done = asyncio.Event()
        async with openai_service() as service:
            url[0] = service.url
            loops.append((asyncio.get_running_loop(), done))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(60)
    try:
        yield url[0]
    finally:
        loop, done = loops[0]
        loop.call_soon_threadsafe(done.set)
        thread.join()


def test_the_provider_is_looked_at(tmp_path: Path) -> None:
    """Built in, shared, answering, with a wrong key: each is said, and the key is not."""
    folder = DataFolder(tmp_path)
    assert provider_facts(folder, build_settings({})) == (True, "the built-in generator", "")
    shared = build_settings({"server.url": "http://hall:8080", "generate.provider": "openai"})
    assert provider_facts(folder, shared) == (True, "left to the shared server", "")
    with running_service() as url:
        named = {"generate.provider": "openai", "generate.provider_url": url}
        fine = build_settings({**named, "generate.provider_key": KEY})
        assert provider_facts(folder, fine) == (True, "openai answers, model gpt-image-1", "")
        ok, found, advice = provider_facts(folder, build_settings({**named, "generate.provider_key": "sk-wrong"}))
    assert (ok, advice) == (False, "Set generate.provider_key anew.")
    assert "401" in found
    assert "sk-wrong" not in found


@pytest.mark.anyio
async def test_orders_that_fail_count_although_the_service_answers(tmp_path: Path) -> None:
    """A key that lists models and may not paint: doctor says why the newest piece was drawn here, past the silence."""
    async with openai_service() as service:
        service.answers += [JSONResponse({"error": {"code": "insufficient_quota"}}, 429)]
        async with kiosk_on(tmp_path, provider="openai", provider_url=service.url, provider_key=KEY) as kiosk:
            for number in range(3):
                await piece(kiosk, number)
        named = {"generate.provider": "openai", "generate.provider_url": service.url, "generate.provider_key": KEY}
        told = await asyncio.to_thread(provider_facts, DataFolder(tmp_path), build_settings(named))
    assert told == (
        False,
        "openai answers, model gpt-image-1; but the newest piece was drawn here: its account has no credit left",
        "Look at the account's credit and limits.",
    )
