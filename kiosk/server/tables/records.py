"""What happened: plays and their sums, loads, votes, backfills."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from kiosk.server.tables.base import Key, Uuid, metadata

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


def _sums(name: str, period: str) -> Table:
    """Return a table of plays summed by a period of whole days or months since 1970, UTC."""
    return Table(
        name,
        metadata,
        Column(period, Integer, nullable=False),
        Column("user_id", Key, ForeignKey("users.id"), nullable=False),
        Column("device_id", Key, nullable=False),  # 0 for callers without a display
        Column("artwork_id", Key, ForeignKey("artworks.id"), nullable=False),
        Column("plays", BigInteger, nullable=False),
        Column("visible_ms", BigInteger, nullable=False),
        Column("first_at", BigInteger, nullable=False),
        Column("last_at", BigInteger, nullable=False),
        PrimaryKeyConstraint(period, "user_id", "device_id", "artwork_id"),
        sqlite_with_rowid=False,
    )


play_days = _sums("play_days", "day")
play_months = _sums("play_months", "month")

usage_sums = Table(
    "usage_sums",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("impressions", BigInteger, nullable=False),  # raised with every play
    Column("generated", BigInteger, nullable=False),  # these three: what was counted in rows that are purged
    Column("deduplicated", BigInteger, nullable=False),
    Column("sessions", BigInteger, nullable=False),
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
    Index("ix_votes_voted_at", "voted_at"),
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
