"""Users, devices and tokens: functions on an open transaction. Tokens are kept as SHA-256 only.

A user starts with one open span in each lane they may see. `auth` asks here who a token belongs to; `api.admin` makes
and revokes. The counterpart for sessions is `store_sessions`.
"""

import hashlib
from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, literal, select, update

from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.server.spans import EVERYTHING
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, AnyRow, devices, extents, lanes, spans, tokens, users

DEFAULT_USER = "wall"
DEFAULT_DEVICE = "display"
NAME_MAX = 100
FINGERPRINT_CHARS = 12


class NameTaken(KioskError):
    """A user, or a display of that user, has this name already."""

    code = "name_taken"


class NotFound(KioskError):
    """Nothing the caller may see has this id or name."""

    code = "not_found"


def clean_name(text: str) -> str | None:
    """Return a name with single spaces, or None when it is none: empty, too long, or not printable."""
    name = " ".join(text.split())
    return name if name and len(name) <= NAME_MAX and name.isprintable() else None


def lanes_of(user_id: int) -> tuple[int, int, int]:
    """Return the lanes a user may see: what is public, their own, the bundled pieces."""
    return PUBLIC_LANE, user_id, DEMO_LANE


def hash_token(token: str) -> str:
    """Return the form a token is stored and looked up in."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def add_user(connection: Connection, *, name: str, now_ms: int) -> AnyRow:
    """Make a user, with their lane and the spans of one who has seen nothing; NameTaken when the name is."""
    if find_user(connection, name) is not None:
        raise NameTaken(f"There is a user named '{name}' already.")
    values = {"public_id": new_id(), "name": name, "created_at": now_ms}
    user = connection.execute(users.insert().values(values).returning(users)).one()
    connection.execute(lanes.insert().values(lane=user.id, head=0))
    connection.execute(extents.insert().values(lane=user.id, lo=EVERYTHING.lo, hi=EVERYTHING.hi))
    mine = lanes_of(user.id)  # held, so that no piece is removed from them between reading and writing
    connection.execute(select(lanes.c.lane).where(lanes.c.lane.in_(mine)).order_by(lanes.c.lane).with_for_update())
    here = select(literal(user.id), extents.c.lane, extents.c.lo, extents.c.hi).where(extents.c.lane.in_(mine))
    connection.execute(spans.insert().from_select(["user_id", "lane", "lo", "hi"], here))
    return user


def find_user(connection: Connection, name_or_id: str) -> AnyRow | None:
    """Return the user of that name or public id; the id wins."""
    by_id = connection.execute(select(users).where(users.c.public_id == name_or_id)).one_or_none()
    return by_id or connection.execute(select(users).where(users.c.name == name_or_id)).one_or_none()


def user_by_key(connection: Connection, user_id: int) -> AnyRow:
    """Return the user with this inner id, who is there."""
    return connection.execute(select(users).where(users.c.id == user_id)).one()


def lock_user(connection: Connection, user_id: int) -> None:
    """Hold a user's row until the transaction ends: of two that change one user's impressions, the second waits.

    References to the user go on being made meanwhile. SQLite has one writer at a time and needs no such lock.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True))


def list_users(connection: Connection) -> list[AnyRow]:
    """Return every user, by name."""
    return list(connection.execute(select(users).order_by(users.c.name)))


def add_device(connection: Connection, *, name: str, user: str, token: str, now_ms: int) -> AnyRow:
    """Make a display for the user of that name or id, with access by `token`; return it with its user's name.

    Raises NotFound for an unknown user and NameTaken when a living display of theirs has the name.
    """
    owner = find_user(connection, user)
    if owner is None:
        raise NotFound(f"There is no user named '{user}'.", hint="Add the user first: kiosk user add NAME")
    lock_user(connection, owner.id)
    if living_device(connection, owner.id, name) is not None:
        raise NameTaken(f"The user '{owner.name}' has a display named '{name}' already.")
    device_id = _insert_device(connection, owner.id, name, now_ms)
    add_token(connection, token=token, user_id=owner.id, device_id=device_id, now_ms=now_ms)
    return connection.execute(_DEVICES.where(devices.c.id == device_id)).one()


def add_token(
    connection: Connection,
    *,
    token: str,
    user_id: int,
    now_ms: int,
    device_id: int | None = None,
    is_admin: bool = False,
) -> None:
    """Let `token` speak for a user, on a device or as an administrator."""
    values = {"user_id": user_id, "device_id": device_id, "is_admin": is_admin, "created_at": now_ms}
    connection.execute(tokens.insert().values(sha256=hash_token(token), **values))


