"""`kiosk report`, `kiosk stats`, `kiosk backfill`: what the server knows about plays, and its upkeep."""

import argparse
import asyncio
import csv
import io
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from kiosk.cli.output import emit, say
from kiosk.cli.server_access import server_of
from kiosk.protocol.service import BackfillRequest, ReportRow

COLUMNS = ("artworkId", "title", "artist", "device", "plays", "visibleMs", "first", "last")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def run(arguments: argparse.Namespace) -> int:
    """Print a report, the counts, or what a backfill did."""
    match arguments.command:
        case "report":
            rows = asyncio.run(_report(arguments))
            if arguments.json or arguments.format == "json":
                emit(rows)
            else:
                say(as_csv(rows).rstrip("\n"))
        case "stats":
            counts = asyncio.run(_stats(arguments))
            if arguments.json:
                emit(counts)
            else:
                say("\n".join(f"{name.replace('_', ' '):<18}{value}" for name, value in counts.items()))
        case _:
            updated = asyncio.run(_backfill(arguments))
            if arguments.json:
                emit({"updated": updated})
            else:
                say(f"{updated} impressions added.")
    return 0


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Return the rows as CSV (RFC 4180) with a header; a title that a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_harmless(row[column]) for column in COLUMNS])
    return text.getvalue()


async def _report(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    async with server_of(arguments) as client:
        rows = await client.report(start=arguments.from_, end=arguments.to)
    dumped: list[dict[str, Any]] = TypeAdapter(list[ReportRow]).dump_python(rows, mode="json", by_alias=True)
    return dumped


async def _stats(arguments: argparse.Namespace) -> dict[str, Any]:
    async with server_of(arguments) as client:
        return (await client.stats()).model_dump(by_alias=True)


async def _backfill(arguments: argparse.Namespace) -> int:
    request = BackfillRequest(user_id=arguments.user, as_of=_time(arguments.as_of))
    async with server_of(arguments, admin=True) as client:
        return (await client.backfill(request)).updated


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
