"""The queue: pieces at positions in lanes, and who has seen what of them."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kiosk.server.tables.base import Key, Uuid, metadata

PUBLIC_LANE = 0
DEMO_LANE = -1
REMOVED_LANE = -2
GENERATED = "origin = 'generated' AND removed_at IS NULL"  # of which the sum of bytes is bounded
SIGNED = "signature IS NOT NULL AND removed_at IS NULL"  # what a new piece is compared with
EVENTS = "events"  # the counter of the events' sequence
PLAYS_PURGED = "plays_purged_before"  # the counter that says from when on (ms) all plays are kept

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
    # When it came to its position: when it was made, or last changed lanes. What is new in a lane goes by this.
    Column("placed_at", BigInteger, nullable=False, server_default="0"),
    Column("left_lane", BigInteger),  # where it lay before, if anywhere: what was played from there still counts
    Column("removed_at", BigInteger),
    Column("signature", Text),  # as `kiosk.generator.signatures` writes it; it stays on the server
    UniqueConstraint("lane", "pos"),
    Index("ix_artworks_lane_placed_at", "lane", "placed_at"),
    Index("ix_artworks_sha256", "sha256"),
    Index("ix_artworks_created_by", "created_by"),
    # Every column that the sum reads, those of the condition too: SQLite wants them there, or visits each row.
    Index(
        "ix_artworks_generated",
        *("id", "lane", "byte_count", "origin", "removed_at"),
        sqlite_where=text(GENERATED),
    ),
    Index("ix_artworks_signed", "origin", "id", sqlite_where=text(SIGNED)),
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
