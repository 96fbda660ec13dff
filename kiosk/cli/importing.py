"""`kiosk import`: adds pictures; per file added, already there, or refused and why. Exit 1 when none is there after."""

import argparse
import asyncio
import sys

from tqdm import tqdm

from kiosk.app.importer import Imported, Wishes, files_in, import_pictures
from kiosk.cli.output import emit, on_one_line, say
from kiosk.cli.server_access import server_of
from kiosk.domain.errors import KioskError

WORDS = {"added": "added", "present": "already there", "refused": "refused"}


def run(arguments: argparse.Namespace) -> int:
    """Import the named files and folders."""
    results = asyncio.run(_import(arguments))
    if arguments.json:
        emit(
            {
                "added": [_found(result) for result in results if result.outcome == "added"],
                "present": [_found(result) for result in results if result.outcome == "present"],
                "refused": [
                    {"path": str(result.path), "reason": result.reason}
                    for result in results
                    if result.outcome == "refused"
                ],
            }
        )
    else:
        for result in results:
            told = f"{result.path}{': ' + result.reason if result.reason else ''}"
            say(f"{WORDS[result.outcome]:<14}{on_one_line(told)}")
        counts = {word: sum(result.outcome == word for result in results) for word in WORDS}
        say(f"{counts['added']} added, {counts['present']} already there, {counts['refused']} refused.")
    if all(result.outcome == "refused" for result in results):
        raise KioskError(
            "No picture was imported.",
            hint="Name JPEG, PNG or WebP files, or folders of them."
            if not results
            else "Each file's reason is listed.",
            code="nothing_imported",
        )
    return 0


async def _import(arguments: argparse.Namespace) -> list[Imported]:
    files = files_in(arguments.paths)
    wishes = Wishes(title=arguments.title, artist=arguments.artist, private=arguments.private)
    results: list[Imported] = []
    quiet = arguments.json or not sys.stderr.isatty()
    async with server_of(arguments) as client:
        with tqdm(total=len(files), unit="picture", disable=quiet, leave=False) as bar:
            async for result in import_pictures(client, files, wishes):
                results.append(result)
                bar.update()
    return results


def _found(result: Imported) -> dict[str, str]:
    return {"path": str(result.path), "id": result.artwork_id, "sha256": result.sha256}
