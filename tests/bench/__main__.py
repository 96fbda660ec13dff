"""The command line of the benches, also `make.py bench`.

python -m tests.bench [NAME] [--json] [--small] [--quick] [--list]
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack

from tests.bench.harness import Options, discover, to_json, to_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benches asked for, a line per figure as it comes; 1 when one broke, 2 when none has that name."""
    parser = argparse.ArgumentParser(prog="make.py bench", description="Measures; prints a line per figure.")
    parser.add_argument("name", nargs="?", help="run only this bench")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the data, shorter and less exact")
    parser.add_argument("--list", action="store_true", help="name the benches and end")
    asked = parser.parse_args(arguments)

    benches = [bench for bench in discover() if asked.name in {None, bench.NAME}]
    if not benches and asked.name is not None:
        parser.error(f"no bench is called {asked.name}; --list names them")
    if asked.list:
        print("\n".join(bench.NAME for bench in benches))
        return 0

    broken = 0
    write = to_json if asked.json else to_text
    with ExitStack() as keeper:
        options = Options(quick=asked.quick, small=asked.small, keeper=keeper)
        for bench in benches:
            try:
                for figure in bench.run(options):
                    print(write(figure), flush=True)
            except Exception:  # noqa: BLE001 (the other benches still have something to say)
                broken += 1
                print(f"bench {bench.NAME} broke:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
