"""`kiosk serve`: the server alone."""

import argparse
import os
from dataclasses import replace

from kiosk.cli.heap import keep_small
from kiosk.cli.parser import data_dir
from kiosk.cli.server_access import name_problems, server_options
from kiosk.server.main import serve, set_up_logging
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    folder = DataFolder(data_dir(arguments))
    folder.ensure_writable()
    loaded = load(folder.settings_file, environ=os.environ)
    options = server_options(folder, loaded, is_child=arguments.child)
    chosen = {
        "database_url": arguments.database_url,
        "workers": arguments.workers,
        "piece_size": arguments.piece_size,
        "lease_s": arguments.lease_s,
    }
    options = replace(
        options,
        **{name: value for name, value in chosen.items() if value is not None},
        host=arguments.host,
        port=arguments.port,
        json=arguments.json,
        child=arguments.child,
        warm_up=arguments.warm_up,
        trusted_proxy=arguments.trust_proxy,
        log_format=arguments.log_format,
        verbose=arguments.verbose,
    )
    if arguments.child:
        keep_small()
    else:  # a child's display names them
        set_up_logging(options)
        name_problems(loaded)
    return serve(options)
