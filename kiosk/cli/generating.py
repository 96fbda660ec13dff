"""`kiosk generate`: with --out pictures drawn here into files; otherwise a new piece from the display's server."""

import argparse
from typing import Any

from kiosk.cli.display_client import ask_display
from kiosk.cli.drawing import draw_folder, draw_one
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import UsageError
from kiosk.generator.styles import STYLES
from kiosk.storage.folder import DataFolder


def run(arguments: argparse.Namespace) -> int:
    """Make one piece, or a folder of them."""
    if arguments.style is not None and arguments.style not in STYLES:
        raise UsageError(f"There is no style '{arguments.style}'.", hint=f"Known styles are {', '.join(STYLES)}.")
    if arguments.genome is not None and (arguments.style is not None or arguments.audio is not None):
        raise UsageError("--genome goes without --style and --audio.", hint="The genome has both in it.")
    analysis = None if arguments.audio is None else _heard(arguments)
    if arguments.out is None:
        return _ask(arguments, analysis)
    if arguments.count is None:
        draw_one(arguments, analysis)
    else:
        draw_folder(arguments, analysis)
    return 0


def _ask(arguments: argparse.Namespace, analysis: dict[str, Any] | None) -> int:
    if arguments.genome is not None or arguments.size is not None or arguments.count is not None:
        raise UsageError(
            "--genome, --size and --count go with --out.", hint="For example: --out piece.png --size 3840x2160"
        )
    folder = DataFolder(data_dir(arguments))
    artwork = ask_display(folder, "generate", style=arguments.style, seed=arguments.seed, analysis=analysis)
    if arguments.json:
        emit(artwork)
    else:
        say(f"{artwork['title']} ({artwork['style']}) is on its way to the wall.")
    return 0


def _heard(arguments: argparse.Namespace) -> dict[str, Any]:
    from kiosk.cli.analyzing import analysis_of

    return analysis_of(arguments.audio).to_json_dict()
