"""`kiosk report`, `stats`, `backfill`, `rebuild-spans`, `purge`: what the server knows about plays, and its upkeep."""

import argparse
import asyncio
from datetime import UTC, datetime

from kiosk.cli.output import emit, say
from kiosk.cli.server_access import server_of
from kiosk.domain.errors import KioskError
from kiosk.protocol.reports import ROW_OF, csv_pieces
from kiosk.protocol.service import (
    BackfillRequest,
    PurgeReply,
    PurgeRequest,
    RebuildReply,
    RebuildRequest,
    RebuiltSpans,
)


def run(arguments: argparse.Namespace) -> int:
    """Perform one command of upkeep."""
    match arguments.command:
        case "report":
            asyncio.run(_report(arguments))
        case "stats":
            asyncio.run(_stats(arguments))
        case "rebuild-spans":
            asyncio.run(_rebuild_spans(arguments))
        case "purge":
            asyncio.run(_purge(arguments))
        case _:
            asyncio.run(_backfill(arguments))
    return 0


async def _report(arguments: argparse.Namespace) -> None:
    async with server_of(arguments) as client:
        rows = await client.report(start=arguments.from_, end=arguments.to, by=arguments.by)
    row_type = ROW_OF[arguments.by]
    if arguments.json or arguments.format == "json":
        emit([row.model_dump(mode="json", by_alias=True) for row in rows])
    else:
        say("".join(csv_pieces(row_type, rows)).rstrip("\r\n"))


async def _stats(arguments: argparse.Namespace) -> None:
    async with server_of(arguments) as client:
        counts = (await client.stats()).model_dump(by_alias=True)
    if arguments.json:
        emit(counts)
    else:
        say("\n".join(f"{name.replace('_', ' '):<18}{value}" for name, value in counts.items()))


async def _backfill(arguments: argparse.Namespace) -> None:
    request = BackfillRequest(user_id=arguments.user, as_of=None if arguments.as_of is None else _time(arguments.as_of))
    async with server_of(arguments, admin=True) as client:
        updated = (await client.backfill(request)).updated
    if arguments.json:
        emit({"updated": updated})
    else:
        say(f"{updated} impressions added.")


async def _rebuild_spans(arguments: argparse.Namespace) -> None:
    request = RebuildRequest(user_id=arguments.user, check=arguments.check)
    async with server_of(arguments, admin=True) as client:
        reply = await client.admin("POST", "rebuild-spans", RebuildReply, request.wire())
    if arguments.json:
        emit(reply.model_dump(by_alias=True))
    else:
        say("\n".join(_line(user, written=reply.written) for user in reply.users))
    wrong = [user.name for user in reply.users if user.differs]
    if wrong and not reply.written:
        raise KioskError(
            f"The unseen spans of {', '.join(wrong)} are not what the impressions say.",
            hint="Mend them with `kiosk rebuild-spans`.",
            code="spans_differ",
        )


async def _purge(arguments: argparse.Namespace) -> None:
    request = PurgeRequest(before=_time(arguments.before), user_id=arguments.user)
    async with server_of(arguments, admin=True) as client:
        purged = (await client.admin("POST", "purge-impressions", PurgeReply, request.wire())).purged
    if arguments.json:
        emit({"purged": purged})
    else:
        say(f"{purged} impressions forgotten; those pieces are unseen again.")


def _line(user: RebuiltSpans, *, written: bool) -> str:
    if not user.differs:
        return f"{user.name:<20} {user.stored} spans, all as they must be"
    return f"{user.name:<20} {user.stored} spans {'were' if written else 'are'} wrong; {user.due} it must be"


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
