"""`kiosk user`, `kiosk device`, `kiosk token`: on the server's machine. Tokens are shown once."""

import argparse
import asyncio
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from kiosk.cli.output import emit, say
from kiosk.cli.server_access import server_of
from kiosk.protocol.service import AdminToken, Device, DeviceWithToken, NewDevice, NewUser, Token, User
from kiosk.sync.client import ApiClient


def run(arguments: argparse.Namespace) -> int:
    """Perform one administrative action."""
    value, text = asyncio.run(_perform(arguments))
    if arguments.json:
        emit(value)
    else:
        say(text)
    return 0


async def _perform(arguments: argparse.Namespace) -> tuple[Any, str]:
    async with server_of(arguments, admin=True) as client:
        match arguments.command, arguments.action:
            case "user", "add":
                user = await client.admin("POST", "users", User, NewUser(name=arguments.name).wire())
                return user.model_dump(by_alias=True), f"User {user.name}: {user.id}"
            case "device", "add":
                wanted = NewDevice(name=arguments.name, user=arguments.user)
                device = await client.admin("POST", "devices", DeviceWithToken, wanted.wire())
                return device.model_dump(by_alias=True), (
                    f"Display {device.name} of {device.user}: {device.id}\n"
                    f"Its token, shown this once: {device.token}\n"
                    "Give it to the display: kiosk settings set server.token TOKEN"
                )
            case "device", "revoke":
                gone = await client.admin("DELETE", f"devices/{quote(arguments.id, safe='')}", Device)
                return gone.model_dump(mode="json", by_alias=True), f"Display {gone.name} has no access any more."
            case "device", _:
                devices = await client.admin("GET", "devices", list[Device])
                listed = TypeAdapter(list[Device]).dump_python(devices, mode="json", by_alias=True)
                return listed, "\n".join(_line(device) for device in devices) or "No displays yet."
            case _:
                return await _token(client, arguments)


async def _token(client: ApiClient, arguments: argparse.Namespace) -> tuple[Any, str]:
    match arguments.action:
        case "list":
            tokens = await client.admin("GET", "tokens", list[AdminToken])
            listed = TypeAdapter(list[AdminToken]).dump_python(tokens, mode="json", by_alias=True)
            lines = (f"{token.fingerprint}  made {token.created_at:%Y-%m-%d %H:%M} UTC" for token in tokens)
            return listed, "\n".join(lines) or "No admin tokens yet."
        case "revoke":
            ended = await client.admin("DELETE", f"tokens/{quote(arguments.fingerprint, safe='')}", AdminToken)
            return ended.model_dump(mode="json", by_alias=True), f"The token {ended.fingerprint} is good no more."
        case _:
            made = await client.admin("POST", "tokens", Token)
            return made.model_dump(by_alias=True), f"An admin token, shown this once: {made.token}"


def _line(device: Device) -> str:
    seen = "never seen" if device.last_seen_at is None else f"seen {device.last_seen_at:%Y-%m-%d %H:%M} UTC"
    return f"{device.id}  {device.name:<20} {device.user:<20} {'revoked' if device.revoked else seen}"
