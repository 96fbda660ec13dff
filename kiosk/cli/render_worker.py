"""`kiosk render-worker`: draws pieces for the servers of a fleet, on a machine of its own."""

import argparse
import os
from dataclasses import replace

from kiosk.cli.parser import data_dir
from kiosk.cli.server_access import name_problems, server_options
from kiosk.server.main import set_up_logging
from kiosk.server.render_worker import render
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder


def run(arguments: argparse.Namespace) -> int:
    """Draw until told to stop."""
    folder = DataFolder(data_dir(arguments))
    loaded = load(folder.settings_file, environ=os.environ)
    options = server_options(folder, loaded)
    chosen = {
        "database_url": arguments.database_url,
        "workers": arguments.workers,
        "piece_size": arguments.piece_size,
        "lease_s": arguments.lease_s,
    }
    options = replace(
        options,
        **{name: value for name, value in chosen.items() if value is not None},
        json=arguments.json,
        log_format=arguments.log_format,
        verbose=arguments.verbose,
    )
    set_up_logging(options)
    name_problems(loaded)
    return render(options)
