"""`kiosk user`, `kiosk device`, `kiosk token`: on the server's machine. Tokens are shown once."""

import argparse
import asyncio
from typing import Any

from pydantic import TypeAdapter

from kiosk.cli.output import emit, say
from kiosk.cli.server_access import server_of
from kiosk.protocol.service import Device, DeviceWithToken, NewDevice, NewUser, Token, User


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
                gone = await client.admin("DELETE", f"devices/{arguments.id}", Device)
                return gone.model_dump(mode="json", by_alias=True), f"Display {gone.name} has no access any more."
            case "device", _:
                devices = await client.admin("GET", "devices", list[Device])
                listed = TypeAdapter(list[Device]).dump_python(devices, mode="json", by_alias=True)
                return listed, "\n".join(_line(device) for device in devices) or "No displays yet."
            case _:
                token = await client.admin("POST", "tokens", Token)
                return token.model_dump(by_alias=True), f"An admin token, shown this once: {token.token}"


def _line(device: Device) -> str:
    seen = "never seen" if device.last_seen_at is None else f"seen {device.last_seen_at:%Y-%m-%d %H:%M} UTC"
    return f"{device.id}  {device.name:<20} {device.user:<20} {'revoked' if device.revoked else seen}"
