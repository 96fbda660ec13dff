"""ComfyUI: a workflow is queued, waited for, and its picture fetched.

    POST {base}/prompt {"prompt": workflow, "prompt_id"}   200 {"prompt_id", "number", "node_errors"}
                                                           400 {"error": {"type", "message", …}, "node_errors": {…}}
    GET  {base}/history/{prompt_id}   {} until it has run, then {prompt_id: {"outputs", "status"}}
    GET  {base}/queue                 {"queue_running": [[number, prompt_id, …]], "queue_pending": […]}
    GET  {base}/view?filename=&subfolder=&type=            the file
    POST {base}/queue {"delete": [prompt_id]} · POST {base}/interrupt {"prompt_id"}

Shapes after its `server.py` and `execution.py`. What is given up is taken out of the queue
again; what runs is interrupted only while it is ours that runs.
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.server.providers.answers import AnsweredNo, quoted
from kiosk.server.providers.comfyui_workflow import (
    FILE_MAX_BYTES,
    STANDARD,
    BadWorkflow,
    Graph,
    fill,
    model_in,
    needs_model,
    parse,
)
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintedImage, PaintOrder, ProviderFailed
from kiosk.server.providers.received import received
from kiosk.server.providers.sizes import fitted
from kiosk.server.providers.wire import Wire, basic_or_bearer, secrets_of

log = logging.getLogger(__name__)

NAME: Final = "comfyui"
BASE_URL: Final = "http://127.0.0.1:8188"
PIXELS: Final = 1024 * 1024
STEP_PX: Final = 64
POLL_S: Final = 1.0
CLEAN_UP_S: Final = 3.0
_STANDARD_NAME: Final = "the workflow's own model"


class ComfyUi:
    """Queues one picture at a time. `workflow` is a file in API format, None the standard one, which needs `model`."""

    name = NAME

    def __init__(
        self,
        *,
        clock: Clock,
        url: str = "",
        key: str = "",
        model: str = "",
        workflow: Path | None = None,
        poll_s: float = POLL_S,
    ) -> None:
        self.model = model or _STANDARD_NAME
        self._checkpoint = model
        self._workflow = workflow
        self._clock = clock
        self._poll_s = poll_s
        self._wire = Wire(
            provider=NAME, base_url=url or BASE_URL, authorization=basic_or_bearer(key), secrets=secrets_of(key)
        )

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture; raise ProviderFailed."""
        width, height = fitted(order.width_px, order.height_px, pixels=PIXELS, step_px=STEP_PX)
        values: dict[str, str | int] = {"prompt": order.prompt, "seed": order.seed, "width": width, "height": height}
        graph = fill(await self._template(), values | {"model": self._checkpoint})
        job = new_id()
        try:
            job = await self._queue(graph, job)
            picture = await self._picture(await self._outputs(job))
        except (asyncio.CancelledError, ProviderFailed) as error:
            if not isinstance(error, ProviderFailed) or error.outcome is Outcome.UNAVAILABLE:
                await self._clean_up(job)
            raise
        model = model_in(graph) or self.model
        return await received(picture, provider=NAME, model=model, facts={"seed": order.seed})

    async def look(self) -> str:
        """Return in a few words what is found there; raise ProviderFailed."""
        await self._template()
        stats = await self._wire.json("GET", "/system_stats")
        system = stats.get("system") if isinstance(stats, dict) else None
        version = system.get("comfyui_version") if isinstance(system, dict) else None
        return f"{NAME} answers, version {quoted(_text(version) or 'unknown', self._wire.secrets)}"

    async def _template(self) -> Graph:
        try:
            graph = STANDARD if self._workflow is None else parse(await asyncio.to_thread(_load, self._workflow))
        except (OSError, BadWorkflow) as error:
            told = error.message if isinstance(error, BadWorkflow) else (error.strerror or type(error).__name__)
            raise ProviderFailed(Outcome.MISCONFIGURED, f"generate.provider_workflow: {told}") from None
        if needs_model(graph) and not self._checkpoint:
            message = "The workflow needs a model: set generate.provider_model to a checkpoint's file name."
            raise ProviderFailed(Outcome.MISCONFIGURED, message)
        return graph

    async def _queue(self, graph: Graph, wished: str) -> str:
        """Return the id of the job queued: the one wished for, or its own where ComfyUI is older than that."""
        body = {"prompt": graph, "client_id": new_id(), "prompt_id": wished}
        try:
            reply = await self._wire.json("POST", "/prompt", body=body)
        except AnsweredNo as error:
            detail = quoted(node_errors(error.said.get("node_errors")), self._wire.secrets)
            if not detail:
                raise
            raise ProviderFailed(error.outcome, f"{error.message} {detail}.") from None
        job = _text(reply.get("prompt_id")) if isinstance(reply, dict) else ""
        if not job:
            raise ProviderFailed(Outcome.BAD_ANSWER, f"{NAME} queued nothing.")
        return job

    async def _outputs(self, job: str) -> Mapping[str, Any]:
        """Wait for a job's outputs; raise ProviderFailed when it failed, or is gone (ComfyUI was started again)."""
        was_missing = False
        while True:
            history = await self._wire.json("GET", f"/history/{quote(job, safe='')}")
            entry = history.get(job) if isinstance(history, dict) else None
            if isinstance(entry, dict):
                return self._ended(entry)
            if was_missing:  # from the queue, and afterwards from the history too
                raise ProviderFailed(Outcome.UNAVAILABLE, f"{NAME} has lost the job.")
            waiting, running = await self._jobs()
            was_missing = job not in waiting | running
            if not was_missing:
                await self._clock.sleep(self._poll_s)

    def _ended(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        status, outputs = entry.get("status"), entry.get("outputs")
        if isinstance(status, dict) and status.get("status_str") == "error":
            told = quoted(_why(status.get("messages")), self._wire.secrets)
            raise ProviderFailed(Outcome.BAD_ANSWER, f"{NAME} failed on it: {told}.")
        return outputs if isinstance(outputs, dict) else {}

    async def _picture(self, outputs: Mapping[str, Any]) -> bytes:
        files = [
            file
            for node in outputs.values()
            if isinstance(node, dict)
            for file in _list(node.get("images"))
            if isinstance(file, dict) and _text(file.get("filename"))
        ]
        if not files:
            raise ProviderFailed(Outcome.BAD_ANSWER, f"{NAME} made no picture.", is_charged=True)
        file = next((file for file in files if file.get("type") == "output"), files[0])
        params = {name: _text(file.get(name)) for name in ("filename", "subfolder", "type")}
        return await self._wire.picture("/view", params)

    async def _jobs(self) -> tuple[set[str], set[str]]:
        """Return the ids of the jobs that wait, and of those that run."""
        queue = await self._wire.json("GET", "/queue")
        lists = [queue.get(name) if isinstance(queue, dict) else None for name in ("queue_pending", "queue_running")]
        waiting, running = (
            {_text(item[1]) for item in _list(items) if isinstance(item, list) and len(item) > 1} for items in lists
        )
        return waiting, running

    async def _clean_up(self, job: str) -> None:
        """Take a job out of the queue, or stop it, as far as that can be done within a moment."""
        try:
            async with asyncio.timeout(CLEAN_UP_S):
                waiting, running = await self._jobs()
                if job in waiting:
                    await self._wire.tell("/queue", {"delete": [job]})
                elif job in running:
                    await self._wire.tell("/interrupt", {"prompt_id": job})
        except (ProviderFailed, TimeoutError):
            log.debug("%s: a job that was given up may still run there", NAME)


def node_errors(errors: Any) -> str:
    """Return what a refused workflow's nodes say, "" for nothing."""
    nodes = errors.items() if isinstance(errors, dict) else ()
    told = [
        (number, error)
        for number, node in nodes
        if isinstance(node, dict)
        for error in _list(node.get("errors"))
        if isinstance(error, dict)
    ]
    lines = [f"node {number}: {error.get('message', '')} {error.get('details', '')}" for number, error in told]
    return "; ".join(line.strip() for line in lines)


def _why(messages: Any) -> str:
    for message in _list(messages):
        match message:
            case ["execution_error", {"exception_message": str(told)}]:
                return told
            case ["execution_interrupted", _]:
                return "it was interrupted"
    return "it does not say why"


def _text(value: Any) -> str:
    """Return a text that can be sent on or shown, "" for what is none."""
    return value if isinstance(value, str) and value.isprintable() else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _load(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(FILE_MAX_BYTES + 1)
    if len(data) > FILE_MAX_BYTES:
        raise BadWorkflow("The workflow's file is too large.")
    return data
