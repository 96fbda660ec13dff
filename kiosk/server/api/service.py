"""The server about itself: version and health, usage, reports and metrics."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from kiosk import __version__
from kiosk.protocol.reports import (
    ROW_OF,
    ArtistPlays,
    DayPlays,
    DisplayPlays,
    ReportBy,
    ReportRow,
    csv_pieces,
    json_pieces,
)
from kiosk.protocol.service import Health, Usage, Version
from kiosk.server import metrics, store_reports
from kiosk.server.api.callers import Administrator, Caller, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.moments import DAY_MS, from_ms, parse_moment, to_ms
from kiosk.server.store_reports import PlaysPurged
from kiosk.server.tables import AnyRow, users

router = APIRouter(tags=["service"], route_class=CallerFirst)

API_VERSION = 1


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
    response_model=list[ReportRow] | list[ArtistPlays] | list[DisplayPlays] | list[DayPlays],
    responses={200: {"description": "Plays, summed as `by` says", "content": {"text/csv": {}}}},
)
async def report(
    services: TheServices,
    principal: Caller,
    from_: Annotated[str, Query(alias="from", max_length=64)],
    to: Annotated[str, Query(max_length=64)],
    format: Annotated[Literal["json", "csv"], Query()] = "json",
    by: Annotated[ReportBy, Query()] = "artwork",
) -> Response:
    """Return plays whose showing began at `from` or later and before `to`: dates (UTC midnight) or RFC 3339 times.

    Midnights are answered for ever, other times as long as the server keeps single plays; then they are 422
    (`plays_purged`). Administrators, and commands on the server's machine, see everybody's; other callers their user's,
    with the words of a piece only while they may see it.
    """
    start_ms, end_ms = _moment_ms("from", from_), _moment_ms("to", to)
    if end_ms < start_ms:
        raise ApiProblem(422, "invalid", "from is later than to.")
    user = None if principal.is_admin or principal.is_local else principal.user_id
    try:
        found = await services.database.read_long(
            lambda connection: store_reports.plays_between(connection, by, start_ms=start_ms, end_ms=end_ms, user=user)
        )
    except PlaysPurged as error:
        raise ApiProblem(422, error.code, f"{error.message} {error.hint}") from error
    row_type = ROW_OF[by]
    rows = (row_type.model_validate(_wire_values(row)) for row in found)
    if format == "csv":
        return StreamingResponse(csv_pieces(row_type, rows), media_type="text/csv")
    return StreamingResponse(json_pieces(rows), media_type="application/json")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus text", "content": {"text/plain": {}}}},
)
async def prometheus(services: TheServices, _admin: Administrator) -> Response:
    """Return the figures of this process, and of the database, in Prometheus' text format."""
    figures = await services.figures.figures(services.metrics.displays)
    text = services.metrics.text(figures, streams=services.fan_out.subscribers)
    return Response(text, media_type=metrics.CONTENT_TYPE)


def _moment_ms(name: str, text: str) -> int:
    try:
        return to_ms(parse_moment(text))
    except (ValueError, OverflowError) as error:
        raise ApiProblem(422, "invalid", f"{name} is no date or RFC 3339 time: {error}.") from error


def _wire_values(row: AnyRow) -> dict[str, Any]:
    values = {**row._asdict(), "first": from_ms(row.first), "last": from_ms(row.last)}
    return values | {"day": f"{from_ms(values['day'] * DAY_MS):%Y-%m-%d}"} if "day" in values else values
