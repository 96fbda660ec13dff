"""Sessions: who is looking, for 24 hours from the last sign of life. Functions on an open transaction.

The server is right about a session's id: whatever else a client names (nothing, something unknown, another user's, an
expired one) is replaced by the display's living session, or by a new one.
"""

from sqlalchemy import BigInteger, Connection, bindparam, select, update

from kiosk.domain.ids import new_id
from kiosk.server import backfilling
from kiosk.server.store_people import lock_user
from kiosk.server.tables import sessions

_RENEWALS = 24  # a session is written at most once per this part of its life, not with every call

# Made once: every page of the queue asks for its session, and building a statement costs more than running it.
_USER, _DEVICE, _NOW = (bindparam(name, type_=BigInteger) for name in ("user", "device", "now"))
_LIVING = select(sessions.c.id, sessions.c.expires_at).where(sessions.c.user_id == _USER, sessions.c.expires_at > _NOW)
_NAMED = _LIVING.where(sessions.c.id == bindparam("wanted"))
_NEWEST = _LIVING.order_by(sessions.c.expires_at.desc()).limit(1)
_OF_DEVICE = _NEWEST.where(sessions.c.device_id == _DEVICE)
_OF_NOBODY = _NEWEST.where(sessions.c.device_id.is_(None))


def find(
    connection: Connection, *, wanted: str | None, user_id: int, device_id: int | None, now_ms: int, ttl_ms: int
) -> str | None:
    """Return the canonical id for a caller when nothing has to be written for it; None: call `open_or_renew`."""
    found = _find(connection, wanted, user_id, device_id, now_ms)
    if found is None or found[1] - now_ms < ttl_ms - ttl_ms // _RENEWALS:
        return None
    return found[0]


def open_or_renew(
    connection: Connection, *, wanted: str | None, user_id: int, device_id: int | None, now_ms: int, ttl_ms: int
) -> str:
    """Return the canonical id for a caller: the living session, its life renewed, or a new one.

    A user's first session after an upgrade marks what they saw before it (`backfilling`).
    """
    lock_user(connection, user_id)  # of two calls at once, the second finds what the first has opened
    found = _find(connection, wanted, user_id, device_id, now_ms)
    if found is not None:
        connection.execute(update(sessions).where(sessions.c.id == found[0]).values(expires_at=now_ms + ttl_ms))
        return found[0]
    backfilling.after_upgrade(connection, user=user_id, now_ms=now_ms)
    session_id = new_id()
    values = {"user_id": user_id, "device_id": device_id, "created_at": now_ms, "expires_at": now_ms + ttl_ms}
    connection.execute(sessions.insert().values(id=session_id, **values))
    return session_id


def _find(
    connection: Connection, wanted: str | None, user_id: int, device_id: int | None, now_ms: int
) -> tuple[str, int] | None:
    values = {"user": user_id, "device": device_id, "now": now_ms, "wanted": (wanted or "").lower()}
    if wanted:
        named = connection.execute(_NAMED, values).first()
        if named is not None:
            return named.id, named.expires_at
    own = connection.execute(_OF_NOBODY if device_id is None else _OF_DEVICE, values).first()
    return None if own is None else (own.id, own.expires_at)
