"""A whole server with a service outside: its pieces, and the built-in generator's wherever there are none."""

import asyncio
import io
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.responses import HTMLResponse

from kiosk.generator.genome import genome_from_dict
from kiosk.generator.titles import prompt_of
from kiosk.server import ending, store_jobs
from kiosk.server.making import STORE_AGAIN_S
from kiosk.server.providers.guarded import BACKOFF
from tests.server.harness import DEADLINE_S, Kiosk, kiosk_on, until
from tests.server.providers.automatic1111_service import LOADED, automatic1111_service
from tests.server.providers.comfyui_service import CHECKPOINT, comfyui_service
from tests.server.providers.openai_service import KEY, openai_service, overloaded

pytestmark = pytest.mark.anyio


async def piece(kiosk: Kiosk, number: int = 0) -> dict[str, Any]:
    """The piece that a wish of this number becomes."""
    async with kiosk.client() as display:
        reply = await display.post("/api/generate-art", json={"musicInfo": {"seed": number}})
        return dict(reply.raise_for_status().json()["artwork"])


async def image_of(kiosk: Kiosk, artwork: dict[str, Any]) -> Image.Image:
    """The piece's picture as a display gets it."""
    async with kiosk.client() as display:
        return Image.open(io.BytesIO((await display.get(artwork["imageUrl"])).raise_for_status().content))


async def have_failed(kiosk: Kiosk, tries: int) -> None:
    """Wait until so many calls have failed: between two tries the order now waits by the clock."""
    figure = f'kiosk_provider_calls_total{{outcome="unavailable",provider="openai"}} {tries}.0\n'
    async with kiosk.admin() as admin, asyncio.timeout(DEADLINE_S):
        while figure not in (await admin.get("/metrics")).text:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.005)


def stored_in(folder: Path) -> bytes:
    """Every byte of every file of a folder."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_a_piece_comes_from_outside(tmp_path: Path) -> None:
    """The prompt of the genome goes out, the picture comes in, and the provenance has genome, provider and model."""
    async with (
        openai_service() as service,
        kiosk_on(tmp_path, provider="openai", provider_url=service.url, provider_key=KEY) as kiosk,
    ):
        artwork = await piece(kiosk)
        assert (await image_of(kiosk, artwork)).size == (1536, 1024) == (artwork["width"], artwork["height"])
        assert kiosk.painter.orders == []
    told = artwork["provenance"]
    assert (told["provider"], told["model"]) == ("openai", "gpt-image-1")
    assert "fallback" not in told
    assert [asked["prompt"] for asked in service.requests] == [artwork["prompt"]]
    assert artwork["prompt"] == prompt_of(genome_from_dict(told["genome"]))


async def test_each_service_can_be_chosen(tmp_path: Path) -> None:
    """ComfyUI and AUTOMATIC1111 make the pieces when the options name them."""
    async with comfyui_service() as comfyui, automatic1111_service() as automatic1111:
        for name, url, model in (("comfyui", comfyui.url, CHECKPOINT), ("automatic1111", automatic1111.url, LOADED)):
            options: dict[str, Any] = {"provider": name, "provider_url": url, "provider_model": model}
            async with kiosk_on(tmp_path / name, **options) as kiosk:
                told = (await piece(kiosk))["provenance"]
            assert (told["provider"], told["model"]) == (name, model)
            assert isinstance(told["seed"], int)


async def test_whatever_fails_the_same_genome_is_drawn_here(tmp_path: Path) -> None:
    """A page instead of JSON: the piece is there all the same, of the same genome, and says whose place it took."""
    async with openai_service() as service:
        service.answers.append(HTMLResponse("<html>Sign in</html>"))
        async with kiosk_on(tmp_path, provider="openai", provider_url=service.url, provider_key=KEY) as kiosk:
            artwork = await piece(kiosk)
            (drawn,) = kiosk.painter.orders
            async with kiosk.admin() as admin:
                figures = (await admin.get("/metrics")).text
    told = artwork["provenance"]
    assert told["provider"] == "procedural"
    assert told["genome"] == json.loads(drawn.genome)
    assert told["fallback"] == {
        "provider": "openai",
        "model": "gpt-image-1",
        "outcome": "bad_answer",
        "reason": "its answer held no usable picture",
    }
    assert 'kiosk_provider_fallbacks_total{outcome="bad_answer",provider="openai"} 1.0' in figures


NO_PLACE = """CREATE TRIGGER full BEFORE INSERT ON counters WHEN new.name LIKE 'charged/%'
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"""


async def test_a_fault_of_our_own_is_no_reason_to_go_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the budget cannot be kept nothing is asked outside; that is logged, and the piece is drawn here."""
    async with (
        openai_service() as service,
        kiosk_on(tmp_path, provider="openai", provider_url=service.url, provider_key=KEY) as kiosk,
    ):
        await kiosk.services.database.write(lambda connection: connection.exec_driver_sql(NO_PLACE))
        assert (await piece(kiosk))["provenance"]["fallback"]["outcome"] == "fault"
        assert service.requests == []
    assert "could not be asked for" in caplog.text


NO_ARTWORK = "CREATE TRIGGER full BEFORE INSERT ON artworks BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"


