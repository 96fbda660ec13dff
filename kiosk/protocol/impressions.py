"""Impressions on the wire, one by one and in batches."""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.base import Timestamp, Wire

BATCH_MAX = 200


class Impression(Wire):
    """Proof of one showing. `ageMs`: monotonic milliseconds from painting to sending, null after a reboot."""

    id: str
    artwork_id: str
    type: Literal["displayed", "loaded"] = "displayed"
    painted_at: Timestamp | None = None
    clock_synced: bool = False
    age_ms: Annotated[int, Field(ge=0)] | None = None
    visible_ms: Annotated[int, Field(ge=0)] = 0
    planned_ms: Annotated[int, Field(ge=0)] = 0
    frames_painted: Annotated[int, Field(ge=0)] = 0
    coverage: Annotated[float, Field(ge=0, le=1)] = 1.0
    ended_by: Literal["next", "skip", "sleep", "hidden", "exit", "recovered"] | None = None
    reason: Literal["fresh", "unseen", "cooled", "demo"] | None = None
    title: Annotated[str, Field(max_length=500)] = ""
    sha256: Annotated[str, Field(max_length=64)] = ""


class RecordResult(Wire):
    """What became of one record; `reason` says why one was rejected."""

    id: str
    status: Literal["stored", "duplicate", "rejected"]
    reason: str | None = None


class BatchReply(Wire):
    """What became of a batch. `upserted` counts stored and refreshed records, `ids` names them."""

    attempted: int
    upserted: int
    ids: list[str]
    results: list[RecordResult]
