"""Impressions: a batch becomes plays, seen times and smaller unseen spans in one transaction.

`intake` has read the records; here those that name a piece of the viewer's lanes are stored. `plays` is append-only and
keyed by the client's id, so a batch that arrives twice counts once and only refreshes when its pieces were seen.

A piece may leave the viewer's lanes before word of its showing comes: removed, or made private. What was painted was
painted, so it counts as a play; the queue, which no longer has the piece, is left alone.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, select

from kiosk.domain.impressions import ImpressionType
from kiosk.protocol.impressions import RecordResult
from kiosk.server import dialect, store_play_days, store_spans
from kiosk.server.intake import Rejected, Seen
from kiosk.server.store_people import lanes_of, lock_user
from kiosk.server.store_queue import NO_DEVICE, Viewer
from kiosk.server.tables import AnyRow, artworks, loads, plays

NOT_VISIBLE = "There is no such artwork, or it is not for this user."
FOREIGN_ID = "This id names another impression."

NAMED_PIECES = select(artworks.c.public_id, artworks.c.id, artworks.c.lane, artworks.c.pos, artworks.c.left_lane).where(
    dialect.one_of_texts(artworks.c.public_id)
)

Known = dict[tuple[ImpressionType, str], tuple[int, int]]


def record(
    connection: Connection, viewer: Viewer, batch: Sequence[Seen | Rejected], *, now_ms: int
) -> list[RecordResult]:
    """Store what can be stored of a batch; return what became of each record, in order. Locks the user's row."""
    lock_user(connection, viewer.user_id)
    readable = [entry for entry in batch if isinstance(entry, Seen)]
    visible = lanes_of(viewer.user_id)
    pieces = _named_pieces(connection, readable)
    known = _known(connection, plays, ImpressionType.DISPLAYED, readable)
    known |= _known(connection, loads, ImpressionType.LOADED, readable)
    results: list[RecordResult] = []
    fresh: list[tuple[Seen, int]] = []
    shown: dict[int, int] = {}
    for entry in batch:
        if isinstance(entry, Rejected):
            results.append(_rejected(entry.label, entry.reason))
            continue
        piece = pieces.get(entry.artwork_id)
        if piece is None or not {piece.lane, piece.left_lane} & {*visible}:
            results.append(_rejected(entry.label, NOT_VISIBLE))
            continue
        key, ours = (entry.type, entry.id), (viewer.user_id, piece.id)
        if known.get(key, ours) != ours:
            results.append(_rejected(entry.label, FOREIGN_ID))
            continue
        results.append(RecordResult(id=entry.label, status="duplicate" if key in known else "stored"))
        if key not in known:
            known[key] = ours
            fresh.append((entry, piece.id))
        if entry.type is ImpressionType.DISPLAYED and piece.lane in visible:
            shown[piece.id] = max(shown.get(piece.id, entry.viewed_at), entry.viewed_at)
    _append(connection, viewer, fresh, now_ms)
    _mark_shown(connection, viewer, shown, pieces)
    return results


def _named_pieces(connection: Connection, batch: Sequence[Seen]) -> dict[str, AnyRow]:
    values = {"texts": list({entry.artwork_id for entry in batch})}
    return {row.public_id: row for row in connection.execute(NAMED_PIECES, values)}


def _known(connection: Connection, table: Table, kind: ImpressionType, batch: Sequence[Seen]) -> Known:
    ids = [entry.id for entry in batch if entry.type is kind]
    if not ids:
        return {}
    query = select(table.c.id, table.c.user_id, table.c.artwork_id).where(dialect.one_of_texts(table.c.id))
    found = connection.execute(query, {"texts": ids})
    return {(kind, row.id): (row.user_id, row.artwork_id) for row in found}


def _append(connection: Connection, viewer: Viewer, fresh: Sequence[tuple[Seen, int]], now_ms: int) -> None:
    whose = {
        "user_id": viewer.user_id,
        "device_id": None if viewer.device_id == NO_DEVICE else viewer.device_id,
    }
    played = [
        whose
        | {
            "id": entry.id,
            "artwork_id": artwork_id,
            "painted_at": entry.viewed_at,
            "received_at": now_ms,
            "visible_ms": entry.visible_ms,
            "planned_ms": entry.planned_ms,
            "frames_painted": entry.frames_painted,
            "coverage": entry.coverage,
            "clock_synced": entry.clock_synced,
            "ended_by": entry.ended_by,
            "reason": entry.reason,
        }
        for entry, artwork_id in fresh
        if entry.type is ImpressionType.DISPLAYED
    ]
    loaded = [
        whose | {"id": entry.id, "artwork_id": artwork_id, "loaded_at": entry.viewed_at}
        for entry, artwork_id in fresh
        if entry.type is ImpressionType.LOADED
    ]
    if played:
        dialect.insert_many(connection, plays, played)
        displayed = [(piece, entry) for entry, piece in fresh if entry.type is ImpressionType.DISPLAYED]
        sums = [(piece, entry.viewed_at, entry.visible_ms) for piece, entry in displayed]
        store_play_days.add(connection, viewer.user_id, viewer.device_id, sums)
    dialect.insert_many(connection, loads, loaded)


def _mark_shown(connection: Connection, viewer: Viewer, shown: Mapping[int, int], pieces: Mapping[str, AnyRow]) -> None:
    if not shown:
        return
    dialect.upsert_impressions(connection, user=viewer.user_id, rows=list(shown.items()))
    positions = [(piece.lane, piece.pos) for piece in pieces.values() if piece.id in shown]
    store_spans.mark_seen(connection, user=viewer.user_id, seen=positions)
    dialect.mark_fresh_shown(connection, user=viewer.user_id, device=viewer.device_id, artworks_shown=list(shown))


def _rejected(label: str, reason: str) -> RecordResult:
    return RecordResult(id=label, status="rejected", reason=reason)
