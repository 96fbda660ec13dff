"""For fleets: extents, removal, events in the order of commits, daily sums, pairing, backfill after an upgrade.

On PostgreSQL also the tables of Procrastinate, as the installed version makes them; all that is its own is named
procrastinate_something. A newer Procrastinate with migrations of its own needs a revision here that runs those where
a database was made with an older one; until there is one, the dependency stays below that version.

Revision ID: 0002
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The runs of positions that hold pieces; the next one counts as held, so that the last run is open (2**60). There are
# holes when this database went down to 0001 before, with pieces that had been removed or moved.
EXTENTS = """
INSERT INTO extents (lane, lo, hi)
SELECT lane, min(pos), CASE WHEN max(pos) > max(head) THEN 1152921504606846976 ELSE max(pos) END
FROM (
    SELECT lane, pos, pos - row_number() OVER (PARTITION BY lane ORDER BY pos) AS run
    FROM (SELECT lane, pos FROM artworks UNION ALL SELECT lane, head + 1 FROM lanes) AS places
) AS runs
JOIN lanes USING (lane) GROUP BY lane, run
"""

DROP_PROCRASTINATE = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate\\_%'
    LOOP EXECUTE format('DROP TABLE %I CASCADE', found.name); END LOOP;
    FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', found.name); END LOOP;
    FOR found IN SELECT typname AS name FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
        AND typtype IN ('e', 'c')
    LOOP EXECUTE format('DROP TYPE %I CASCADE', found.name); END LOOP;
END $$
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("legacy_before", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("impressions_backfilled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("artworks", sa.Column("placed_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("artworks", sa.Column("left_lane", sa.BigInteger(), nullable=True))
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
        sa.Column("address", sa.String(length=64), nullable=False),
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
        "sign_ins",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
    _create_sums("play_days", "day")
    _create_sums("play_months", "month")
    op.create_table(
        "usage_sums",
        sa.Column("user_id", KEY, autoincrement=False, nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=False),
        sa.Column("generated", sa.BigInteger(), nullable=False),
        sa.Column("deduplicated", sa.BigInteger(), nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_usage_sums_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_usage_sums")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_loads_loaded_at", "loads", ["loaded_at"])
    op.create_index("ix_votes_user_id_voted_at", "votes", ["user_id", "voted_at"])
    op.create_index("ix_votes_voted_at", "votes", ["voted_at"])
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_index("ix_idempotency_keys_job_id", "idempotency_keys", ["job_id"])
    _remake_events(for_everybody=True)

    op.execute(EXTENTS)
    # Where removed pieces lie; some are there already when this database went down to 0001 before.
    op.execute("INSERT INTO lanes (lane, head) SELECT -2, coalesce(max(pos), 0) FROM artworks WHERE lane = -2")
    op.execute("UPDATE artworks SET placed_at = created_at")
    op.drop_index("ix_artworks_lane_created_at", table_name="artworks")
    op.create_index("ix_artworks_lane_placed_at", "artworks", ["lane", "placed_at"])
    op.execute("UPDATE artworks SET removed_at = created_at WHERE lane = -2")
    generated = sa.text("origin = 'generated' AND removed_at IS NULL")
    op.create_index(
        "ix_artworks_generated",
        "artworks",
        ["id", "lane", "byte_count", "origin", "removed_at"],
        sqlite_where=generated,
        postgresql_where=generated,
    )
    op.execute("INSERT INTO counters (name, value) SELECT 'events', coalesce(max(seq), 0) FROM events")
    _sum_plays()
    # Whose displays came here although nothing was ever recorded: what they showed until now is to be backfilled. Their
    # sessions end, so that each of these users opens a first one after the upgrade.
    op.execute(
        "UPDATE users SET legacy_before = (SELECT max(created_at) + 1 FROM artworks) WHERE"
        " EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.id)"
        " AND NOT EXISTS (SELECT 1 FROM impressions WHERE impressions.user_id = users.id)"
    )
    op.execute(
        "UPDATE sessions SET expires_at = created_at"
        " WHERE user_id IN (SELECT id FROM users WHERE legacy_before IS NOT NULL)"
    )
    if op.get_bind().dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        _run_script(SchemaManager.get_schema())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _run_script(DROP_PROCRASTINATE)
    _remake_events(for_everybody=False)
    for index, table in (
        ("ix_idempotency_keys_job_id", "idempotency_keys"),
        ("ix_idempotency_keys_created_at", "idempotency_keys"),
        ("ix_votes_voted_at", "votes"),
        ("ix_votes_user_id_voted_at", "votes"),
        ("ix_loads_loaded_at", "loads"),
        ("ix_sessions_expires_at", "sessions"),
    ):
        op.drop_index(index, table_name=table)
    for table in ("usage_sums", "play_months", "play_days", "sign_ins", "pairings", "counters", "extents"):
        op.drop_table(table)
    op.execute("DELETE FROM lanes WHERE lane = -2")  # its pieces stay there, where nobody sees them
    op.drop_column("backfills", "cause")
    op.drop_index("ix_artworks_generated", table_name="artworks")
    op.drop_column("artworks", "removed_at")
    op.drop_column("artworks", "left_lane")
    op.create_index("ix_artworks_lane_created_at", "artworks", ["lane", "created_at"])
    op.drop_index("ix_artworks_lane_placed_at", table_name="artworks")
    op.drop_column("artworks", "placed_at")
    op.drop_column("users", "impressions_backfilled")
    op.drop_column("users", "legacy_before")


def _create_sums(table: str, period: str) -> None:
    op.create_table(
        table,
        sa.Column(period, sa.Integer(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=False),
        sa.Column("artwork_id", KEY, nullable=False),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        sa.Column("visible_ms", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["artwork_id"], ["artworks.id"], name=op.f(f"fk_{table}_artwork_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
        sa.PrimaryKeyConstraint(period, "user_id", "device_id", "artwork_id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )


def _sum_plays() -> None:
    columns = "user_id, device_id, artwork_id, plays, visible_ms, first_at, last_at"
    op.execute(
        f"INSERT INTO play_days (day, {columns}) SELECT painted_at / 86400000, user_id, coalesce(device_id, 0),"  # noqa: S608
        " artwork_id, count(*), sum(visible_ms), min(painted_at), max(painted_at) FROM plays GROUP BY 1, 2, 3, 4"
    )
    bind = op.get_bind()
    first, last = bind.execute(sa.text("SELECT min(day), max(day) FROM play_days")).one()
    epoch = date(1970, 1, 1)
    month = None if first is None else (epoch + timedelta(days=first)).replace(day=1)
    while month is not None and month <= epoch + timedelta(days=last):
        after = (month + timedelta(days=31)).replace(day=1)
        bind.execute(
            sa.text(
                f"INSERT INTO play_months (month, {columns}) SELECT :month, user_id, device_id, artwork_id, sum(plays),"  # noqa: S608
                " sum(visible_ms), min(first_at), max(last_at) FROM play_days WHERE day >= :first AND day < :after"
                " GROUP BY user_id, device_id, artwork_id"
            ),
            {
                "month": (month.year - 1970) * 12 + month.month - 1,
                "first": (month - epoch).days,
                "after": (after - epoch).days,
            },
        )
        month = after
    op.execute(
        "INSERT INTO usage_sums (user_id, impressions, generated, deduplicated, sessions)"
        " SELECT user_id, sum(plays), 0, 0, 0 FROM play_months GROUP BY user_id"
    )


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


def _run_script(script: str) -> None:
    """Run several statements as the driver takes them: without parameters, so percent signs stand for themselves."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(script)
