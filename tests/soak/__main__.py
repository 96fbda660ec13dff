"""The long run of changes with faults, under film.

python -m tests.soak [--changes 500] [--seed 1] [--keep FOLDER]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.bench.virtual_screen import virtual_screen
from tests.journeys.faults import changes_with_faults


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it on a screen of its own and print what was done and seen; 1 when records and pixels differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Changes with random faults, filmed.")
    parser.add_argument("--changes", type=int, default=500, help="how many changes")
    parser.add_argument("--seed", type=int, default=1, help="which faults, in which order")
    parser.add_argument("--keep", type=Path, help="a folder for the wall's data and log; otherwise they go")
    asked = parser.parse_args(arguments)
    with virtual_screen("1280x720x24") as environ, tempfile.TemporaryDirectory() as temporary:
        os.environ.update(environ)
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        told, _ = changes_with_faults(
            folder / "wall",
            environ["DISPLAY"],
            folder / "pieces",
            seed=asked.seed,
            changes=asked.changes,
            say=say,
        )
    runs = told.seen.pieces()
    lasted = np.array([run.end_s - run.begin_s for run in runs if run.begin_seen and run.end_seen])
    blind_s = sum(end - begin for begin, end in told.seen.blind)
    say(f"{len(runs)} pieces on the screen in {lasted.sum():.1f} s, {len(told.records)} records, final {told.final}")
    say(f"a piece lasted {np.median(lasted):.3f} s (median), {lasted.min():.3f}-{lasted.max():.3f} s")
    least, middle, most = np.percentile(told.late_s, (0, 50, 100))
    say(f"records begin {middle:+.3f} s (median) after the screen, {least:+.3f} to {most:+.3f} s")
    say(f"the camera was kept from looking for {blind_s:.1f} s in {len(told.seen.blind)} gaps")
    faults = [*told.unwanted, *told.disagreements]
    say("\n".join(faults) if faults else "records equal pixels, nothing black, nothing half")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
