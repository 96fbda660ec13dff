"""Administration: users, displays, tokens. Every token is shown once, in the reply that makes it."""

import secrets

from fastapi import APIRouter

from kiosk.protocol.service import AdminToken, Device, DeviceWithToken, NewDevice, NewUser, Token, User
from kiosk.server import store_people
from kiosk.server.api.callers import Administrator, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem
from kiosk.server.moments import from_ms
from kiosk.server.tables import AnyRow

router = APIRouter(prefix="/api/admin", tags=["administration"], route_class=CallerFirst)

TOKEN_BYTES = 32


@router.post("/users", status_code=201)
async def add_user(services: TheServices, _admin: Administrator, wanted: NewUser) -> User:
    """Make a user."""
    name, now_ms = _name(wanted.name), services.now_ms()
    row = await services.database.write(lambda connection: store_people.add_user(connection, name=name, now_ms=now_ms))
    return User(id=row.public_id, name=row.name)


@router.get("/users")
async def list_users(services: TheServices, _admin: Administrator) -> list[User]:
    """Return every user."""
    rows = await services.database.read(store_people.list_users)
    return [User(id=row.public_id, name=row.name) for row in rows]


@router.post("/devices", status_code=201)
async def add_device(services: TheServices, _admin: Administrator, wanted: NewDevice) -> DeviceWithToken:
    """Make a display for the user of that name or id; the reply is the only place its token is ever shown."""
    name, now_ms, token = _name(wanted.name), services.now_ms(), secrets.token_urlsafe(TOKEN_BYTES)
    row = await services.database.write(
        lambda connection: store_people.add_device(connection, name=name, user=wanted.user, token=token, now_ms=now_ms)
    )
    return DeviceWithToken(id=row.public_id, name=row.name, user=row.user_name, token=token)


@router.get("/devices")
async def list_devices(services: TheServices, _admin: Administrator) -> list[Device]:
    """Return every display."""
    return [_device(row) for row in await services.database.read(store_people.list_devices)]


@router.delete("/devices/{device_id}")
async def revoke_device(services: TheServices, _admin: Administrator, device_id: str) -> Device:
    """End a display's access, its streams included; doing so twice changes nothing."""
    now_ms = services.now_ms()
    row = await services.database.write(
        lambda connection: store_people.revoke_device(connection, public_id=device_id.lower(), now_ms=now_ms)
    )
    services.authenticator.forget()
    services.broker.end_revoked()
    return _device(row)


@router.post("/tokens", status_code=201)
async def add_token(services: TheServices, admin: Administrator) -> Token:
    """Make an administrator's token; the reply is the only place it is ever shown."""
    token, now_ms = secrets.token_urlsafe(TOKEN_BYTES), services.now_ms()
    await services.database.write(
        lambda connection: store_people.add_token(
            connection, token=token, user_id=admin.user_id, is_admin=True, now_ms=now_ms
        )
    )
    return Token(token=token)


@router.get("/tokens")
async def list_tokens(services: TheServices, _admin: Administrator) -> list[AdminToken]:
    """Return every administrator's token, by what its SHA-256 begins with."""
    return [_admin_token(row) for row in await services.database.read(store_people.list_admin_tokens)]


@router.delete("/tokens/{fingerprint}")
async def revoke_token(services: TheServices, _admin: Administrator, fingerprint: str) -> AdminToken:
    """End an administrator's token for good, with its streams and the sign-ins made with it."""
    row = await services.database.write(
        lambda connection: store_people.revoke_admin_token(connection, fingerprint=fingerprint.lower())
    )
    services.authenticator.forget()
    services.broker.end_revoked()
    return _admin_token(row)


def _admin_token(row: AnyRow) -> AdminToken:
    return AdminToken(fingerprint=row.fingerprint, user=row.user_name, created_at=from_ms(row.created_at))


def _device(row: AnyRow) -> Device:
    return Device(
        id=row.public_id,
        name=row.name,
        user=row.user_name,
        created_at=from_ms(row.created_at),
        last_seen_at=None if row.last_seen_at is None else from_ms(row.last_seen_at),
        revoked=row.revoked_at is not None,
    )


def _name(text: str) -> str:
    name = store_people.clean_name(text)
    if name is None:
        raise ApiProblem(422, "invalid", f"A name has 1 to {store_people.NAME_MAX} printable characters.")
    return name