async def test_what_was_paid_for_waits_until_it_can_be_stored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While the disk is full nothing is ordered anew; once there is room the picture that was painted hangs."""
    async with (
        openai_service() as service,
        kiosk_on(tmp_path, provider="openai", provider_url=service.url, provider_key=KEY) as kiosk,
    ):
        database = kiosk.services.database
        await database.write(lambda connection: connection.exec_driver_sql(NO_ARTWORK))
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(piece(kiosk))
            for refusals in (1, 2, 3):
                told = partial(lambda refusals: caplog.text.count("cannot be stored yet") == refusals, refusals)
                await until(told, "it is refused")
                if refusals == 3:
                    await database.write(lambda connection: connection.exec_driver_sql("DROP TRIGGER full"))
                kiosk.clock.advance(STORE_AGAIN_S)
        assert asked.result()["provenance"]["provider"] == "openai"
        assert len(service.requests) == 1


@pytest.mark.usefixtures("each_database")
async def test_new_music_does_not_wait_for_a_slow_service(tmp_path: Path) -> None:
    """While the service keeps one order waiting the next wish is painted there; both are, and both are counted."""
    async with openai_service() as service:
        options: dict[str, Any] = {"provider": "openai", "provider_url": service.url, "provider_key": KEY}
        service.gate = asyncio.Event()
        async with kiosk_on(tmp_path, **options) as kiosk, asyncio.TaskGroup() as group:
            slow = group.create_task(piece(kiosk, 1))
            await until(lambda: service.requests, "the first order is under way")
            async with asyncio.timeout(DEADLINE_S):
                prompt_now = (await piece(kiosk, 2))["prompt"]
            assert not slow.done()
            service.gate.set()
            async with asyncio.timeout(DEADLINE_S):
                prompt_later = (await slow)["prompt"]
            assert kiosk.painter.orders == []
            async with kiosk.admin() as admin:
                figures = (await admin.get("/metrics")).text
    assert [asked["prompt"] for asked in service.requests] == [prompt_later, prompt_now]
    assert 'kiosk_provider_charged_total{provider="openai"} 2.0' in figures


@pytest.mark.usefixtures("each_database")
async def test_the_budget_is_one_for_all_and_survives_a_restart(tmp_path: Path) -> None:
    """Two of three pieces from outside, then the server is started again: one more, and the rest are drawn here."""
    async with openai_service() as service:
        options: dict[str, Any] = {
            "provider": "openai",
            "provider_url": service.url,
            "provider_key": KEY,
            "daily_budget": 3,
        }
        providers = []
        for numbers in (range(2), range(2, 5)):
            async with kiosk_on(tmp_path, **options) as kiosk:
                providers += [(await piece(kiosk, number))["provenance"]["provider"] for number in numbers]
    assert providers == ["openai", "openai", "openai", "procedural", "procedural"]
    assert len(service.requests) == 3


async def test_the_key_is_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log, however much it says, nor in a piece, the figures, the API's description or the options."""
    secret = "sk-0123456789-never-to-be-seen"
    caplog.set_level(logging.DEBUG)
    async with openai_service() as service:
        options: dict[str, Any] = {"provider": "openai", "provider_url": service.url, "provider_key": secret}
        async with kiosk_on(tmp_path, **options) as kiosk:
            artwork = await piece(kiosk)
            assert service.keys == [f"Bearer {secret}"]
            assert artwork["provenance"]["fallback"]["outcome"] == "unauthorized"
            async with kiosk.admin() as admin:
                texts = [(await admin.get(path)).text for path in ("/metrics", "/openapi.json", "/api/usage")]
            texts += [repr(kiosk.services.options), caplog.text, json.dumps(artwork)]
    assert 'kiosk_alert{name="provider_needs_attention"} 1.0' in texts[0]
    assert [text for text in texts if secret in text] == []
    assert secret.encode() not in stored_in(tmp_path)


async def test_a_stop_amid_an_order_gives_the_job_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server stopped while it waits for a service ends at once; started again, the piece is made."""
    monkeypatch.setattr(ending, "AGAIN_S", DEADLINE_S)  # a second asking breaks off what is taken back there
    async with comfyui_service(is_open=False) as service:
        options: dict[str, Any] = {"provider": "comfyui", "provider_url": service.url, "provider_model": CHECKPOINT}
        async with kiosk_on(tmp_path, **options) as kiosk, kiosk.client() as display:
            reply = await display.post("/api/generate-art", json={}, headers={"Prefer": "wait=0"})
            assert reply.status_code == 202
            await until(lambda: service.running, "it is painted")
        assert service.told == ["/interrupt"]
        async with kiosk_on(tmp_path) as kiosk:
            find = partial(store_jobs.find, job_id=reply.json()["jobId"], user=1)
            await until(lambda: getattr(kiosk.services.database.read_now(find), "state", "") == "done", "it is done")
            assert len(kiosk.painter.orders) == 1


async def test_services_in_trouble_do_not_hold_pieces_up(tmp_path: Path) -> None:
    """Once the breaker is open pieces come without a call, at once."""
    async with openai_service() as service:
        service.answers += [overloaded() for _ in range(9)]
        options: dict[str, Any] = {"provider": "openai", "provider_url": service.url, "provider_key": KEY}
        async with kiosk_on(tmp_path, **options) as kiosk:
            for number in range(3):
                async with asyncio.TaskGroup() as group:
                    group.create_task(piece(kiosk, number))
                    for again in (1, 2):
                        await have_failed(kiosk, 3 * number + again)
                        kiosk.clock.advance(BACKOFF.ceiling_s(again - 1))
            assert (await piece(kiosk, 9))["provenance"]["fallback"]["outcome"] == "stopped"
    assert len(service.requests) == 9
