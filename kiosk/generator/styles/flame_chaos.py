"""The chaos game: many points at a time thrown from transform to transform, their traces counted in a histogram.

A logical stream is a swarm of `SWARM` points. Each round the swarm is shuffled by a random affine permutation and cut
into runs by the transforms' shares, so that every loop applies one function to many points and becomes vector code;
a transform is drawn exactly as often as its share says. What a stream does depends on its seed alone and counts are
whole numbers, so a picture has the same bytes for any number of threads. A flame that is too wide for this game is
played by `flame_wide`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import usable_cores
from kiosk.generator.jit import kernel, woven
from kiosk.generator.styles.flame_catalogue import FIRST_POLAR
from kiosk.generator.styles.flame_math import unit
from kiosk.generator.styles.flame_pack import END_TERM, FIRST_TERM, HAS_POST, Packed
from kiosk.generator.styles.flame_swarm import FUSE, STEP, SWARM, UNSIGNED, bits_of, count, mixed, shot, turned
from kiosk.generator.styles.flame_vary_plane import vary_plane
from kiosk.generator.styles.flame_vary_polar import vary_polar
from kiosk.generator.styles.flame_wide import play_wide

_FAR = np.float32(1e6).view(np.uint32)
_HISTOGRAM_BYTES = 600_000_000  # of all threads together: each has a histogram of its own
_ONE = np.float32(1)


@kernel
def _varied(mark, turn, kinds, terms, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    for i in range(x.shape[0]):
        out_x[i] = np.float32(0)
        out_y[i] = np.float32(0)
    for k in range(mark[FIRST_TERM], mark[END_TERM]):
        if kinds[k] < FIRST_POLAR:
            vary_plane(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
        else:
            vary_polar(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
    if mark[HAS_POST]:
        turned(turn, 6, out_x, out_y, out_x, out_y)


@woven
def _drawn(turn, start, stride, x, y, colour, to_x, to_y, to_colour, seen):  # type: ignore[no-untyped-def]
    """Take points out of the shuffled swarm, from place `start` on, through the linear part of a transform."""
    xx, yx, xy, yy, x0, y0 = turn[0], turn[1], turn[2], turn[3], turn[4], turn[5]
    pull = turn[12] * turn[13]
    keep = _ONE - turn[13]
    mask = np.uint32(SWARM - 1)
    for i in range(to_x.shape[0]):
        j = np.uint32(np.uint32(i) * stride + start)
        j = np.uint32(j ^ ((j & mask) >> np.uint32(5))) & mask
        u = x[j]
        v = y[j]
        to_x[i] = xx * u + xy * v + x0
        to_y[i] = yx * u + yy * v + y0
        to_colour[i] = colour[j] * keep + pull
        seen[i] = turn[14]


@kernel
def play_stream(seed, rounds, turns, marks, limits, kinds, terms, has_final, camera, size, inks, histogram):  # type: ignore[no-untyped-def]
    """Let one swarm run for `rounds` rounds and count every point of all but the first `FUSE`."""
    x, y, colour = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    new_x, new_y, new_colour = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    from_x, from_y = np.empty(SWARM, np.float32), np.empty(SWARM, np.float32)
    seen, bits = np.empty(SWARM, np.float32), np.empty(SWARM, np.uint32)
    at, hue = np.empty(SWARM, np.int32), np.empty(SWARM, np.int32)
    state = np.uint64(seed)
    for i in range(SWARM):
        state += STEP
        z = mixed(state)
        bits[i] = np.uint32(z) | np.uint32(1)
        x[i] = np.float32(np.int64((z >> np.uint64(8)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        y[i] = np.float32(np.int64((z >> np.uint64(40)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        colour[i] = unit(bits[i])
    transforms = limits.shape[0] - 1
    for turn_of in range(rounds):
        state += STEP
        z = mixed(state)
        stride = np.uint32(z) | np.uint32(1)
        start = np.uint32(z >> np.uint64(32))
        part = np.float64(np.int64((z >> np.uint64(12)) & np.uint64(0xFFFFF))) / 1048576.0
        for k in range(transforms):
            first = int(limits[k] * SWARM + part) if k > 0 else 0
            end = int(limits[k + 1] * SWARM + part) if k < transforms - 1 else SWARM
            here = slice(first, end)
            _drawn(
                turns[k], np.uint32(first) * stride + start, stride, x, y, colour,
                from_x[here], from_y[here], new_colour[here], seen[here],
            )  # fmt: skip
            _varied(marks[k], turns[k], kinds, terms, from_x[here], from_y[here], bits[here], new_x[here], new_y[here])
        for i in range(SWARM):
            # A point that ran away takes the place of one that did not; the swarm's other half of memory still has it.
            lost = ((bits_of(new_x[i]) & UNSIGNED) > _FAR) | ((bits_of(new_y[i]) & UNSIGNED) > _FAR)
            new_x[i] = x[i] if lost else new_x[i]
            new_y[i] = y[i] if lost else new_y[i]
        x, new_x = new_x, x
        y, new_y = new_y, y
        colour, new_colour = new_colour, colour
        if turn_of < FUSE:
            continue
        if has_final:
            turn = turns[transforms]
            turned(turn, 0, x, y, from_x, from_y)
            _varied(marks[transforms], turn, kinds, terms, from_x, from_y, bits, new_x, new_y)
            pull = turn[12] * turn[13]
            keep = _ONE - turn[13]
            for i in range(SWARM):
                new_colour[i] = colour[i] * keep + pull
            shot(new_x, new_y, new_colour, seen, bits, camera, size, at, hue)
        else:
            shot(x, y, colour, seen, bits, camera, size, at, hue)
        count(at, hue, inks, histogram)


def play(
    packed: Packed,
    seeds: Sequence[int],
    rounds: int,
    *,
    camera: NDArray[np.float32],
    inks: NDArray[np.uint32],
    shape: tuple[int, int],
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Return the histogram (rows, columns, 4): sums of the three `inks` (256, 4) and of their fourth column, the count.

    One stream a seed, each of `rounds` rounds of `SWARM` points. Sums wrap at 2^32.
    """
    most = max(1, _HISTOGRAM_BYTES // (16 * shape[0] * shape[1]))
    workers = max(1, min(threads or usable_cores(), len(seeds), most))
    size = np.array(shape, np.float32)

    def work(worker: int) -> NDArray[np.uint32]:
        histogram = np.zeros((shape[0] * shape[1], 4), np.uint32)
        for seed in seeds[worker::workers]:
            if packed.is_wide:
                play_wide(
                    seed, FUSE + rounds, packed.turns, packed.marks, packed.chains, packed.kinds, packed.terms,
                    packed.has_final, np.float32(packed.final_share), camera, size, inks, histogram,
                )  # fmt: skip
            else:
                play_stream(
                    seed, FUSE + rounds, packed.turns, packed.marks, packed.limits, packed.kinds, packed.terms,
                    packed.has_final, camera, size, inks, histogram,
                )  # fmt: skip
        return histogram

    if workers == 1:
        total = work(0)
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            total, *others = pool.map(work, range(workers))
            for other in others:
                total += other
    return total.reshape(*shape, 4)
