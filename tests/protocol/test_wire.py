"""The wire models keep to the contract's shapes."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.domain.artworks import Origin, Reason
from kiosk.protocol.artworks import Artwork, AudioAnalysis, GenerateRequest
from kiosk.protocol.base import rfc3339
from kiosk.protocol.impressions import Impression
from tests.playback.show import artwork

ARTWORK_KEYS = (
    *("id", "imageUrl", "sha256", "bytes", "width", "height", "mediaType", "title", "artist", "prompt", "style"),
    *("origin", "createdAt", "freshUntil", "reason", "provenance"),
)
IMPRESSION_KEYS = (
    *("id", "artworkId", "type", "paintedAt", "clockSynced", "ageMs", "visibleMs", "plannedMs", "framesPainted"),
    *("coverage", "endedBy", "reason", "title", "sha256"),
)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_times_are_rfc3339_utc_with_milliseconds(naive: datetime, offset_min: int) -> None:
    """Whatever the zone, the text is UTC with three decimals and reads back as the same millisecond."""
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    text = rfc3339(moment)
    assert len(text) == 24
    assert text.endswith("Z")
    assert abs(datetime.fromisoformat(text) - moment) < timedelta(milliseconds=1)


def test_an_artwork_has_exactly_the_members_of_the_contract() -> None:
    """Names and order of members are fixed."""
    assert list(json.loads(Artwork.from_domain(artwork("a")).wire())) == list(ARTWORK_KEYS)


def test_an_impression_has_exactly_the_members_of_the_contract() -> None:
    """Names and order of members are fixed."""
    assert list(json.loads(Impression(id="a", artwork_id="b").wire())) == list(IMPRESSION_KEYS)


def test_an_artwork_survives_the_wire() -> None:
    """Domain to wire and back is the same piece; a demo piece counts as unseen on the wire."""
    piece = artwork("a", Reason.FRESH)
    assert Artwork.model_validate_json(Artwork.from_domain(piece).wire()).to_domain() == piece
    assert Artwork.from_domain(artwork("d", Reason.DEMO)).reason == "unseen"
    assert Artwork.from_domain(piece).to_domain().origin is Origin.GENERATED


@pytest.mark.parametrize("value", [{"tempoBpm": 0}, {"key": "H"}, {"tempoConfidence": 1.5}, {"brightnessHz": -1}])
def test_an_analysis_out_of_range_is_refused(value: dict[str, object]) -> None:
    """Ranges of the record hold."""
    with pytest.raises(ValidationError):
        AudioAnalysis.model_validate(value)


def test_numbers_that_json_does_not_have_are_refused() -> None:
    """NaN and infinities never enter."""
    with pytest.raises(ValidationError):
        AudioAnalysis.model_validate({"durationS": float("nan")})


def test_unknown_members_are_ignored() -> None:
    """An older program understands a newer one."""
    assert GenerateRequest.model_validate({"sessionId": "s", "newThing": 1}).session_id == "s"


def test_a_naive_time_is_refused() -> None:
    """A time without a zone says nothing."""
    with pytest.raises(ValidationError):
        Impression.model_validate({"id": "a", "artworkId": "b", "paintedAt": "2026-01-01T00:00:00"})
    stamped = Impression.model_validate({"id": "a", "artworkId": "b", "paintedAt": "2026-01-01T00:00:00Z"})
    assert stamped.painted_at == datetime(2026, 1, 1, tzinfo=UTC)
