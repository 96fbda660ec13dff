"""A local service that speaks as ComfyUI does: a workflow is checked node by node, queued, run, kept in the history.

After its `server.py` and `execution.py`. It runs one job at a time, each once `gate` is open; `stumble` is the message
of a node that fails; `restart` forgets everything, as a killed process does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kiosk.domain.ids import new_id
from tests.fakes.web import serving
from tests.server.providers.pictures import painted

CHECKPOINT = "sd_xl_base_1.0.safetensors"
# What each node must have, and of which type; a list is a link to another node's output.
NODES: dict[str, dict[str, type]] = {
    "KSampler": {"seed": int, "steps": int, "model": list, "positive": list, "negative": list, "latent_image": list},
    "CheckpointLoaderSimple": {"ckpt_name": str},
    "EmptyLatentImage": {"width": int, "height": int, "batch_size": int},
    "CLIPTextEncode": {"text": str, "clip": list},
    "VAEDecode": {"samples": list, "vae": list},
    "SaveImage": {"images": list, "filename_prefix": str},
    "PreviewImage": {"images": list},
}
Graph = dict[str, Any]


@dataclass
class ComfyUiService:
    """The service; `told` are the paths of the calls that change something."""

    url: str = ""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    stumble: str = ""
    picture: bytes | None = None
    graphs: list[Graph] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    pending: list[tuple[str, Graph]] = field(default_factory=list)
    running: tuple[str, Graph] | None = None
    history: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    is_interrupted: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def prompt(self, request: Request) -> Response:
        """Queue a workflow, or say what is wrong with it."""
        body = await request.json()
        graph = body.get("prompt")
        if graph is None:
            return JSONResponse({"error": "no prompt", "node_errors": []}, 400)
        if errors := self._errors(graph):
            kind, words = "prompt_outputs_failed_validation", "Prompt outputs failed validation"
            error = {"type": kind, "message": words, "details": "", "extra_info": {}}
            return JSONResponse({"error": error, "node_errors": errors}, 400)
        self.graphs.append(graph)
        job = str(body.get("prompt_id", new_id()))
        self.pending.append((job, graph))
        self._wake.set()
        return JSONResponse({"prompt_id": job, "number": len(self.graphs), "node_errors": {}})

    @staticmethod
    def _errors(graph: Graph) -> dict[str, Any]:
        found = {}
        for number, node in graph.items():
            errors = []
            for name, kind in NODES[node["class_type"]].items():
                value = node["inputs"].get(name)
                if value is None:
                    errors.append({"type": "required_input_missing", "message": "Required input is missing"})
                elif not isinstance(value, kind):
                    errors.append({"type": "invalid_input_type", "message": "Failed to convert an input value"})
                elif name == "ckpt_name" and value != CHECKPOINT:
                    words = f"ckpt_name: '{value}' not in ['{CHECKPOINT}']"
                    errors.append({"type": "value_not_in_list", "message": "Value not in list", "details": words})
            if errors:
                found[number] = {"errors": errors, "dependent_outputs": ["9"], "class_type": node["class_type"]}
        return found

    async def work(self) -> None:
        """Run the jobs, one after another."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.pending:
                self.running = self.pending.pop(0)
                self.is_interrupted = False
                while not self.gate.is_set() and not self.is_interrupted and self.running:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.gate.wait(), 0.005)
                if self.running is not None:
                    self._end(*self.running)
                self.running = None

    def _end(self, job: str, graph: Graph) -> None:
        started = ["execution_start", {"prompt_id": job, "timestamp": 1}]
        if self.is_interrupted:
            messages = [started, ["execution_interrupted", {"prompt_id": job, "node_id": "3", "executed": []}]]
        elif self.stumble:
            error = {"prompt_id": job, "node_id": "3", "node_type": "KSampler", "exception_message": self.stumble}
            messages = [started, ["execution_error", error | {"exception_type": "torch.OutOfMemoryError"}]]
        else:
            self._keep(job, graph, started)
            return
        status = {"status_str": "error", "completed": False, "messages": messages}
        self.history[job] = {"prompt": [1, job, graph, {}, ["9"]], "outputs": {}, "status": status}

    def _keep(self, job: str, graph: Graph, started: list[Any]) -> None:
        latent = next(node["inputs"] for node in graph.values() if node["class_type"] == "EmptyLatentImage")
        seed = next(node["inputs"]["seed"] for node in graph.values() if node["class_type"] == "KSampler")
        picture = self.picture if self.picture is not None else painted(latent["width"], latent["height"], seed=seed)
        outputs = {}
        for number, node in graph.items():
            kind = {"SaveImage": "output", "PreviewImage": "temp"}.get(node["class_type"])
            if kind is not None:
                name = f"{kind}_{len(self.files):05}_.png"
                self.files[f"{kind}/{name}"] = picture
                outputs[number] = {"images": [{"filename": name, "subfolder": "", "type": kind}]}
        messages = [started, ["execution_success", {"prompt_id": job, "timestamp": 2}]]
        status = {"status_str": "success", "completed": True, "messages": messages}
        self.history[job] = {"prompt": [1, job, graph, {}, ["9"]], "outputs": outputs, "status": status}

    async def entry(self, request: Request) -> Response:
        """Tell what has become of a job: nothing until it has run."""
        job = request.path_params["job"]
        return JSONResponse({job: self.history[job]} if job in self.history else {})

    async def queue(self, request: Request) -> Response:
        """Tell the queue, or take jobs out of it."""
        if request.method == "POST":
            gone = (await request.json())["delete"]
            self.told.append("/queue")
            self.pending = [item for item in self.pending if item[0] not in gone]
            return Response()
        lists = {"queue_running": [self.running] if self.running else [], "queue_pending": self.pending}
        return JSONResponse({name: [[1, job, graph, {}, ["9"]] for job, graph in jobs] for name, jobs in lists.items()})

    async def interrupt(self, request: Request) -> Response:
        """Stop what runs."""
        asked = (await request.json()).get("prompt_id")
        self.told.append("/interrupt")
        self.is_interrupted = self.running is not None and asked in {None, self.running[0]}
        return Response()

    async def view(self, request: Request) -> Response:
        """Send a file."""
        asked = request.query_params
        data = self.files.get(f"{asked.get('type', 'output')}/{asked['filename']}")
        return Response(status_code=404) if data is None else Response(data, media_type="image/png")

    def restart(self) -> None:
        """Forget everything."""
        self.pending, self.running, self.history = [], None, {}


@asynccontextmanager
async def comfyui_service(*, is_open: bool = True) -> AsyncIterator[ComfyUiService]:
    """Run the service for the length of the block; not `is_open`, its jobs wait for the gate."""
    service = ComfyUiService()
    if is_open:
        service.gate.set()
    app = Starlette(
        routes=[
            Route("/prompt", service.prompt, methods=["POST"]),
            Route("/history/{job}", service.entry),
            Route("/queue", service.queue, methods=["GET", "POST"]),
            Route("/interrupt", service.interrupt, methods=["POST"]),
            Route("/view", service.view),
            Route("/system_stats", lambda request: JSONResponse({"system": {"comfyui_version": "0.3.70"}})),
        ]
    )
    async with asyncio.TaskGroup() as group:
        working = group.create_task(service.work())
        async with serving(app) as url:
            service.url = url
            yield service
        working.cancel()
