"""`kiosk doctor`: prints the checks; exit code 1, with a line on stderr, when one fails."""

import argparse
import os
from dataclasses import asdict

from kiosk.app.doctor import examine
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import KioskError
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder


def run(arguments: argparse.Namespace) -> int:
    """Examine this machine and say what to do about each fault."""
    folder = DataFolder(data_dir(arguments))
    checks = examine(folder, load(folder.settings_file, environ=os.environ))
    ok = all(check.ok for check in checks)
    if arguments.json:
        emit({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            say(f"{'ok   ' if check.ok else 'FAULT'} {check.name:<12} {check.found}")
            if check.advice:
                say(f"{'':<18}{check.advice}")
    if not ok:
        faulty = ", ".join(check.name for check in checks if not check.ok)
        raise KioskError(f"A check found a fault: {faulty}.", hint="Follow its advice.", code="fault_found")
    return 0
