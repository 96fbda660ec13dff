"""Monitors that come and go, again and again, at any moment of a change: python -m tests.soak.replugs [--replugs 200].

Every fault of the wall's process is its end; what its threads did then stands in the log that is printed.
"""

import argparse
import random
import sys
import tempfile
import threading
from pathlib import Path

from tests.journeys.screens import Screens, side_by_side, x_server
from tests.journeys.wall import Wall

pause = threading.Event().wait
SIZE = (960, 270)
LEFT, RIGHT = side_by_side(2)
HURRIED = {
    "KIOSK_DISPLAY__ALL_SCREENS": "true",
    "KIOSK_PLAYBACK__PIN_S": "0.2",
    "KIOSK_PLAYBACK__DWELL_S": "0.3",
    "KIOSK_PLAYBACK__MORPH_S": "0.5",
}


def main() -> int:
    """Plug and unplug; 1 when the wall did not live through it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.replugs", description="Monitors come and go.")
    parser.add_argument("--replugs", type=int, default=200, help="how often a monitor goes and comes back")
    parser.add_argument("--seed", type=int, default=1, help="when, and which")
    asked = parser.parse_args()
    with x_server(LEFT, RIGHT, size=SIZE) as monitors, tempfile.TemporaryDirectory() as folder:
        environ = {**HURRIED, "DISPLAY": monitors.name}
        with Wall(Path(folder) / "wall", environ=environ, size="") as wall:
            try:
                replug(wall, monitors, random.Random(asked.seed), asked.replugs)
                final = wall.stop()
            except AssertionError:
                sys.stdout.write(f"{wall.log[-8000:]}\n")
                return 1
    sys.stdout.write(f"{asked.replugs} replugs, {final['impressions']['painted']} pieces painted\n")
    return 0


def replug(wall: Wall, monitors: Screens, chance: random.Random, times: int) -> None:
    """Unplug one of the monitors and plug it in again, with pauses from none to a second; the wall must live."""
    assert wall.process is not None
    for _ in range(times):
        monitor = chance.choice((LEFT, RIGHT))
        monitors.unplug(monitor.name)
        pause(chance.choice((0.0, 0.02, 0.2, 1.0)) * chance.random())
        monitors.plug(monitor)
        pause(chance.choice((0.0, 0.05, 0.5, 1.0)) * chance.random())
        assert wall.process.poll() is None, "the wall ended"
    assert wall.try_status() is not None


if __name__ == "__main__":
    sys.exit(main())
