"""The drafts of `loom`: at which crossings the warp lies over the weft. Pure.

A draft is a rule on whole numbers, end `i` across and pick `j` down. The pattern draft is treadled in a Euclidean
rhythm (Toussaint, 2005): beats spread over a bar as evenly as whole steps allow, which is how much of the world's music
counts. The beats come from the density of notes, the bar from the tempo.
"""

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.int64]
Flags = NDArray[np.bool_]


def euclid(beats: int, steps: int) -> tuple[int, ...]:
    """Return a bar of `steps` steps, 1 where one of `beats` beats falls, spread as evenly as can be."""
    return tuple(1 if (step * beats) % steps < beats else 0 for step in range(steps))


def plain(i: Grid, j: Grid) -> Flags:
    """One over, one under."""
    return np.asarray((i + j) % 2 == 0)


def basket(i: Grid, j: Grid) -> Flags:
    """Two over, two under, two at a time."""
    return np.asarray((i // 2 + j // 2) % 2 == 0)


def weft_faced(i: Grid, j: Grid) -> Flags:
    """Tapestry: the weft covers all but specks of the warp."""
    return np.asarray((5 * i + j) % 24 == 0)


def twill(i: Grid, j: Grid, over: int, of: int, lean: int) -> Flags:
    """Diagonal lines: the warp over `over` of `of` picks, each end one pick later."""
    return np.asarray((i + lean * j) % of < over)


def satin(i: Grid, j: Grid, *, warp_up: bool) -> Flags:
    """Eight-end satin, step 3: long floats of one system, its bindings scattered."""
    bound = (i + 3 * j) % 8 == 0
    return np.asarray(~bound if warp_up else bound)


def herringbone(i: Grid, j: Grid, width: int) -> Flags:
    """A 2/2 twill that turns every `width` ends."""
    turned = np.where((i // width) % 2 == 0, i, -i - 1)
    return np.asarray((turned + j) % 4 < 2)


def pointed(i: Grid, j: Grid, width: int, over: int, of: int) -> Flags:
    """Diamonds: a twill that turns in both ways."""
    across = np.abs(i % (2 * width) - width)
    down = np.abs(j % (2 * width) - width)
    return np.asarray((across + down) % of < over)


def treadled(i: Grid, j: Grid, bar: tuple[int, ...], of: int) -> Flags:
    """A twill whose diagonal steps on at the beats of `bar` and waits between them."""
    steps = np.cumsum(np.resize(np.array(bar), int(j.max()) + 1))
    return np.asarray((i + steps[j]) % of < of // 2)
