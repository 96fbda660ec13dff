"""What `kiosk doctor` says of the service outside that makes the art: asked over the network, at no cost.

A service may answer and yet refuse every order; so what became of the newest pieces counts too.
"""

import asyncio
import json

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kiosk.app.clock import SystemClock
from kiosk.domain.artworks import Origin
from kiosk.domain.errors import KioskError
from kiosk.server.options import ServerOptions
from kiosk.server.providers.choosing import outside_of
from kiosk.server.providers.outcomes import ADVICE, Outcome
from kiosk.server.providers.port import ProviderFailed
from kiosk.server.tables import artworks
from kiosk.settings.model import Settings
from kiosk.storage.engine import open_sqlite
from kiosk.storage.folder import DataFolder

LOOK_LIMIT_S = 10.0
_ELSE = "Check that it runs and can be reached from here."
_LATER = "It is asked again by itself; the server's log tells more."
_NEWEST = 20


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
        answer = asyncio.run(look())
        why, advice = _drawn_here(folder)
        return not why, f"{answer}; but the newest piece was drawn here: {why}" if why else answer, advice
    except ProviderFailed as error:
        return False, error.message, ADVICE.get(error.outcome, _ELSE)
    except (KioskError, TimeoutError) as error:
        return False, str(error) or f"{outside.name} did not answer within {LOOK_LIMIT_S:g} s", _ELSE


def _drawn_here(folder: DataFolder) -> tuple[str, str]:
    """Return why the newest piece is not the service's, and what to do; nothing when it is, or the budget is out."""
    path = folder.server_dir / "kiosk.db"
    if not path.is_file():
        return "", ""
    newest = select(artworks.c.provenance).where(artworks.c.origin == Origin.GENERATED.value)
    engine = open_sqlite(path, read_only=True)
    try:
        with engine.connect() as connection:
            rows = connection.scalars(newest.order_by(artworks.c.id.desc()).limit(_NEWEST)).all()
    except SQLAlchemyError:
        return "", ""  # `server` tells of that
    finally:
        engine.dispose()
    found = [json.loads(row).get("fallback") for row in rows]
    if not found or found[0] is None:
        return "", ""
    first_cause = next(
        (fallback for fallback in found if fallback and fallback["outcome"] != Outcome.STOPPED), found[0]
    )
    outcome = Outcome(first_cause["outcome"])
    if outcome is Outcome.OVER_BUDGET:
        return "", ""
    return str(first_cause["reason"]), ADVICE.get(outcome, _LATER)
