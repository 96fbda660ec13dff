"""Upkeep by an administrator: backfill, rebuilt spans, forgotten impressions. User by user, each in a transaction."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter
from sqlalchemy import Connection

from kiosk.protocol.service import (
    BackfillReply,
    BackfillRequest,
    PurgeReply,
    PurgeRequest,
    RebuildReply,
    RebuildRequest,
    RebuiltSpans,
)
from kiosk.server import backfilling, store_people, store_spans
from kiosk.server.api.callers import Administrator, CallerFirst, TheServices
from kiosk.server.moments import to_ms
from kiosk.server.store_people import NotFound
from kiosk.server.tables import AnyRow
from kiosk.server.wiring import Services

router = APIRouter(tags=["upkeep"], route_class=CallerFirst)


@router.post("/api/artworks/backfill-impressions")
async def backfill(services: TheServices, _admin: Administrator, wanted: BackfillRequest) -> BackfillReply:
    """Mark pieces as seen now for one user, or for all; only pieces that user may see, made before `asOf`."""
    now_ms = services.now_ms()
    as_of_ms = None if wanted.as_of is None else to_ms(wanted.as_of)
    updated = 0
    for person in await _people(services, wanted.user_id):
        mark = partial(backfilling.backfill, user=person.id, as_of_ms=as_of_ms, now_ms=now_ms)
        updated += await services.database.write(mark)
    return BackfillReply(updated=updated)


@router.post("/api/admin/rebuild-spans")
async def rebuild_spans(services: TheServices, _admin: Administrator, wanted: RebuildRequest) -> RebuildReply:
    """Write unseen spans anew from the impressions, of one user or of all; `check` tells what would change."""
    run = services.database.read if wanted.check else services.database.write
    look = partial(_rebuild, writes=not wanted.check)
    found = [await run(partial(look, person=person)) for person in await _people(services, wanted.user_id)]
    return RebuildReply(users=found, written=not wanted.check)


@router.post("/api/admin/purge-impressions")
async def purge_impressions(services: TheServices, _admin: Administrator, wanted: PurgeRequest) -> PurgeReply:
    """Forget what was seen before a time, by one user or by all: those pieces are unseen again. Plays stay counted."""
    before_ms, purged = to_ms(wanted.before), 0
    for person in await _people(services, wanted.user_id):
        purged += await services.database.write(
            partial(store_spans.purge_impressions, user=person.id, before_ms=before_ms)
        )
    return PurgeReply(purged=purged)


async def _people(services: Services, name_or_id: str | None) -> Sequence[AnyRow]:
    if name_or_id is None:
        return await services.database.read(store_people.list_users)
    named = await services.database.read(lambda connection: store_people.find_user(connection, name_or_id))
    if named is None:
        raise NotFound("There is no such user.")
    return [named]


def _rebuild(connection: Connection, *, person: AnyRow, writes: bool) -> RebuiltSpans:
    if writes:
        store_people.lock_user(connection, person.id)
    stored = store_spans.stored(connection, user=person.id)
    due = store_spans.from_impressions(connection, user=person.id)
    differs = bool(store_spans.differences(connection, user=person.id))
    if writes and differs:
        store_spans.rebuild(connection, user=person.id)
    return RebuiltSpans(
        id=person.public_id,
        name=person.name,
        stored=sum(map(len, stored.values())),
        due=sum(map(len, due.values())),
        differs=differs,
    )
