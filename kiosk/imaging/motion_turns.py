"""Whose turn it is when: maps of which parts of a picture pass first, so that equal areas pass in equal times.

Maps of light are 0-1, the square of the code values, as the shaders take it. The counterparts are `motion.py` and
`resources/shaders/flow.frag` and `ink.frag`, which add what a single pixel has to say.
"""

from typing import Final

import numpy as np

from kiosk.imaging.motion_maps import Map, blurred

RISE: Final = 0.4  # how much sooner a pixel turns that grows from black to white; flow.frag has it too
LEAD_ROOM: Final = 0.1  # how far a lead may lie beyond 0-1: with what a pixel adds, within ROOM of flow.vert
_EVEN: Final = 0.06  # a spread of light below which no order is worth keeping


def rising_first(origin: Map, goal: Map) -> Map:
    """Return who leads (1 first, 0 last) in flow: the parts that grow bright; less what their pixels say themselves."""
    around = blurred(goal - origin, max(goal.shape) / 14)
    return np.clip(_order(around) - RISE * around, -LEAD_ROOM, 1 + LEAD_ROOM).astype(np.float32)


def ink_order(origin: Map, goal: Map) -> tuple[Map, Map, bool]:
    """Return when ink takes each part (0 first), the light around it, and whether the bright parts come first.

    They do where the new picture is the brighter one; otherwise the dark ones do.
    """
    bright_first = float(goal.mean()) >= float(origin.mean())
    around = blurred(goal, max(goal.shape) / 40)
    return _order(-around if bright_first else around), around, bright_first


def _order(values: Map) -> Map:
    """Return the ranks; the nearer to 0.5 the more even the values are, so that noise has no say."""
    return 0.5 + (ranks(values) - 0.5) * np.float32(min(1.0, float(values.std()) / _EVEN))


def ranks(values: Map) -> Map:
    """Return for each value the share of all that are lower, with half of those equal to it (0-1)."""
    ordered = np.sort(values, axis=None)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return (below / (2 * values.size)).astype(np.float32)
