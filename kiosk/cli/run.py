"""`kiosk run`: the display."""

import argparse

from kiosk.app.main import run_display
from kiosk.app.options import DisplayOptions
from kiosk.cli.heap import keep_small
from kiosk.cli.output import emit
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import KioskError


def run(arguments: argparse.Namespace) -> int:
    """Show art until told to stop."""
    if arguments.import_path is not None and not arguments.import_path.exists():
        raise KioskError(f"There is nothing at {arguments.import_path} to import.", hint="Name a picture or a folder.")
    keep_small()
    final = run_display(
        DisplayOptions(
            data_dir=data_dir(arguments),
            server_url=arguments.server,
            windowed=arguments.windowed,
            screen=arguments.screen,
            for_s=arguments.for_s,
            import_path=arguments.import_path,
            generate=not arguments.no_generate,
            verbose=arguments.verbose,
        )
    )
    if arguments.json:
        emit(final)
    return 0
