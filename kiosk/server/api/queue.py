"""The queue and what comes back from it: next, impressions, votes, the caller's counts."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import Field, WithJsonSchema
from sqlalchemy import Connection

from kiosk.domain.artworks import Pool, Reason
from kiosk.protocol.artworks import NEXT_LIMIT_MAX, NextReply, VoteReply, VoteRequest
from kiosk.protocol.base import Wire
from kiosk.protocol.impressions import BATCH_MAX, BatchReply, Impression
from kiosk.protocol.service import Stats
from kiosk.server import (
    store_artworks,
    store_impressions,
    store_queue,
    store_sessions,
    store_votes,
)
from kiosk.server.api.callers import Caller, CallerFirst, CameMs, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.auth import Principal
from kiosk.server.intake import Rejected, Seen, read_bare_ids, read_records
from kiosk.server.page_json import page_json
from kiosk.server.store_people import lanes_of
from kiosk.server.tables import AnyRow
from kiosk.server.wiring import Services

router = APIRouter(prefix="/api/artworks", tags=["queue"], route_class=CallerFirst)

SessionId = Annotated[str | None, Query(alias="sessionId", max_length=200)]
_RECORD = Impression.model_json_schema()


class BatchRequest(Wire):
    """Either full records or bare artwork ids; each entry is judged by itself."""

    impressions: list[Annotated[Any, WithJsonSchema(_RECORD)]] | None = None
    artwork_ids: list[Annotated[Any, WithJsonSchema({"type": "string", "format": "uuid"})]] | None = None


@router.get("/next", response_model=NextReply)
async def next_artworks(
    services: TheServices,
    principal: Caller,
    limit: Annotated[int, Query(ge=1, le=NEXT_LIMIT_MAX)] = 20,
    session_id: SessionId = None,
) -> Response:
    """Return the next pieces for this display: fresh, unseen, cooled. `pool.cooling` is counted up to 1,000."""
    now_ms = services.now_ms()

    def page(connection: Connection) -> tuple[str | None, list[tuple[AnyRow, Reason]], Pool]:
        queue, pool = store_queue.next_page(
            connection, principal.viewer, limit=limit, now_ms=now_ms, rules=services.rules
        )
        return store_sessions.find(connection, **_session(services, principal, session_id, now_ms)), queue, pool

    canonical, queue, pool = await services.database.read(page)
    if canonical is None:  # to open one may change the queue: what was shown before an upgrade is marked then
        canonical = await canonical_session(services, principal, session_id)
        _, queue, pool = await services.database.read(page)
    return Response(page_json(canonical, queue, pool, now_ms), media_type="application/json")


@router.post("/batch-impressions", response_model=BatchReply)
async def batch_impressions(services: TheServices, principal: Caller, now_ms: CameMs, batch: BatchRequest) -> Response:
    """Store impressions, at most 200; what became of each is in the reply, and one bad record spoils no other."""
    records, bare_ids = batch.impressions, batch.artwork_ids
    if (records is None) == (bare_ids is None):
        raise ApiProblem(422, "invalid", "The body must have either impressions or artworkIds.")
    entries = records if records is not None else bare_ids or []
    if len(entries) > BATCH_MAX:
        raise ApiProblem(413, "too_large", f"{len(entries)} records are more than {BATCH_MAX}; nothing was stored.")
    read = (
        read_records(entries, now_ms=now_ms)
        if records is not None
        else read_bare_ids(entries, caller=_caller_name(principal), now_ms=now_ms)
    )
    return await _store(services, principal, read, now_ms)


@router.post("/{artwork_id}/viewed", response_model=BatchReply)
async def viewed(
    services: TheServices,
    principal: Caller,
    now_ms: CameMs,
    artwork_id: str,
    impression: Annotated[Annotated[dict[str, Any], Field(json_schema_extra=_RECORD)] | None, Body()] = None,
) -> Response:
    """Store one impression of this piece; without a record it was seen just now. 404 for a piece not to be seen."""
    await _visible_key(services, principal, artwork_id)
    read = (
        read_records([{**impression, "artworkId": artwork_id}], now_ms=now_ms)
        if impression and "id" in impression
        else read_bare_ids([artwork_id], caller=_caller_name(principal), now_ms=now_ms)
    )
    return await _store(services, principal, read, now_ms)


@router.post("/{artwork_id}/vote", response_model=VoteReply)
async def vote(services: TheServices, principal: Caller, artwork_id: str, wanted: VoteRequest) -> Response:
    """Vote for a piece, or take the vote back with 0."""
    key = await _visible_key(services, principal, artwork_id)
    now_ms = services.now_ms()
    tally = await services.database.write(
        lambda connection: store_votes.cast_vote(
            connection, user=principal.user_id, artwork=key, value=wanted.value, now_ms=now_ms
        )
    )
    reply = VoteReply(up=tally.up, down=tally.down, mine=wanted.value)
    return Response(reply.wire(), media_type="application/json")


@router.get("/stats", response_model_by_alias=False)  # the contract says legacy_untracked
async def stats(services: TheServices, principal: Caller) -> Stats:
    """Return how many pieces are fresh for this display, stored where the user may see them, and never seen.

    What was never seen is what a backfill would mark: `legacy_untracked`.
    """
    now_ms = services.now_ms()
    fresh, storage, untracked = await services.database.read(
        lambda connection: store_queue.counts(connection, principal.viewer, now_ms=now_ms)
    )
    return Stats(fresh=fresh, storage=storage, legacy_untracked=untracked)


async def canonical_session(services: Services, principal: Principal, wanted: str | None) -> str:
    """Return the caller's session, written anew where needed."""
    values = _session(services, principal, wanted, services.now_ms())
    return await services.database.write(lambda connection: store_sessions.open_or_renew(connection, **values))


def _session(services: Services, principal: Principal, wanted: str | None, now_ms: int) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "user_id": principal.user_id,
        "device_id": principal.device_id,
        "now_ms": now_ms,
        "ttl_ms": services.rules.session_ttl_ms,
    }


def _caller_name(principal: Principal) -> str:
    return f"{principal.user_id}/{principal.device_id or 0}"


async def _visible_key(services: Services, principal: Principal, artwork_id: str) -> int:
    found = await services.database.read(
        lambda connection: store_artworks.find(connection, artwork_id, visible_in=lanes_of(principal.user_id))
    )
    if found is None:
        raise ApiProblem(404, "not_found", "There is no such artwork, or it is not for this user.")
    return int(found.id)


async def _store(services: Services, principal: Principal, read: list[Seen | Rejected], now_ms: int) -> Response:
    started_s = services.clock.monotonic()
    failed = len(read)
    try:
        results = await services.database.write(
            lambda connection: store_impressions.record(connection, principal.viewer, read, now_ms=now_ms)
        )
        failed = sum(result.status == "rejected" for result in results)
    finally:
        seconds = services.clock.monotonic() - started_s
        services.metrics.count_batch(attempted=len(read), failed=failed, seconds=seconds, device_id=principal.device_id)
    kept = [result.id for result in results if result.status != "rejected"]
    reply = BatchReply(attempted=len(read), upserted=len(kept), ids=kept, results=results)
    return Response(reply.wire(), media_type="application/json")
