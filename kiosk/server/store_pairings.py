r"""Pairings after RFC 8628: functions on an open transaction. The device code is kept as SHA-256 only.

    start -> pending --approve--> approved --poll--> claimed   (the poll makes the display and its token)
                    \--refuse---> denied

A pairing that has expired answers nothing but that, and is forgotten an hour later. `pairing` is the caller.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import chain, count

from sqlalchemy import Connection, Select, delete, select, update

from kiosk.domain.errors import KioskError
from kiosk.server import store_people
from kiosk.server.moments import HOUR_MS
from kiosk.server.store_people import NameTaken, NotFound, hash_token
from kiosk.server.tables import AnyRow, pairings
from kiosk.server.tries import network_of

SLOWER_S = 5  # what RFC 8628 adds to the interval of who polls too fast
SLOWEST_S = 60  # who missed an answer, and so always comes a little early, catches up here


class State(StrEnum):
    """How far a pairing has come."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    CLAIMED = "claimed"


class Refusal(StrEnum):
    """Why a poll gives no token, in the words of RFC 8628 and RFC 6749."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED = "expired_token"
    DENIED = "access_denied"
    INVALID = "invalid_grant"


class NotPending(KioskError):
    """The pairing was answered already, or has expired."""

    code = "not_pending"


def start(
    connection: Connection,
    *,
    device_code: str,
    user_codes: Sequence[str],
    name: str,
    address: str,
    interval_s: int,
    now_ms: int,
    expires_at: int,
    open_max: int,
    open_of_one_max: int,
) -> str | None:
    """Open a pairing under the first of `user_codes` nobody has, and return that.

    None while `open_max` are open, or `open_of_one_max` from this address.
    """
    connection.execute(delete(pairings).where(pairings.c.expires_at <= now_ms - HOUR_MS))
    is_open = (pairings.c.expires_at > now_ms, pairings.c.state.in_((State.PENDING, State.APPROVED)))
    networks = [network_of(other) for other in connection.scalars(select(pairings.c.address).where(*is_open))]
    if len(networks) >= open_max or networks.count(network_of(address)) >= open_of_one_max:
        return None
    taken = set(connection.scalars(select(pairings.c.user_code).where(pairings.c.user_code.in_(user_codes))))
    user_code = next(code for code in user_codes if code not in taken)
    values = {
        "device_code_sha256": hash_token(device_code),
        "user_code": user_code,
        "device_name": name,
        "address": address,
        "created_at": now_ms,
        "expires_at": expires_at,
        "interval_s": interval_s,
        "state": State.PENDING,
    }
    connection.execute(pairings.insert().values(values))
    return user_code


def is_known(connection: Connection, *, device_code: str) -> bool:
    """True when there is a pairing with this device code, open or not."""
    return connection.execute(_by_device_code(device_code)).first() is not None


def poll(connection: Connection, *, device_code: str, token: str, now_ms: int) -> AnyRow | Refusal:
    """Return the display just made, with access by `token`, or why there is none.

    Only one of two polls at once changes the state from approved to claimed, and only that one makes a display.
    """
    row = connection.execute(_by_device_code(device_code)).one_or_none()
    if row is None:
        return Refusal.INVALID
    this = pairings.c.device_code_sha256 == row.device_code_sha256
    refusal = _refusal(row, now_ms)
    interval_s = min(row.interval_s + SLOWER_S, SLOWEST_S) if refusal is Refusal.SLOW_DOWN else row.interval_s
    connection.execute(update(pairings).where(this).values(polled_at=now_ms, interval_s=interval_s))
    if refusal is not None:
        return refusal
    claim = update(pairings).where(this, pairings.c.state == State.APPROVED).values(state=State.CLAIMED)
    if connection.execute(claim).rowcount != 1:
        return Refusal.INVALID
    name = _free_name(connection, row.user_id, row.device_name)
    owner = store_people.user_by_key(connection, row.user_id)
    return store_people.add_device(connection, name=name, user=owner.public_id, token=token, now_ms=now_ms)


def find(connection: Connection, *, user_code: str) -> AnyRow | None:
    """Return the pairing with this user code, open or not."""
    return connection.execute(select(pairings).where(pairings.c.user_code == user_code)).one_or_none()


def approve(connection: Connection, *, user_code: str, user: str, is_new: bool, name: str, now_ms: int) -> AnyRow:
    """Let the display be `name` of a user, named by public id or, when `is_new`, made now; return the user.

    Raises NotPending, NotFound for an unknown user, NameTaken when there is a user or display of that name.
    """
    owner = (
        store_people.add_user(connection, name=user, now_ms=now_ms)
        if is_new
        else store_people.find_user(connection, user)
    )
    if owner is None:
        raise NotFound("This user is not there any more.")
    if store_people.living_device(connection, owner.id, name) is not None:
        raise NameTaken(f"{owner.name} has a display named “{name}” already. Choose another name.")
    _answer(connection, user_code, now_ms, state=State.APPROVED, user_id=owner.id, device_name=name)
    return owner


def refuse(connection: Connection, *, user_code: str, now_ms: int) -> None:
    """Let the display be told no; NotPending when it is too late for that."""
    _answer(connection, user_code, now_ms, state=State.DENIED)


def _answer(connection: Connection, user_code: str, now_ms: int, **values: str | int) -> None:
    is_pending = (
        pairings.c.user_code == user_code,
        pairings.c.state == State.PENDING,
        pairings.c.expires_at > now_ms,
    )
    if connection.execute(update(pairings).where(*is_pending).values(**values)).rowcount != 1:
        raise NotPending("This code was answered already, or has expired.")


def _refusal(row: AnyRow, now_ms: int) -> Refusal | None:
    """Return why this poll gives no token, or None when it does. A clock set back makes nobody too fast."""
    if row.state == State.CLAIMED:
        return Refusal.INVALID
    if row.state == State.DENIED:
        return Refusal.DENIED
    if row.expires_at <= now_ms:
        return Refusal.EXPIRED
    if row.polled_at is not None and row.polled_at <= now_ms < row.polled_at + row.interval_s * 1_000:
        return Refusal.SLOW_DOWN
    return Refusal.PENDING if row.state == State.PENDING else None


def _by_device_code(device_code: str) -> Select[tuple[object, ...]]:
    return select(pairings).where(pairings.c.device_code_sha256 == hash_token(device_code))


def _free_name(connection: Connection, user_id: int, name: str) -> str:
    """Return `name`, or with the first number that is free when a display took it after the approval."""
    store_people.lock_user(connection, user_id)
    numbered = (f"{name[: store_people.NAME_MAX - 5]} {number}" for number in count(2))
    return next(one for one in chain((name,), numbered) if not store_people.living_device(connection, user_id, one))
