"""What a record is on the wire, and what a refused batch is cut into. Pure; `service` sends, `transport` carries."""

from collections.abc import Sequence
from typing import Final

from kiosk.domain.impressions import ImpressionType
from kiosk.outbox.records import ClosedImpression
from kiosk.protocol.impressions import Impression

_TITLE_MAX: Final = 500
_SHA256_MAX: Final = 64


def halves(batch: Sequence[ClosedImpression]) -> list[tuple[ClosedImpression, ...]]:
    """Return the parts to try after the server refused a whole batch: two halves, or nothing for a single record."""
    if len(batch) < 2:
        return []
    middle = len(batch) // 2
    return [tuple(batch[:middle]), tuple(batch[middle:])]


def age_ms(record: ClosedImpression, *, now_mono_s: float, boot_id: str) -> int | None:
    """Return milliseconds since the painting, by the monotonic clock; None when that clock has started anew since."""
    opened = record.opened
    if opened.boot_id != boot_id or opened.painted_mono_s > now_mono_s:
        return None
    return round((now_mono_s - opened.painted_mono_s) * 1000)


def wire_impression(record: ClosedImpression, *, now_mono_s: float, boot_id: str) -> Impression:
    """Return the record as it is sent at the monotonic time `now_mono_s` of the boot `boot_id`.

    Figures out of the protocol's ranges are brought into them: no record may be unsendable.
    """
    opened = record.opened
    return Impression(
        id=opened.id,
        artwork_id=opened.artwork_id,
        type=ImpressionType.DISPLAYED.value,
        painted_at=opened.painted_at,
        clock_synced=opened.clock_synced,
        age_ms=age_ms(record, now_mono_s=now_mono_s, boot_id=boot_id),
        visible_ms=max(record.showing.visible_ms, 0),
        planned_ms=max(opened.planned_ms, 0),
        frames_painted=max(record.showing.frames_painted, 0),
        coverage=min(max(opened.coverage, 0.0), 1.0),
        ended_by=record.ended_by.value,
        reason=opened.reason.value,
        title=opened.title[:_TITLE_MAX],
        sha256=opened.sha256[:_SHA256_MAX],
    )
