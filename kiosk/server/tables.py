"""The tables. Every time is whole milliseconds since 1970; public ids are UUIDs as text, inner keys are integers.

A lane holds pieces at dense positions: `PUBLIC_LANE` what everybody may see, a user's id what only that user may, and
`DEMO_LANE` the bundled pieces, which are older than all others; what was removed lies in `REMOVED_LANE`, which nobody
sees. `extents` are the positions of a lane that hold pieces; `spans` are those of them a user has not seen, and
`impressions` the truth spans can be rebuilt from. `plays` is the append-only proof of play, `play_days` its daily sums,
which outlive it. The migrations say the same in alembic's words; a test compares the two.
"""

from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

PUBLIC_LANE = 0
DEMO_LANE = -1
REMOVED_LANE = -2
EVENTS = "events"  # the counter of the events' sequence

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what it calls INTEGER
Uuid = String(36)
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    # Pieces made before this were shown to the user when nobody kept impressions; NULL: they always were kept.
    Column("legacy_before", BigInteger),
    Column("impressions_backfilled", Boolean, nullable=False, server_default=false()),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("ix_devices_user_id", "user_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("device_id", Key, ForeignKey("devices.id")),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("device_id", Key, ForeignKey("devices.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_sessions_user_id_device_id_expires_at", "user_id", "device_id", "expires_at"),
    Index("ix_sessions_expires_at", "expires_at"),
)

pairings = Table(
    "pairings",
    metadata,
    Column("device_code_sha256", String(64), primary_key=True),
    Column("user_code", String(16), nullable=False, unique=True),
    Column("device_name", String(100), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("polled_at", BigInteger),
    Column("user_id", Key, ForeignKey("users.id")),  # whose display it becomes, once approved
    Column("state", String(16), nullable=False),  # pending, approved, denied, claimed
    Index("ix_pairings_expires_at", "expires_at"),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", BigInteger, primary_key=True, autoincrement=False),
    Column("head", BigInteger, nullable=False),
)

extents = Table(
    "extents",
    metadata,
    Column("lane", BigInteger, nullable=False),
    Column("lo", BigInteger, nullable=False),
    Column("hi", BigInteger, nullable=False),
    PrimaryKeyConstraint("lane", "lo"),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

artworks = Table(
    "artworks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("created_by", Key, ForeignKey("users.id")),
    Column("lane", BigInteger, nullable=False),
    Column("pos", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("fresh_until", BigInteger),
    Column("origin", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("media_type", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("style", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("removed_at", BigInteger),
    UniqueConstraint("lane", "pos"),
    Index("ix_artworks_lane_created_at", "lane", "created_at"),
    Index("ix_artworks_sha256", "sha256"),
    Index("ix_artworks_created_by", "created_by"),
)

impressions = Table(
    "impressions",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("viewed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "artwork_id"),
    Index("ix_impressions_user_id_viewed_at", "user_id", "viewed_at"),
    Index("ix_impressions_artwork_id", "artwork_id"),
    sqlite_with_rowid=False,
)

spans = Table(
    "spans",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("lane", BigInteger, nullable=False),
    Column("lo", BigInteger, nullable=False),
    Column("hi", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "lane", "lo"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 70},
)

now_playing = Table(
    "now_playing",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("inserted_at", BigInteger, nullable=False),
    Column("fresh_until", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "artwork_id"),
    Index("ix_now_playing_fresh_until", "fresh_until"),
)

fresh_shown = Table(
    "fresh_shown",
    metadata,
    Column("device_id", Key, nullable=False),  # 0 for callers without a display
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    PrimaryKeyConstraint("device_id", "artwork_id"),
    Index("ix_fresh_shown_artwork_id", "artwork_id"),
)

plays = Table(
    "plays",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("device_id", Key, ForeignKey("devices.id")),
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("painted_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("visible_ms", BigInteger, nullable=False),
    Column("planned_ms", BigInteger, nullable=False),
    Column("frames_painted", BigInteger, nullable=False),
    Column("coverage", Float, nullable=False),
    Column("clock_synced", Boolean, nullable=False),
    Column("ended_by", String(16)),
    Column("reason", String(16)),
    Index("ix_plays_user_id_painted_at", "user_id", "painted_at"),
    Index("ix_plays_painted_at", "painted_at"),
    Index("ix_plays_artwork_id", "artwork_id"),
)

play_days = Table(
    "play_days",
    metadata,
    Column("day", Integer, nullable=False),  # whole days since 1970, UTC
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("device_id", Key, nullable=False),  # 0 for callers without a display
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("plays", BigInteger, nullable=False),
    Column("visible_ms", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "user_id", "device_id", "artwork_id"),
    sqlite_with_rowid=False,
)

loads = Table(
    "loads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("device_id", Key, ForeignKey("devices.id")),
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
    Index("ix_loads_user_id", "user_id"),
    Index("ix_loads_loaded_at", "loaded_at"),
)

votes = Table(
    "votes",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
    Column("value", Integer, nullable=False),
    Column("voted_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "artwork_id"),
    Index("ix_votes_artwork_id", "artwork_id"),
    Index("ix_votes_user_id_voted_at", "user_id", "voted_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("prompt_sha256", String(64), nullable=False),
    Column("music", String(200), nullable=False),
    Column("bucket", BigInteger, nullable=False),
    Column("genome", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("artwork_id", Key, ForeignKey("artworks.id")),
    Column("reason", Text),
    Column("repeats", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("user_id", "prompt_sha256", "music", "bucket"),
    Index("ix_jobs_state_created_at", "state", "created_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("key", String(255), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("job_id", Uuid, ForeignKey("jobs.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "key"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

events = Table(
    "events",
    metadata,
    # From the counter `EVENTS`, raised in the transaction that adds the event: the order of the commits, without holes.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", Key, ForeignKey("users.id")),  # NULL: for everybody
    Column("kind", String(16), nullable=False),
    Column("artwork_id", Key, ForeignKey("artworks.id")),
    Column("job_id", Uuid),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_events_user_id_seq", "user_id", "seq"),
    Index("ix_events_created_at", "created_at"),
)

backfills = Table(
    "backfills",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("as_of", BigInteger),
    Column("updated", Integer, nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("cause", String(16), nullable=False, server_default="asked"),  # asked, upgrade
)
