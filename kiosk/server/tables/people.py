"""Who looks and who administrates: users, their displays, tokens as hashes, sessions, pairings."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from kiosk.server.tables.base import Key, Uuid, metadata

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
    Column("address", String(64), nullable=False),  # from which the display asked
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("polled_at", BigInteger),
    Column("user_id", Key, ForeignKey("users.id")),  # whose display it becomes, once approved
    Column("state", String(16), nullable=False),  # pending, approved, denied, claimed
    Index("ix_pairings_expires_at", "expires_at"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("token_sha256", String(64), nullable=False),  # the admin token it was made with, and lives no longer than
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_sign_ins_expires_at", "expires_at"),
)
