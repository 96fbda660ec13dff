"""`kiosk artwork remove|private|public ID`: one piece, by who made it or on the server's machine."""

import argparse
import asyncio
from typing import Any

from kiosk.cli.output import emit, say
from kiosk.cli.server_access import server_of
from kiosk.protocol.artworks import ArtworkChange


def run(arguments: argparse.Namespace) -> int:
    """Remove a piece, or change who sees it."""
    value, text = asyncio.run(_perform(arguments))
    if arguments.json:
        emit(value)
    else:
        say(text)
    return 0


async def _perform(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    async with server_of(arguments) as client:
        if arguments.action == "remove":
            await client.remove_artwork(arguments.id)
            return {"id": arguments.id}, "The piece is removed."
        piece = await client.change_artwork(arguments.id, ArtworkChange(private=arguments.action == "private"))
        who = "only its user's displays show it" if arguments.action == "private" else "every display shows it"
        return piece.model_dump(mode="json", by_alias=True), f"{piece.title}: {who} from now on."
