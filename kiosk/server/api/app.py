"""The ASGI app: all calls, errors as problems, nothing stored by caches, bodies bounded."""

from functools import partial

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk import __version__
from kiosk.server.api import admin, generation, pieces, queue, service, streaming
from kiosk.server.api.openapi import describe
from kiosk.server.api.problems import add_handlers
from kiosk.server.wiring import Services

BODY_MAX_BYTES = 1024 * 1024


def create_app(services: Services) -> FastAPI:
    """Return the API on these services."""
    app = FastAPI(
        title="Gallery Kiosk",
        version=__version__,
        description="Queue, impressions, generation and images for gallery walls.",
        docs_url=None,
        redoc_url=None,
        max_body_size=BODY_MAX_BYTES,
    )
    app.state.services = services
    for router in (streaming.router, queue.router, pieces.router, generation.router, service.router, admin.router):
        app.include_router(router)
    add_handlers(app)
    app.add_middleware(NoStore)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app


class NoStore:
    """Adds `Cache-Control: no-store` to every reply that says nothing about caching."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_on)
