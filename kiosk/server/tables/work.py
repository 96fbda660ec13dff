"""What is under way: generation jobs, the keys they were asked for with, events for the streams."""

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
)

from kiosk.server.tables.base import Key, Uuid, metadata

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
    Index("ix_idempotency_keys_job_id", "job_id"),
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
