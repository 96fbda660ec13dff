"""The server about itself: version and health, usage, reports and metrics."""

import csv
import io
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter
from sqlalchemy import select

from kiosk import __version__
from kiosk.protocol.service import Health, ReportRow, Usage, Version
from kiosk.server import metrics, store_reports
from kiosk.server.api.callers import Administrator, Caller, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.moments import from_ms, parse_moment, to_ms
from kiosk.server.tables import users

router = APIRouter(tags=["service"])

API_VERSION = 1
_ROWS = TypeAdapter(list[ReportRow])
_COLUMNS = ("artworkId", "title", "artist", "device", "plays", "visibleMs", "first", "last")


@router.get("/api/version")
async def version() -> Version:
    """Tell which program answers."""
    return Version(name="gallery-kiosk", version=__version__, api=API_VERSION)


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process answers."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz(services: TheServices) -> Health:
    """Tell that the database answers too."""
    await services.database.read(lambda connection: connection.execute(select(users.c.id).limit(1)).all())
    return Health(status="ok")


@router.get("/api/usage")
async def usage(services: TheServices, principal: Caller) -> Usage:
    """Return what the caller has used so far."""
    counts = await services.database.read(lambda connection: store_reports.usage(connection, user=principal.user_id))
    return Usage(
        impressions=counts.impressions,
        generated=counts.generated,
        deduplicated=counts.deduplicated,
        votes=counts.votes,
        sessions=counts.sessions,
    )


@router.get(
    "/api/report",
    response_model=list[ReportRow],
    responses={200: {"description": "Plays per artwork and display", "content": {"text/csv": {}}}},
)
async def report(
    services: TheServices,
    principal: Caller,
    from_: Annotated[str, Query(alias="from", max_length=64)],
    to: Annotated[str, Query(max_length=64)],
    format: Annotated[Literal["json", "csv"], Query()] = "json",
) -> Response:
    """Return plays whose showing began at `from` or later and before `to`: dates (UTC midnight) or RFC 3339 times.

    Administrators, and commands on the server's machine, see everybody's; other callers their user's.
    """
    start_ms, end_ms = _moment_ms("from", from_), _moment_ms("to", to)
    if end_ms < start_ms:
        raise ApiProblem(422, "invalid", "from is later than to.")
    user = None if principal.is_admin or principal.is_local else principal.user_id
    found = await services.database.read(
        lambda connection: store_reports.plays_between(connection, start_ms=start_ms, end_ms=end_ms, user=user)
    )
    rows = [
        ReportRow(
            artwork_id=row.public_id,
            title=row.title,
            artist=row.artist,
            device=row.device,
            plays=row.plays,
            visible_ms=row.visible_ms,
            first=from_ms(row.first),
            last=from_ms(row.last),
        )
        for row in found
    ]
    if format == "csv":
        return Response(_csv(rows), media_type="text/csv")
    return Response(_ROWS.dump_json(rows, by_alias=True), media_type="application/json")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus text", "content": {"text/plain": {}}}},
)
async def prometheus(services: TheServices, _admin: Administrator) -> Response:
    """Return the figures of this process in Prometheus' text format."""
    gauges = {"kiosk_streams": float(services.broker.subscribers)}
    return Response(services.metrics.text(gauges), media_type=metrics.CONTENT_TYPE)


def _moment_ms(name: str, text: str) -> int:
    try:
        return to_ms(parse_moment(text))
    except (ValueError, OverflowError) as error:
        raise ApiProblem(422, "invalid", f"{name} is no date or RFC 3339 time: {error}.") from error


def _csv(rows: list[ReportRow]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows(row.model_dump(mode="json", by_alias=True) for row in rows)
    return text.getvalue()
