"""A server for tests: the real API on a real database, with a clock that is advanced by hand and a quick painter.

`Kiosk` is the API in this process; `served_on` puts it behind a real uvicorn on a port of the kernel's choosing. Both
use SQLite, unless a test asks for another (`database_url=`, or the fixture `each_database` for all it opens).
"""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image

from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock
from kiosk.generator.render import RenderedPiece
from kiosk.server.api.app import create_app
from kiosk.server.main import serve_until
from kiosk.server.options import ServerOptions
from kiosk.server.renderer_process import Order
from kiosk.server.renderers import Renderer, RenderFailed
from kiosk.server.wiring import Services, open_services, run_background
from tests.fakes.clock import FakeClock

DEADLINE_S = 20.0  # under the 30 s after which a server looks by itself: what comes in time came by its hint
BASE = "http://kiosk.test"


def database_for(folder: Path) -> str:
    """The address of the database that goes with a data folder; the fixture `each_database` puts others here."""
    del folder
    return ""


@dataclass
class Painter:
    """A renderer that fills a small picture with the genome's own colour; `faults` are raised first, one an order."""

    faults: list[RenderFailed] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def start(self) -> None:
        """Nothing to get ready."""

    async def render(self, order: Order) -> RenderedPiece:
        """Paint at once, or once the gate opens."""
        self.orders.append(order)
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        digest = hashlib.sha256(order.genome.encode()).digest()
        data = jpeg((16, 9), (digest[0], digest[1], digest[2]), comment=digest)
        return RenderedPiece(data, "image/jpeg", 16, 9, hashlib.sha256(data).hexdigest(), 0.001)

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class Kiosk:
    """The API on a data folder in this process."""

    app: FastAPI
    services: Services
    clock: FakeClock
    painter: Painter

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client of the wall's own display, or of whom `token` speaks for ("" sends none)."""
        return client_of(
            self.services.device_token if token is None else token, transport=httpx.ASGITransport(self.app)
        )

    def admin(self) -> httpx.AsyncClient:
        """A client with the administrator's token of this run."""
        return self.client(self.services.admin_token)

    async def new_user(self, name: str) -> str:
        """Make a user with a display; return its token."""
        async with self.admin() as admin:
            (await admin.post("/api/admin/users", json={"name": name})).raise_for_status()
        return await self.new_device(name, f"{name}-display")

    async def new_device(self, user: str, name: str) -> str:
        """Make another display of a user; return its token."""
        async with self.admin() as admin:
            made = await admin.post("/api/admin/devices", json={"name": name, "user": user})
            return str(made.raise_for_status().json()["token"])


def options_on(folder: Path, **changes: Any) -> ServerOptions:
    """Options for a server on `folder`, without the bundled pieces unless asked for."""
    usual = {"data_dir": folder, "with_demo": False, "piece_size": (16, 9), "database_url": database_for(folder)}
    return ServerOptions(**{**usual, **changes})


@asynccontextmanager
async def kiosk_on(
    folder: Path, *, clock: FakeClock | None = None, painter: Painter | None = None, **changes: Any
) -> AsyncIterator[Kiosk]:
    """Open the API on `folder`, with generation running."""
    clock, painter = clock or FakeClock(), painter or Painter()
    with open_services(options_on(folder, **changes), clock=clock) as services:
        async with run_background(services, painter):
            yield Kiosk(create_app(services), services, clock, painter)


@dataclass
class Served:
    """A server behind a real socket."""

    url: str
    services: Services
    stop: asyncio.Event

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client over HTTP."""
        return client_of(self.services.device_token if token is None else token, base_url=self.url)


@asynccontextmanager
async def served_on(
    folder: Path, *, clock: Clock, renderer: Renderer | None = None, **changes: Any
) -> AsyncIterator[Served]:
    """Serve `folder` with uvicorn on this loop."""
    ready: asyncio.Future[tuple[Services, str]] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            serve_until(
                options_on(folder, **changes),
                stop=stop,
                clock=clock,
                renderer=renderer,
                on_ready=lambda services, url: ready.set_result((services, url)),
            )
        )
        try:
            async with asyncio.timeout(DEADLINE_S):
                services, url = await ready
            yield Served(url, services, stop)
        finally:
            stop.set()


def client_of(
    token: str, *, base_url: str = BASE, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """An HTTP client with a bearer token ("" for none)."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport, timeout=DEADLINE_S)


async def until(condition: Callable[[], object], what: str) -> None:
    """Let the loop run until `condition` holds; fail after a deadline."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():  # noqa: ASYNC110 - conditions of any kind, not all of them events
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"not within {DEADLINE_S:g} s: {what}") from None


def jpeg(
    size: tuple[int, int] = (32, 18), color: Any = (90, 60, 30), *, mode: str = "RGB", comment: bytes = b""
) -> bytes:
    """A small JPEG of one colour; `comment` makes its bytes unlike all others."""
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, "JPEG", comment=comment)
    return buffer.getvalue()


def picture(number: int) -> bytes:
    """The JPEG of this number, always the same bytes."""
    return jpeg(comment=f"picture {number}".encode())


async def upload(client: httpx.AsyncClient, number: int, **fields: str) -> dict[str, Any]:
    """Add the picture of this number; return its artwork."""
    files = {"file": (f"picture-{number}.jpg", picture(number), "image/jpeg")}
    reply = await client.post("/api/artworks", files=files, data=fields)
    assert reply.status_code in {200, 201}, reply.text
    return dict(reply.json())


async def queue_of(client: httpx.AsyncClient, limit: int = 100) -> list[tuple[str, str]]:
    """The next pieces of a display as (id, reason)."""
    page = (await client.get("/api/artworks/next", params={"limit": limit})).raise_for_status().json()
    return [(piece["id"], piece["reason"]) for piece in page["artworks"]]


def impression(artwork_id: str, **changes: Any) -> dict[str, Any]:
    """A complete record of a showing that has just ended."""
    return {
        "id": new_id(),
        "artworkId": artwork_id,
        "type": "displayed",
        "paintedAt": "2026-01-01T00:00:00.000Z",
        "clockSynced": True,
        "ageMs": 0,
        "visibleMs": 12_000,
        "plannedMs": 12_000,
        "framesPainted": 700,
        "coverage": 1.0,
        "endedBy": "next",
        "reason": "unseen",
        "title": "",
        "sha256": "",
        **changes,
    }


async def send(client: httpx.AsyncClient, *records: Any) -> dict[str, Any]:
    """Send a batch; return the reply."""
    body = json.dumps({"impressions": list(records)})  # not by httpx, which writes no half characters
    reply = await client.post(
        "/api/artworks/batch-impressions", content=body, headers={"Content-Type": "application/json"}
    )
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def problem_of(reply: httpx.Response) -> dict[str, Any]:
    """The problem in an error reply, checked for its shape."""
    assert reply.headers["content-type"] == "application/problem+json", reply.text
    assert reply.headers["cache-control"] == "no-store"
    problem = dict(json.loads(reply.content))
    assert {"type", "title", "status", "detail", "code"} <= problem.keys()
    assert problem["status"] == reply.status_code
    assert problem["detail"]
    return problem
