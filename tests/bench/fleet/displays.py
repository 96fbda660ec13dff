"""A part of a fleet in a process of its own: reads what to do as JSON from standard input, writes what it met as JSON.

{"port", "tokens", "images", "pace", "ramp_s", "seconds", "seed"}: the displays come up one after another within the
ramp, and all of them live for so many seconds after it.
"""

import asyncio
import json
import random
import sys
from typing import Any

from tests.bench.fleet.display import Book, Display
from tests.bench.server_process import raise_file_limit


async def live(wanted: dict[str, Any]) -> Book:
    """Let the displays live; return their book."""
    book = Book()
    chance = random.Random(wanted["seed"])
    displays = [
        Display(wanted["port"], token, wanted["images"], wanted["pace"], book, random.Random(chance.random()))
        for token in wanted["tokens"]
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(display.run(chance.uniform(0, wanted["ramp_s"]))) for display in displays]
        await asyncio.sleep(wanted["ramp_s"] + wanted["seconds"])
        for task in tasks:
            task.cancel()
    return book


def main() -> None:
    """Do what standard input says."""
    raise_file_limit()
    book = asyncio.run(live(json.loads(sys.stdin.read())))
    print(json.dumps({"calls": book.calls, "faults": book.faults}))


if __name__ == "__main__":
    main()