def ensure_default_people(connection: Connection, *, now_ms: int) -> tuple[int, int]:
    """Return the inner ids of the wall's own user and display, made when they are not there yet."""
    user = find_user(connection, DEFAULT_USER) or add_user(connection, name=DEFAULT_USER, now_ms=now_ms)
    lock_user(connection, user.id)
    device = living_device(connection, user.id, DEFAULT_DEVICE)
    device_id = device.id if device is not None else _insert_device(connection, user.id, DEFAULT_DEVICE, now_ms)
    return user.id, device_id


def find_token(connection: Connection, token_sha256: str) -> AnyRow | None:
    """Return whom a token speaks for (user_id, device_id, is_admin), or None when unknown or revoked."""
    return connection.execute(_TOKEN, {"sha256": token_sha256}).one_or_none()


def list_admin_tokens(connection: Connection) -> list[AnyRow]:
    """Return every administrator's token as (fingerprint, user_name, created_at), oldest first."""
    return list(connection.execute(_ADMIN_TOKENS.order_by(tokens.c.created_at, tokens.c.sha256)))


def revoke_admin_token(connection: Connection, *, fingerprint: str) -> AnyRow:
    """Delete an administrator's token and return what it was; NotFound for an unknown fingerprint."""
    found = connection.execute(_ADMIN_TOKENS.where(_fingerprint == fingerprint)).first()
    if found is None:
        raise NotFound("There is no admin token with this fingerprint.", hint="See kiosk token list.")
    connection.execute(delete(tokens).where(tokens.c.is_admin, _fingerprint == fingerprint))
    return found


def touch_device(connection: Connection, *, device_id: int, now_ms: int) -> None:
    """Note that a display was heard of."""
    connection.execute(update(devices).where(devices.c.id == device_id).values(last_seen_at=now_ms))


def living_device(connection: Connection, user_id: int, name: str) -> AnyRow | None:
    """Return the display of that name a user has now, or None."""
    query = select(devices).where(devices.c.user_id == user_id, devices.c.name == name, devices.c.revoked_at.is_(None))
    return connection.execute(query).first()


def list_devices(connection: Connection) -> list[AnyRow]:
    """Return every display with its user's name, oldest first."""
    return list(connection.execute(_DEVICES.order_by(devices.c.id)))


def revoke_device(connection: Connection, *, public_id: str, now_ms: int) -> AnyRow:
    """End a display's access for good; revoking twice changes nothing. NotFound for an unknown id."""
    found = connection.execute(_DEVICES.where(devices.c.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("There is no display with this id.", hint="See kiosk device list.")
    if found.revoked_at is None:
        connection.execute(update(devices).where(devices.c.id == found.id).values(revoked_at=now_ms))
    return connection.execute(_DEVICES.where(devices.c.public_id == public_id)).one()


def revoked_since(connection: Connection, *, since_ms: int) -> frozenset[int]:
    """Return the inner ids of the displays that were revoked at `since_ms` or later."""
    query = select(devices.c.id).where(devices.c.revoked_at >= since_ms)
    return frozenset(connection.execute(query).scalars())


def living_tokens(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Return those of `digests`, the SHA-256 of tokens, that have not been revoked."""
    return frozenset(connection.scalars(select(tokens.c.sha256).where(tokens.c.sha256.in_(digests))))


_TOKEN = (  # made once: nearly every call asks for it, and building a statement costs more than running it
    select(tokens.c.user_id, tokens.c.device_id, tokens.c.is_admin)
    .outerjoin(devices, devices.c.id == tokens.c.device_id)
    .where(tokens.c.sha256 == bindparam("sha256"), devices.c.revoked_at.is_(None))
)
_fingerprint = func.substr(tokens.c.sha256, 1, FINGERPRINT_CHARS)
_ADMIN_TOKENS = (
    select(_fingerprint.label("fingerprint"), users.c.name.label("user_name"), tokens.c.created_at)
    .join(users, users.c.id == tokens.c.user_id)
    .where(tokens.c.is_admin)
)
_DEVICES = select(devices, users.c.name.label("user_name")).join(users, users.c.id == devices.c.user_id)


def _insert_device(connection: Connection, user_id: int, name: str, now_ms: int) -> int:
    values = {"public_id": new_id(), "user_id": user_id, "name": name, "created_at": now_ms}
    return int(connection.execute(devices.insert().values(values).returning(devices.c.id)).scalar_one())
