"""Commands to the running display: status, snapshot, next, previous, pause, resume, vote, label, sleep, wake, mute."""

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
            whose = "" if result["source"] == "screen" else ", the window alone: this screen cannot be read"
            text = f"Saved {result['path']} ({result['width']}x{result['height']}{whose})."
        case "vote":
            result = ask_display(folder, "vote", value=1 if arguments.value == "up" else -1)
            text = f"{result['title']}: {result['up']} up, {result['down']} down."
        case "label":
            result = ask_display(folder, "label", value=arguments.value)
            text = result["text"]
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
            *_glass(status),
            "frames       {framesSwapped} drawn, median {medianMs:.1f} ms, p99 {p99Ms:.1f} ms, {missed} missed, "
            "{renderer}".format(**frame),
            "impressions  {painted} painted, {delivered} delivered, {pending} pending, {dropped} dropped".format(
                **books
            ),
            *_sound(status),
            f"server       {link['server'] or 'starting'}, {link['state']}",
            f"cache        {status['cache']['pieces']} pieces, {status['cache']['bytes'] / 1e6:.1f} MB",
            f"memory       {status['memory']['rssMb']:.0f} MB",
            *_fault(status),
            *_stalls(status),
            *_set_aside(status),
        )
    )


def _glass(status: Mapping[str, Any]) -> tuple[str, ...]:
    glass = status.get("glass")
    if glass is None:
        return ()
    if not glass["art"]:
        return (f"glass        no art: {glass['why']}",)
    age_s = glass["frameAgeMs"] / 1000
    if glass["bitsApart"] is None:
        return (f"glass        art, by the frames alone, the last {age_s:.1f} s ago",)
    checked_s, bits = glass["checkedAgeMs"] / 1000, glass["bitsApart"]
    return (f"glass        art, seen {checked_s:.0f} s ago ({bits} of 64 bits apart), last frame {age_s:.1f} s ago",)


def _sound(status: Mapping[str, Any]) -> tuple[str, ...]:
    sound = status.get("audio")
    return () if sound is None or sound["state"] == "off" else (f"sound        {sound['text']}",)


def _fault(status: Mapping[str, Any]) -> tuple[str, ...]:
    fault = status.get("fault")
    return (f"fault        {fault}",) if fault else ()


def _stalls(status: Mapping[str, Any]) -> tuple[str, ...]:
    stalls = status["frame"].get("stalls")
    if not stalls or not stalls["count"]:
        return ()
    times = "once" if stalls["count"] == 1 else f"{stalls['count']} times"
    return (f"stalls       {times}, at most {stalls['worstMs']:.0f} ms in {stalls['worstAt']}",)


def _set_aside(status: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"set aside    {piece['title'] or piece['sha256'][:12]}: {piece['reason']}"
        for piece in status.get("setAside", ())
    )
