"""Users, devices and tokens: functions on an open transaction. Tokens are kept as SHA-256 only.

A user starts with one open span in each lane they may see. `auth` asks here who a token belongs to; `api.admin` makes
and revokes. The counterpart for sessions is `store_sessions`.
"""

import hashlib

from sqlalchemy import Connection, select, update

from kiosk.domain.errors import KioskError
from kiosk.domain.ids import new_id
from kiosk.server.spans import EVERYTHING
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, AnyRow, devices, extents, lanes, spans, tokens, users

DEFAULT_USER = "wall"
DEFAULT_DEVICE = "display"


class NameTaken(KioskError):
    """A user, or a display of that user, has this name already."""

    code = "name_taken"


class NotFound(KioskError):
    """Nothing the caller may see has this id or name."""

    code = "not_found"


def lanes_of(user_id: int) -> tuple[int, int, int]:
    """Return the lanes a user may see: what is public, their own, the bundled pieces."""
    return PUBLIC_LANE, user_id, DEMO_LANE


def hash_token(token: str) -> str:
    """Return the form a token is stored and looked up in."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_user(connection: Connection, *, name: str, now_ms: int) -> AnyRow:
    """Make a user, with their lane and spans; NameTaken when there is one of that name."""
    if find_user(connection, name) is not None:
        raise NameTaken(f"There is a user named '{name}' already.")
    values = {"public_id": new_id(), "name": name, "created_at": now_ms}
    user = connection.execute(users.insert().values(values).returning(users)).one()
    connection.execute(lanes.insert().values(lane=user.id, head=0))
    connection.execute(extents.insert().values(lane=user.id, lo=EVERYTHING.lo, hi=EVERYTHING.hi))
    rows = [{"user_id": user.id, "lane": lane, "lo": EVERYTHING.lo, "hi": EVERYTHING.hi} for lane in lanes_of(user.id)]
    connection.execute(spans.insert(), rows)
    return user


def find_user(connection: Connection, name_or_id: str) -> AnyRow | None:
    """Return the user of that name or public id; the id wins."""
    by_id = connection.execute(select(users).where(users.c.public_id == name_or_id)).one_or_none()
    return by_id or connection.execute(select(users).where(users.c.name == name_or_id)).one_or_none()


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
    if _living_device(connection, owner.id, name) is not None:
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
    device = _living_device(connection, user.id, DEFAULT_DEVICE)
    device_id = device.id if device is not None else _insert_device(connection, user.id, DEFAULT_DEVICE, now_ms)
    return user.id, device_id


def find_token(connection: Connection, token_sha256: str) -> AnyRow | None:
    """Return whom a token speaks for (user_id, device_id, is_admin), or None when unknown or revoked."""
    query = (
        select(tokens.c.user_id, tokens.c.device_id, tokens.c.is_admin)
        .outerjoin(devices, devices.c.id == tokens.c.device_id)
        .where(tokens.c.sha256 == token_sha256, devices.c.revoked_at.is_(None))
    )
    return connection.execute(query).one_or_none()


def touch_device(connection: Connection, *, device_id: int, now_ms: int) -> None:
    """Note that a display was heard of."""
    connection.execute(update(devices).where(devices.c.id == device_id).values(last_seen_at=now_ms))


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


_DEVICES = select(devices, users.c.name.label("user_name")).join(users, users.c.id == devices.c.user_id)


def _living_device(connection: Connection, user_id: int, name: str) -> AnyRow | None:
    query = select(devices).where(devices.c.user_id == user_id, devices.c.name == name, devices.c.revoked_at.is_(None))
    return connection.execute(query).first()


def _insert_device(connection: Connection, user_id: int, name: str, now_ms: int) -> int:
    values = {"public_id": new_id(), "user_id": user_id, "name": name, "created_at": now_ms}
    return int(connection.execute(devices.insert().values(values).returning(devices.c.id)).scalar_one())
