"""The ASGI app: all calls, errors as problems, nothing stored by caches, bodies bounded."""

from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from kiosk import __version__
from kiosk.server.api import (
    admin,
    backups,
    catalogue,
    generation,
    pair_page,
    pairing,
    piece_page,
    pieces,
    queue,
    service,
    streaming,
    upkeep,
)
from kiosk.server.api.envelope import Envelope
from kiosk.server.api.openapi import describe
from kiosk.server.api.problems import add_handlers
from kiosk.server.wiring import Services


class _Api(FastAPI):
    """FastAPI with the envelope outside of everything, its own handling of unforeseen faults included."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the envelope round it all."""
        services: Services = self.state.services
        streams = streaming.Streaming(super().build_middleware_stack(), services.fan_out)
        return Envelope(streams, metrics=services.metrics, clock=services.clock)


def create_app(services: Services) -> FastAPI:
    """Return the API on these services."""
    app = _Api(
        title="Gallery Kiosk",
        version=__version__,
        description="Queue, impressions, generation and images for gallery walls.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    for calls in (
        streaming,
        queue,
        pieces,
        catalogue,
        generation,
        service,
        admin,
        upkeep,
        backups,
        pairing,
        pair_page,
        piece_page,
    ):
        app.include_router(calls.router)
    add_handlers(app)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app
