"""The chaos game for flames of other programs: all of flam3's variations, and transforms that choose their followers.

Beside `flame_chaos`'s game: each point draws its next transform by itself, with odds that may depend on the last one
(`chaos` in a file); the swarm is then sorted by transform, so that a run of points has one function. As in flam3 a
point that runs away begins anew somewhere between -1 and 1, and a final transform may move only some points. Compiled
only when a file needs it.
"""

import numpy as np

from kiosk.generator.jit import kernel, woven
from kiosk.generator.styles.flame_catalogue import FIRST_POLAR, FIRST_WIDE
from kiosk.generator.styles.flame_math import next_bits, unit
from kiosk.generator.styles.flame_pack import END_TERM, FIRST_TERM, HAS_POST
from kiosk.generator.styles.flame_swarm import FUSE, STEP, SWARM, UNSIGNED, bits_of, count, mixed, shot, turned
from kiosk.generator.styles.flame_vary_plane import vary_plane
from kiosk.generator.styles.flame_vary_polar import vary_polar
from kiosk.generator.styles.flame_vary_wide import vary_wide

_FAR = np.float32(1e10).view(np.uint32)
_ZERO = np.float32(0)
_ONE = np.float32(1)
_TWO = np.float32(2)


@kernel
def _varied(mark, turn, kinds, terms, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    for i in range(x.shape[0]):
        out_x[i] = _ZERO
        out_y[i] = _ZERO
    for k in range(mark[FIRST_TERM], mark[END_TERM]):
        if kinds[k] < FIRST_POLAR:
            vary_plane(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
        elif kinds[k] < FIRST_WIDE:
            vary_polar(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
        else:
            vary_wide(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
    if mark[HAS_POST]:
        turned(turn, 6, out_x, out_y, out_x, out_y)


@woven
def _chosen(chains, last, bits, choice, places):  # type: ignore[no-untyped-def]
    """Draw each point's next transform into `choice`, and note in `places` where each one's run begins and ends."""
    transforms = chains.shape[1]
    for k in range(transforms + 1):
        places[k] = 0
    for i in range(last.shape[0]):
        bits[i] = next_bits(bits[i])
        chance = np.float64(unit(bits[i]))
        k = 0
        while k < transforms - 1 and chance >= chains[last[i], k]:
            k += 1
        choice[i] = k
        places[k + 1] += 1
    for k in range(transforms):
        places[k + 1] += places[k]


@kernel
def play_wide(seed, rounds, turns, marks, chains, kinds, terms, has_final, share, camera, size, inks, histogram):  # type: ignore[no-untyped-def]
    """Let one swarm run for `rounds` rounds and count every point of all but the first `FUSE`.

    The final transform moves `share` of them.
    """
    transforms = chains.shape[1]
    x, y, colour = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    new_x, new_y, new_colour = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    from_x, from_y = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    seen, bits = np.empty(SWARM, np.float32), np.empty(SWARM, np.uint32)
    at, hue = np.empty(SWARM, np.int32), np.empty(SWARM, np.int32)
    last, before, choice = np.empty(SWARM, np.int64), np.empty(SWARM, np.int64), np.empty(SWARM, np.int64)
    places, free = np.empty(transforms + 1, np.int64), np.empty(transforms, np.int64)
    state = np.uint64(seed)
    for i in range(SWARM):
        state += STEP
        z = mixed(state)
        bits[i] = np.uint32(z) | np.uint32(1)
        x[i] = np.float32(np.int64((z >> np.uint64(8)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        y[i] = np.float32(np.int64((z >> np.uint64(40)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        colour[i] = unit(bits[i])
        last[i] = transforms
    for turn_of in range(rounds):
        _chosen(chains, last, bits, choice, places)
        for k in range(transforms):
            free[k] = places[k]
        for i in range(SWARM):
            k = choice[i]
            j = free[k]
            free[k] += 1
            turn = turns[k]
            from_x[j] = turn[0] * x[i] + turn[2] * y[i] + turn[4]
            from_y[j] = turn[1] * x[i] + turn[3] * y[i] + turn[5]
            new_colour[j] = colour[i] * (_ONE - turn[13]) + turn[12] * turn[13]
            seen[j] = turn[14]
            before[j] = last[i]
        for k in range(transforms):
            here = slice(places[k], places[k + 1])
            _varied(marks[k], turns[k], kinds, terms, from_x[here], from_y[here], bits[here], x[here], y[here])
            for j in range(places[k], places[k + 1]):
                if ((bits_of(x[j]) & UNSIGNED) > _FAR) | ((bits_of(y[j]) & UNSIGNED) > _FAR):
                    bits[j] = next_bits(bits[j])
                    x[j] = _TWO * unit(bits[j]) - _ONE
                    bits[j] = next_bits(bits[j])
                    y[j] = _TWO * unit(bits[j]) - _ONE
                    seen[j] = _ZERO
                    last[j] = before[j]
                else:
                    last[j] = k
        colour, new_colour = new_colour, colour
        if turn_of < FUSE:
            continue
        if has_final:
            turn = turns[transforms]
            turned(turn, 0, x, y, from_x, from_y)
            _varied(marks[transforms], turn, kinds, terms, from_x, from_y, bits, new_x, new_y)
            for i in range(SWARM):
                bits[i] = next_bits(bits[i])
                moved = unit(bits[i]) < share
                new_x[i] = new_x[i] if moved else x[i]
                new_y[i] = new_y[i] if moved else y[i]
                pull = turn[13] if moved else _ZERO
                new_colour[i] = colour[i] * (_ONE - pull) + turn[12] * pull
            shot(new_x, new_y, new_colour, seen, bits, camera, size, at, hue)
        else:
            shot(x, y, colour, seen, bits, camera, size, at, hue)
        count(at, hue, inks, histogram)
