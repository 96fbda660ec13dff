"""From words to a command to an exit code: 0 done, 1 failed, 2 wrong usage, 3 nothing is running."""

import importlib
import json
import os
import sys
from collections.abc import Sequence

from kiosk.cli.output import on_one_line
from kiosk.cli.parser import parse
from kiosk.domain.errors import KioskError


def main(argv: Sequence[str]) -> int:
    """Run one command; a fault becomes one clear line on stderr (an object with --json), never a traceback."""
    as_json = "--json" in argv
    try:
        arguments = parse(argv)
        module = importlib.import_module(f"kiosk.cli.{arguments.module}")
        return int(module.run(arguments))
    except KioskError as error:
        report(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def report(error: KioskError, *, as_json: bool) -> None:
    """Say on stderr what went wrong and what to do next."""
    if as_json:
        body = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
        print(json.dumps(body), file=sys.stderr)
    else:
        print(f"kiosk: {on_one_line(str(error))}", file=sys.stderr)
