"""Sessions: who is looking, for 24 hours from the last sign of life. Functions on an open transaction.

The server is right about a session's id: whatever else a client names (nothing, something unknown, another user's, an
expired one) is replaced by the display's living session, or by a new one.
"""

from sqlalchemy import Connection, select, update

from kiosk.domain.ids import new_id
from kiosk.server import backfilling
from kiosk.server.store_people import lock_user
from kiosk.server.tables import sessions

_RENEWALS = 24  # a session is written at most once per this part of its life, not with every call


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
    living = select(sessions.c.id, sessions.c.expires_at).where(
        sessions.c.user_id == user_id, sessions.c.expires_at > now_ms
    )
    if wanted:
        named = connection.execute(living.where(sessions.c.id == wanted.lower())).first()
        if named is not None:
            return named.id, named.expires_at
    same_device = sessions.c.device_id == device_id if device_id is not None else sessions.c.device_id.is_(None)
    own = connection.execute(living.where(same_device).order_by(sessions.c.expires_at.desc()).limit(1)).first()
    return None if own is None else (own.id, own.expires_at)
