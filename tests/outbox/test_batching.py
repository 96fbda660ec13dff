"""Records on the wire, and what a refused batch is cut into."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.impressions import EndedBy, Showing
from kiosk.outbox.batching import age_ms, halves, wire_impression
from kiosk.outbox.records import ClosedImpression
from tests.outbox.records import BOOT, SHOWING, impression


def closed(number: int, **changes: object) -> ClosedImpression:
    """A finished impression."""
    return ClosedImpression(replace(impression(number), **changes), SHOWING, EndedBy.NEXT)  # type: ignore[arg-type]


@given(st.integers(0, 300))
def test_halving_ends_with_every_record_alone(count: int) -> None:
    """Halving keeps order and every record, and a single one has no halves."""
    alone = []
    parts = [[closed(number) for number in range(count)]] if count else []
    while parts:
        part = parts.pop()
        smaller = halves(part)
        assert len(smaller) != 1
        alone += [] if smaller else [record.id for record in part]
        parts += [list(half) for half in reversed(smaller)]
    assert alone == [impression(number).id for number in range(count)]


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_ages_are_monotonic_and_of_one_boot(painted_s: float, now_s: float) -> None:
    """Within one boot the age is the difference of the monotonic clock; across boots, or backwards, there is none."""
    record = closed(1, painted_mono_s=painted_s)
    age = age_ms(record, now_mono_s=now_s, boot_id=BOOT)
    assert age == (None if painted_s > now_s else round((now_s - painted_s) * 1000))
    assert age_ms(record, now_mono_s=now_s, boot_id="another boot") is None


def test_a_record_on_the_wire_has_everything() -> None:
    """The wire record is what was painted, with its age at sending."""
    sent = wire_impression(closed(7), now_mono_s=1_019.5, boot_id=BOOT)
    assert sent.model_dump(mode="json", by_alias=True) == {
        "id": impression(7).id,
        "artworkId": impression(7).artwork_id,
        "type": "displayed",
        "paintedAt": "2026-01-01T00:00:07.000Z",
        "clockSynced": True,
        "ageMs": 12_500,
        "visibleMs": 12_000,
        "plannedMs": 12_000,
        "framesPainted": 700,
        "coverage": 1.0,
        "endedBy": "next",
        "reason": "unseen",
        "title": "Piece 7",
        "sha256": f"{7:064x}",
    }


@given(st.integers(), st.integers(), st.floats(allow_nan=False), st.text(max_size=2_000))
def test_no_record_is_unsendable(visible_ms: int, planned_ms: int, coverage: float, title: str) -> None:
    """Figures out of range and titles too long are brought into the protocol's ranges."""
    record = replace(
        closed(1, planned_ms=planned_ms, coverage=coverage, title=title), showing=Showing(visible_ms, visible_ms)
    )
    sent = wire_impression(record, now_mono_s=2_000, boot_id=BOOT)
    assert 0 <= sent.coverage <= 1
    assert sent.visible_ms >= 0
    assert title.startswith(sent.title)
