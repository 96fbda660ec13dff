"""What `kiosk doctor` says of the service outside that makes the art: asked over the network, at no cost."""

import asyncio

from kiosk.app.clock import SystemClock
from kiosk.domain.errors import KioskError
from kiosk.server.options import ServerOptions
from kiosk.server.providers.choosing import outside_of
from kiosk.server.providers.outcomes import ADVICE
from kiosk.server.providers.port import ProviderFailed
from kiosk.settings.model import Settings
from kiosk.storage.folder import DataFolder

LOOK_LIMIT_S = 10.0
_ELSE = "Check that it runs and can be reached from here."


def provider_facts(folder: DataFolder, settings: Settings) -> tuple[bool, str, str]:
    """Return whether the provider is in order, what was found, and what to do about it."""
    generate = settings.generate
    if settings.server.url:
        return True, "left to the shared server", ""
    options = ServerOptions(
        data_dir=folder.root,
        provider=generate.provider,
        provider_url=generate.provider_url,
        provider_key=generate.provider_key,
        provider_model=generate.provider_model,
        provider_workflow=generate.provider_workflow,
    )
    outside = outside_of(options, clock=SystemClock())
    if outside is None:
        return True, "the built-in generator", ""

    async def look() -> str:
        async with asyncio.timeout(LOOK_LIMIT_S):
            return await outside.look()

    try:
        return True, asyncio.run(look()), ""
    except ProviderFailed as error:
        return False, error.message, ADVICE.get(error.outcome, _ELSE)
    except (KioskError, TimeoutError) as error:
        return False, str(error) or f"{outside.name} did not answer within {LOOK_LIMIT_S:g} s", _ELSE
