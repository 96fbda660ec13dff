"""An eye on an X screen that knows nothing of who draws there: it counts the frames that really differ.

It reads one row of pixels a few hundred times a second; each time the row has changed, a new frame was shown. A
change of pictures is a run of such frames with no pause of a second in it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from Xlib import X, display

LOOK_EVERY_S = 1 / 240
PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One change of pictures as seen: when each new frame was noticed (s)."""

    frames_s: Sequence[float]

    @property
    def longest_wait_s(self) -> float:
        """The longest time within it without a new frame."""
        return max((after - before for before, after in pairwise(self.frames_s)), default=0.0)


def watch_screen(name: str, seconds: float, meanwhile: Callable[[float], None]) -> list[Change]:
    """Looks at the screen `name` (":7") for so long; returns the changes that began and ended in that time.

    `meanwhile` is called between looks with the time (s) since the beginning, but not within a change of pictures, so
    that what it does costs no frame.
    """
    screen = display.Display(name)
    try:
        root = screen.screen().root
        size = root.get_geometry()
        row, began_s = b"", time.perf_counter()
        seen_s: list[float] = []
        while (since_s := time.perf_counter() - began_s) < seconds:
            now = root.get_image(0, size.height // 2, size.width, 1, X.ZPixmap, 0xFFFFFFFF).data
            if now != row:
                row = now
                seen_s.append(since_s)
            if seen_s and since_s - seen_s[-1] > PAUSE_S:
                meanwhile(since_s)
            time.sleep(LOOK_EVERY_S)
    finally:
        screen.close()
    return [change for change in changes(seen_s[1:]) if _whole(change, seconds)]


def changes(seen_s: Sequence[float]) -> list[Change]:
    """Parts the frames where nothing new was seen for `PAUSE_S`."""
    runs: list[list[float]] = []
    for at_s in seen_s:
        if not runs or at_s - runs[-1][-1] > PAUSE_S:
            runs.append([])
        runs[-1].append(at_s)
    return [Change(run) for run in runs]


def _whole(change: Change, seconds: float) -> bool:
    return change.frames_s[0] > PAUSE_S and change.frames_s[-1] < seconds - PAUSE_S
