"""ComfyUI over real sockets: queued, waited for, fetched, and taken back when it is given up."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.server.providers.comfyui import ComfyUi
from kiosk.server.providers.comfyui_workflow import STANDARD
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed
from tests.fakes.clock import LoopClock
from tests.fakes.web import serving
from tests.server.harness import until
from tests.server.providers.comfyui_service import CHECKPOINT, ComfyUiService, comfyui_service
from tests.server.providers.pictures import flat, order

pytestmark = pytest.mark.anyio


def provider(service: ComfyUiService, **changes: Any) -> ComfyUi:
    """The provider, pointed at the service, looking often."""
    usual = {"clock": LoopClock(), "url": service.url, "model": CHECKPOINT, "poll_s": 0.005}
    return ComfyUi(**{**usual, **changes})


async def test_the_standard_workflow_paints() -> None:
    """Prompt, seed, size and model are in their nodes, as the types the nodes take; the saved picture comes back."""
    async with comfyui_service() as service:
        image = await provider(service).make(order(11))
    (graph,) = service.graphs
    assert graph["6"]["inputs"]["text"] == order(11).prompt
    assert (graph["3"]["inputs"]["seed"], graph["4"]["inputs"]["ckpt_name"]) == (order(11).seed, CHECKPOINT)
    assert (image.width_px, image.height_px, image.media_type) == (1344, 768, "image/png")
    assert (image.model, image.facts) == (CHECKPOINT, {"seed": order(11).seed})
    assert service.told == []


async def test_a_workflow_of_ones_own_is_used(tmp_path: Path) -> None:
    """A file in API format with its own model and words; a preview beside the saved picture is left where it is."""
    graph = json.loads(json.dumps(STANDARD))
    graph["4"]["inputs"]["ckpt_name"] = CHECKPOINT
    graph["6"]["inputs"]["text"] = "%prompt%, oil on canvas"
    graph = {"1": {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}}, **graph}
    file = tmp_path / "workflow.json"
    file.write_text(json.dumps(graph))
    async with comfyui_service() as service:
        image = await provider(service, model="", workflow=file).make(order())
        assert service.graphs[0]["6"]["inputs"]["text"] == f"{order().prompt}, oil on canvas"
        assert image.model == CHECKPOINT
        assert list(service.files) == ["temp/temp_00000_.png", "output/output_00001_.png"]


WORKFLOWS = {
    "No such file": None,
    "not JSON": b"{",
    r"Export \(API\)": b'{"nodes": [], "links": []}',
    "API format": b'{"1": {"class_type": "SaveImage"}}',
    "no %prompt%": b'{"1": {"class_type": "SaveImage", "inputs": {}}}',
    "too large": b" " * 4_200_000,
}


async def test_a_workflow_that_will_not_do_is_named(tmp_path: Path) -> None:
    """A file that is missing, torn, of the other format or without a place for the prompt says so; none is queued."""
    file = tmp_path / "workflow.json"
    async with comfyui_service() as service:
        for words, content in WORKFLOWS.items():
            if content is not None:
                file.write_bytes(content)
            with pytest.raises(ProviderFailed, match=words) as caught:
                await provider(service, workflow=file).make(order())
            assert caught.value.outcome is Outcome.MISCONFIGURED
            with pytest.raises(ProviderFailed, match=words):
                await provider(service, workflow=file).look()
        assert service.graphs == []


async def test_a_model_it_does_not_have_is_told_by_its_node() -> None:
    """The refusal of a node comes through, with its number and what it would have taken."""
    async with comfyui_service() as service:
        with pytest.raises(ProviderFailed, match=r"node 4: Value not in list.*sd_xl_base") as caught:
            await provider(service, model="other.safetensors").make(order())
        assert caught.value.outcome is Outcome.MISCONFIGURED
        with pytest.raises(ProviderFailed, match="provider_model"):
            await provider(service, model="").make(order())


async def test_a_node_that_fails_says_why() -> None:
    """An error amid the work ends the order with its words, and costs nothing."""
    async with comfyui_service() as service:
        service.stumble = "Allocation on device: out of memory"
        with pytest.raises(ProviderFailed, match="out of memory") as caught:
            await provider(service).make(order())
    assert (caught.value.outcome, caught.value.is_charged) == (Outcome.BAD_ANSWER, False)


async def test_a_job_that_is_lost_is_noticed() -> None:
    """A ComfyUI that was started again knows the job neither in its queue nor in its history: no more waiting."""
    async with comfyui_service(is_open=False) as service, asyncio.TaskGroup() as group:
        making = group.create_task(_outcome(provider(service)))
        await until(lambda: service.running, "it runs")
        service.restart()
        assert await making is Outcome.UNAVAILABLE


async def test_what_is_given_up_is_stopped_there() -> None:
    """Cancelled while it runs, ours alone is interrupted; cancelled while it waits, it is taken out of the queue."""
    async with comfyui_service(is_open=False) as service, asyncio.TaskGroup() as group:
        first, second = (group.create_task(provider(service).make(order(seed))) for seed in (1, 2))
        await until(lambda: service.running and service.pending, "one runs, one waits")
        waiting = service.pending[0][1]
        second_waits = waiting["3"]["inputs"]["seed"] == order(2).seed
        waits, runs = (second, first) if second_waits else (first, second)
        waits.cancel()
        await until(waits.done, "the one that waits is given up")
        assert (service.told, service.pending) == (["/queue"], [])
        runs.cancel()
        await until(runs.done, "the one that runs is given up")
        assert service.told == ["/queue", "/interrupt"]
        await until(lambda: service.running is None, "it stops there")
    assert [entry["status"]["status_str"] for entry in service.history.values()] == ["error"]


async def test_a_blackened_picture_is_none() -> None:
    """One flat colour, as a filter or an overflow leaves, is no piece; it was painted all the same."""
    async with comfyui_service() as service:
        service.picture = flat(1344, 768)
        with pytest.raises(ProviderFailed, match="flat colour") as caught:
            await provider(service).make(order())
    assert caught.value.is_charged


PICTURES = '{"outputs": {"9": {"images": [{"filename": "%s"}, {"filename": "a.png", "subfolder": 5}]}}}'
ODD: dict[str, tuple[dict[str, str], Outcome, str]] = {
    "errors that are no list": ({"/prompt": '{"node_errors": {"4": {"errors": 5}}}'}, Outcome.MISCONFIGURED, "400"),
    "no id": ({"/prompt": '{"prompt_id": "\\ud800"}'}, Outcome.BAD_ANSWER, "queued nothing"),
    "no queue": ({"/queue": '{"queue_pending": 5, "queue_running": {}}'}, Outcome.UNAVAILABLE, "lost the job"),
    "no file": ({"/history/j": '{"j": %s}' % (PICTURES % "\\ud800")}, Outcome.MISCONFIGURED, "404"),
    "no files": ({"/history/j": '{"j": {"outputs": {"9": {"images": 5}}}}'}, Outcome.BAD_ANSWER, "made no picture"),
}


@pytest.mark.parametrize("name", ODD)
async def test_answers_of_another_shape_are_failures(name: str) -> None:
    """Each ends in one failure with its meaning; of two files the one that has a name is asked for."""
    answers, outcome, words = ODD[name]
    answers = {"/prompt": '{"prompt_id": "j"}', "/queue": "{}", "/history/j": "{}"} | answers
    asked = []

    async def answer(request: Request) -> Response:
        path = request.url.path
        asked.append(f"{path}?{request.url.query}")
        status = 404 if path not in answers else 400 if "errors" in answers[path] else 200
        return Response(answers.get(path), status, media_type="application/json")

    async with serving(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as url:
        comfyui = ComfyUi(clock=LoopClock(), url=url, model=CHECKPOINT, poll_s=0.005)
        with pytest.raises(ProviderFailed, match=words) as caught:
            await comfyui.make(order())
    assert caught.value.outcome is outcome
    assert (asked[-1] == "/view?filename=a.png&subfolder=&type=") == (name == "no file")


async def test_its_password_is_in_no_message() -> None:
    """A node that quotes the password of `user:password`, with the name or without, is quoted without it."""
    async with comfyui_service() as service:
        for stumble in ("bad password hunter22 for bob", "no such user bob:hunter22", "not Ym9iOmh1bnRlcjIy"):
            service.stumble = stumble
            with pytest.raises(ProviderFailed, match=r"\*\*\*") as caught:
                await provider(service, key="bob:hunter22").make(order())
            assert "hunter22" not in str(caught.value)
            assert "Ym9i" not in str(caught.value)


async def test_a_look_tells_the_version() -> None:
    """The look asks for the system's facts."""
    async with comfyui_service() as service:
        assert await provider(service).look() == "comfyui answers, version 0.3.70"


async def _outcome(comfyui: ComfyUi) -> Outcome | None:
    try:
        await comfyui.make(order())
    except ProviderFailed as error:
        return error.outcome
    return None
