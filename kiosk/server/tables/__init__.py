"""The tables. Every time is whole milliseconds since 1970; public ids are UUIDs as text, inner keys are integers.

A lane holds pieces at dense positions: `PUBLIC_LANE` what everybody may see, a user's id what only that user may, and
`DEMO_LANE` the bundled pieces, which are older than all others; what was removed lies in `REMOVED_LANE`, which nobody
sees. `extents` are the positions of a lane that hold pieces; `spans` are those of them a user has not seen, and
`impressions` the truth spans can be rebuilt from. `plays` is the append-only proof of play; its sums, `play_days` and
`play_months`, outlive it. The migrations say the same in alembic's words; a test compares the two. What PostgreSQL
alone is told (a fill factor, where an index is partial) stands there only: here it would load SQLAlchemy's part for it.
"""

from kiosk.server.tables.base import AnyRow, Key, Uuid, metadata
from kiosk.server.tables.people import devices, pairings, sessions, sign_ins, tokens, users
from kiosk.server.tables.queue import (
    DEMO_LANE,
    EVENTS,
    PLAYS_PURGED,
    PUBLIC_LANE,
    REMOVED_LANE,
    artworks,
    counters,
    extents,
    fresh_shown,
    impressions,
    lanes,
    now_playing,
    spans,
)
from kiosk.server.tables.records import backfills, loads, play_days, play_months, plays, usage_sums, votes
from kiosk.server.tables.work import events, idempotency_keys, jobs

__all__ = [
    "DEMO_LANE",
    "EVENTS",
    "PLAYS_PURGED",
    "PUBLIC_LANE",
    "REMOVED_LANE",
    "AnyRow",
    "Key",
    "Uuid",
    "artworks",
    "backfills",
    "counters",
    "devices",
    "events",
    "extents",
    "fresh_shown",
    "idempotency_keys",
    "impressions",
    "jobs",
    "lanes",
    "loads",
    "metadata",
    "now_playing",
    "pairings",
    "play_days",
    "play_months",
    "plays",
    "sessions",
    "sign_ins",
    "spans",
    "tokens",
    "usage_sums",
    "users",
    "votes",
]
