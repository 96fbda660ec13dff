"""Commands to the running display: status, snapshot, next, previous, pause, resume, vote, sleep, wake."""

import argparse
from collections.abc import Mapping
from typing import Any

from kiosk.cli.display_client import ask_display
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder


def run(arguments: argparse.Namespace) -> int:
    """Send the command and print what became of it."""
    folder = DataFolder(data_dir(arguments))
    match arguments.command:
        case "snapshot":
            target = arguments.out.resolve()
            if not target.parent.is_dir():
                raise KioskError(f"The folder {target.parent} does not exist.", hint="Make it first.")
            result = ask_display(folder, "snapshot", path=str(target))
            text = f"Saved {result['path']} ({result['width']}x{result['height']})."
        case "vote":
            result = ask_display(folder, "vote", value=1 if arguments.value == "up" else -1)
            text = f"{result['title']}: {result['up']} up, {result['down']} down."
        case "status":
            result = ask_display(folder, "status")
            text = describe(result)
        case command:
            result = ask_display(folder, command)
            text = str(result["text"])
    if arguments.json:
        emit(result)
    else:
        say(text)
    return 0


def describe(status: Mapping[str, Any]) -> str:
    """Return the status as a few lines for people."""
    artwork, frame, books, link = (status[name] for name in ("artwork", "frame", "impressions", "link"))
    piece = "nothing yet" if artwork is None else f"{artwork['title']} ({artwork['reason']})"
    return "\n".join(
        (
            f"{status['state']}: {piece}",
            "frames       {framesSwapped} drawn, median {medianMs:.1f} ms, p99 {p99Ms:.1f} ms, {missed} missed, "
            "{renderer}".format(**frame),
            "impressions  {painted} painted, {delivered} delivered, {pending} pending, {dropped} dropped".format(
                **books
            ),
            f"server       {link['server'] or 'starting'}, {link['state']}",
            f"cache        {status['cache']['pieces']} pieces, {status['cache']['bytes'] / 1e6:.1f} MB",
            f"memory       {status['memory']['rssMb']:.0f} MB",
        )
    )
