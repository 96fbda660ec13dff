"""The ASGI app: all calls, errors as problems, nothing stored by caches, bodies bounded."""

from functools import partial

from fastapi import FastAPI

from kiosk import __version__
from kiosk.server.api import admin, generation, pieces, queue, service, streaming
from kiosk.server.api.envelope import Envelope
from kiosk.server.api.openapi import describe
from kiosk.server.api.problems import add_handlers
from kiosk.server.wiring import Services


def create_app(services: Services) -> FastAPI:
    """Return the API on these services."""
    app = FastAPI(
        title="Gallery Kiosk",
        version=__version__,
        description="Queue, impressions, generation and images for gallery walls.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    for router in (streaming.router, queue.router, pieces.router, generation.router, service.router, admin.router):
        app.include_router(router)
    add_handlers(app)
    app.add_middleware(Envelope)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app
