"""What comes in as impressions, record by record: one bad record never spoils the others. Pure but for the wire models.

Turns raw JSON values into `Seen` (what `store_impressions` stores) or a reason why not. Both body forms of the contract
end here: full records, and bare artwork ids from old web pages, which know neither times nor ids of their own.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kiosk.domain.ids import is_uuid
from kiosk.domain.impressions import ImpressionType
from kiosk.protocol.impressions import Impression
from kiosk.server.moments import to_ms
from kiosk.server.rules import AGE_MAX_MS, viewed_at_ms

COUNT_MAX = 2**53 - 1
_BARE = uuid.UUID("0b7f3c52-6a0e-5d0c-9d53-2d3b1f6f0a11")


@dataclass(frozen=True, slots=True)
class Seen:
    """One record fit to be stored. `label` is what the reply calls it; `viewed_at` is by the server's clock."""

    id: str
    label: str
    artwork_id: str
    type: ImpressionType
    viewed_at: int
    visible_ms: int = 0
    planned_ms: int = 0
    frames_painted: int = 0
    coverage: float = 1.0
    clock_synced: bool = False
    ended_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be stored, and why."""

    label: str
    reason: str


def read_records(records: Sequence[Any], *, now_ms: int) -> list[Seen | Rejected]:
    """Read full records; the result has one entry for each, in order."""
    return [_read(record, now_ms) for record in records]


def read_bare_ids(artwork_ids: Sequence[Any], *, caller: str, now_ms: int) -> list[Seen | Rejected]:
    """Read bare artwork ids of `caller`, seen just now.

    Without an id of its own a repeated report cannot be told from a new one, so it counts once per caller and artwork.
    """
    return [_read_bare(artwork_id, caller, now_ms) for artwork_id in artwork_ids]


def _read_bare(artwork_id: Any, caller: str, now_ms: int) -> Seen | Rejected:
    if not isinstance(artwork_id, str) or not is_uuid(artwork_id):
        return Rejected(_shown(artwork_id), "This is not the id of an artwork (a UUID).")
    impression_id = str(uuid.uuid5(_BARE, f"{caller}/{artwork_id.lower()}"))
    return Seen(impression_id, artwork_id, artwork_id.lower(), ImpressionType.DISPLAYED, now_ms)


def _read(raw: Any, now_ms: int) -> Seen | Rejected:
    label = _shown(raw.get("id", "")) if isinstance(raw, dict) else ""
    try:
        record = Impression.model_validate(raw)
    except ValidationError as error:
        return Rejected(label, _first_fault(error))
    if not is_uuid(record.id):
        return Rejected(label, "id is not a UUID.")
    if not is_uuid(record.artwork_id):
        return Rejected(label, "artworkId is not a UUID.")
    if max(record.visible_ms, record.planned_ms) > AGE_MAX_MS or record.frames_painted > COUNT_MAX:
        return Rejected(label, "visibleMs, plannedMs or framesPainted is out of range.")
    viewed_at = viewed_at_ms(
        now_ms,
        age_ms=record.age_ms,
        painted_at_ms=None if record.painted_at is None else to_ms(record.painted_at),
        clock_synced=record.clock_synced,
    )
    return Seen(
        id=record.id.lower(),
        label=record.id,
        artwork_id=record.artwork_id.lower(),
        type=ImpressionType(record.type),
        viewed_at=viewed_at,
        visible_ms=record.visible_ms,
        planned_ms=record.planned_ms,
        frames_painted=record.frames_painted,
        coverage=record.coverage,
        clock_synced=record.clock_synced,
        ended_by=record.ended_by,
        reason=record.reason,
    )


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return _printable(f"{place}: {fault['msg']}." if place else f"{fault['msg']}.")


def _shown(value: Any) -> str:
    return _printable(value[:100]) if isinstance(value, str) else ""


def _printable(text: str) -> str:
    """Return `text` without halves of characters, which JSON may hold and no reply can."""
    return text.encode("utf-8", "replace").decode()
