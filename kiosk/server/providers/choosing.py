"""Puts the chain of providers together as the options name it. A server of the generator alone loads no HTTP client."""

import random
from pathlib import Path
from typing import assert_never

from kiosk.domain.ports import Clock
from kiosk.server.database import Database
from kiosk.server.meter_providers import ProviderMeter
from kiosk.server.options import ServerOptions
from kiosk.server.providers.fallback import WithFallback
from kiosk.server.providers.port import Outside, Provider
from kiosk.server.providers.procedural import Procedural
from kiosk.server.renderers import Renderer


def provider_of(
    options: ServerOptions, *, renderer: Renderer, database: Database, clock: Clock, meter: ProviderMeter
) -> Provider:
    """Return what makes pieces: the renderers, or a service outside with the renderers behind it."""
    procedural = Procedural(renderer)
    outside = outside_of(options, clock=clock)
    if outside is None:
        return procedural
    from kiosk.server.providers.guarded import CallRules, Guarded

    guarded = Guarded(
        outside,
        database=database,
        clock=clock,
        random=random.Random(),
        meter=meter,
        rules=CallRules(limit_s=options.provider_timeout_s, daily_budget=options.daily_budget),
    )
    return WithFallback(outside=guarded, procedural=procedural, meter=meter)


def outside_of(options: ServerOptions, *, clock: Clock) -> Outside | None:
    """Return the service outside, unguarded, or None for the generator alone."""
    url, key, model = options.provider_url, options.provider_key, options.provider_model
    match options.provider:
        case "procedural":
            return None
        case "openai":
            from kiosk.server.providers.openai import OpenAiImages

            return OpenAiImages(url=url, key=key, model=model)
        case "comfyui":
            from kiosk.server.providers.comfyui import ComfyUi

            workflow = Path(options.provider_workflow).expanduser() if options.provider_workflow else None
            file = None if workflow is None else options.data_dir / workflow
            return ComfyUi(clock=clock, url=url, key=key, model=model, workflow=file)
        case "automatic1111":
            from kiosk.server.providers.automatic1111 import Automatic1111

            return Automatic1111(url=url, key=key, model=model)
        case unknown:
            assert_never(unknown)
