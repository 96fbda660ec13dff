"""For fleets: extents, removal, events in the order of commits, daily sums, pairing, backfill after an upgrade.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("legacy_before", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("impressions_backfilled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("artworks", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    op.add_column("backfills", sa.Column("cause", sa.String(length=16), nullable=False, server_default="asked"))
    op.create_table(
        "extents",
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("lo", sa.BigInteger(), nullable=False),
        sa.Column("hi", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "lo", name=op.f("pk_extents")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "pairings",
        sa.Column("device_code_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_code", sa.String(length=16), nullable=False),
        sa.Column("device_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pairings_user_id")),
        sa.PrimaryKeyConstraint("device_code_sha256", name=op.f("pk_pairings")),
        sa.UniqueConstraint("user_code", name=op.f("uq_pairings_user_code")),
    )
    op.create_index("ix_pairings_expires_at", "pairings", ["expires_at"])
    op.create_table(
        "play_days",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("artwork_id", KEY, nullable=False),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        sa.Column("visible_ms", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["artwork_id"], ["artworks.id"], name=op.f("fk_play_days_artwork_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_play_days_user_id")),
        sa.PrimaryKeyConstraint("day", "user_id", "device_id", "artwork_id", name=op.f("pk_play_days")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_loads_loaded_at", "loads", ["loaded_at"])
    op.create_index("ix_votes_user_id_voted_at", "votes", ["user_id", "voted_at"])
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    _remake_events(for_everybody=True)

    op.execute("INSERT INTO extents (lane, lo, hi) SELECT lane, 1, 1152921504606846976 FROM lanes")  # 2**60
    op.execute("INSERT INTO lanes (lane, head) VALUES (-2, 0)")  # where removed pieces lie
    op.execute("INSERT INTO counters (name, value) SELECT 'events', coalesce(max(seq), 0) FROM events")
    op.execute(
        "INSERT INTO play_days (day, user_id, device_id, artwork_id, plays, visible_ms, first_at, last_at)"
        " SELECT painted_at / 86400000, user_id, coalesce(device_id, 0), artwork_id,"
        " count(*), sum(visible_ms), min(painted_at), max(painted_at) FROM plays GROUP BY 1, 2, 3, 4"
    )
    # Whose displays came here although nothing was ever recorded: what they showed until now is to be backfilled.
    op.execute(
        "UPDATE users SET legacy_before = (SELECT max(created_at) + 1 FROM artworks) WHERE"
        " EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.id)"
        " AND NOT EXISTS (SELECT 1 FROM impressions WHERE impressions.user_id = users.id)"
    )


def downgrade() -> None:
    _remake_events(for_everybody=False)
    for index, table in (
        ("ix_idempotency_keys_created_at", "idempotency_keys"),
        ("ix_votes_user_id_voted_at", "votes"),
        ("ix_loads_loaded_at", "loads"),
        ("ix_sessions_expires_at", "sessions"),
    ):
        op.drop_index(index, table_name=table)
    for table in ("play_days", "pairings", "counters", "extents"):
        op.drop_table(table)
    op.drop_column("backfills", "cause")
    op.drop_column("artworks", "removed_at")
    op.drop_column("users", "impressions_backfilled")
    op.drop_column("users", "legacy_before")


def _remake_events(*, for_everybody: bool) -> None:
    """Make the table anew: SQLite can change neither a primary key nor whether a column may be empty."""
    op.execute("CREATE TABLE events_before AS SELECT * FROM events")
    op.drop_table("events")
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger() if for_everybody else KEY, autoincrement=not for_everybody, nullable=False),
        sa.Column("user_id", KEY, nullable=for_everybody),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("artwork_id", KEY, nullable=True),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["artwork_id"], ["artworks.id"], name=op.f("fk_events_artwork_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_events_user_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        **({} if for_everybody else {"sqlite_autoincrement": True}),
    )
    op.execute(
        "INSERT INTO events (seq, user_id, kind, artwork_id, job_id, reason, created_at)"
        " SELECT seq, user_id, kind, artwork_id, job_id, reason, created_at FROM events_before"
        " WHERE user_id IS NOT NULL"
    )
    op.drop_table("events_before")
    op.create_index("ix_events_created_at", "events", ["created_at"])
    op.create_index("ix_events_user_id_seq", "events", ["user_id", "seq"])
