"""The chaos game: many points at a time thrown from transform to transform, their traces counted in a histogram.

A logical stream is a swarm of `SWARM` points. Each round the swarm is shuffled by a random affine permutation and cut
into runs by the transforms' shares, so that every loop applies one function to many points and becomes vector code;
a transform is drawn exactly as often as its share says. What a stream does depends on its seed alone and counts are
whole numbers, so a picture has the same bytes for any number of threads.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.bands import usable_cores
from kiosk.generator.jit import kernel, woven
from kiosk.generator.styles.flame_catalogue import FIRST_POLAR
from kiosk.generator.styles.flame_math import next_bits, unit
from kiosk.generator.styles.flame_pack import END_TERM, FIRST_TERM, HAS_POST, Packed
from kiosk.generator.styles.flame_vary_plane import vary_plane
from kiosk.generator.styles.flame_vary_polar import vary_polar

SWARM = 2048
FUSE = 24  # rounds before the first point is counted: the swarm falls onto the attractor
_FAR = np.float32(1e6).view(np.uint32)
_UNSIGNED = np.uint32(0x7FFFFFFF)
_HISTOGRAM_BYTES = 600_000_000  # of all threads together: each has a histogram of its own
_ZERO = np.float32(0)
_ONE = np.float32(1)
_STEP = np.uint64(0x9E3779B97F4A7C15)


@woven
def _mixed(state):  # type: ignore[no-untyped-def]
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@woven
def _bits(value):  # type: ignore[no-untyped-def]
    """Return the bits of a number, in the order of the numbers from 0 up; negative ones and NaN come after those.

    Fast-math takes it that a comparison of numbers never meets NaN; one of bits does.
    """
    return np.float32(value).view(np.uint32)


@woven
def _turned(turn, at, x, y, out_x, out_y):  # type: ignore[no-untyped-def]
    xx, yx, xy, yy, x0, y0 = turn[at], turn[at + 1], turn[at + 2], turn[at + 3], turn[at + 4], turn[at + 5]
    for i in range(x.shape[0]):
        u = x[i]
        v = y[i]
        out_x[i] = xx * u + xy * v + x0
        out_y[i] = yx * u + yy * v + y0


@woven
def _varied(mark, turn, kinds, terms, x, y, bits, out_x, out_y):  # type: ignore[no-untyped-def]
    for i in range(x.shape[0]):
        out_x[i] = _ZERO
        out_y[i] = _ZERO
    for k in range(mark[FIRST_TERM], mark[END_TERM]):
        if kinds[k] < FIRST_POLAR:
            vary_plane(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
        else:
            vary_polar(kinds[k], terms[k, 0], terms[k, 1:], x, y, bits, out_x, out_y)
    if mark[HAS_POST]:
        _turned(turn, 6, out_x, out_y, out_x, out_y)


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


@woven
def _shot(x, y, colour, seen, bits, camera, size, at, hue):  # type: ignore[no-untyped-def]
    """Note in `at` the cell of the histogram each point falls into, -1 for none, in `hue` its place in the palette.

    Points are shifted by up to `camera[6]` pixels, a triangular filter that does away with stairs.
    """
    xx, xy, yx, yy, x0, y0, soft = camera[0], camera[1], camera[2], camera[3], camera[4], camera[5], camera[6]
    rows, columns = size[0], size[1]
    byte = np.uint32(255)
    for i in range(x.shape[0]):
        b = next_bits(bits[i])
        shift_x = np.float32(np.int32(b & byte) + np.int32((b >> np.uint32(8)) & byte) - np.int32(255))
        shift_y = np.float32(np.int32((b >> np.uint32(16)) & byte) + np.int32(b >> np.uint32(24)) - np.int32(255))
        u = xx * x[i] + xy * y[i] + x0 + soft * shift_x
        v = yx * x[i] + yy * y[i] + y0 + soft * shift_y
        b = next_bits(b)
        bits[i] = b
        inside = (_bits(u) < _bits(columns)) & (_bits(v) < _bits(rows))
        chance = unit(b)
        inside = inside & (chance < seen[i])
        column = np.int32(min(max(u, _ZERO), columns))
        row = np.int32(min(max(v, _ZERO), rows))
        at[i] = np.int32(row * np.int32(columns) + column) if inside else np.int32(-1)
        hue[i] = np.int32(
            min(max(colour[i] * np.float32(255) + chance / max(seen[i], np.float32(1e-6)), _ZERO), np.float32(255))
        )


@woven
def _count(at, hue, inks, histogram):  # type: ignore[no-untyped-def]
    for i in range(at.shape[0]):
        cell = at[i]
        if cell >= 0:
            ink = hue[i]
            histogram[cell, 0] += inks[ink, 0]
            histogram[cell, 1] += inks[ink, 1]
            histogram[cell, 2] += inks[ink, 2]
            histogram[cell, 3] += inks[ink, 3]


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
        state += _STEP
        z = _mixed(state)
        bits[i] = np.uint32(z) | np.uint32(1)
        x[i] = np.float32(np.int64((z >> np.uint64(8)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        y[i] = np.float32(np.int64((z >> np.uint64(40)) & np.uint64(0xFFFFF))) / np.float32(524288) - _ONE
        colour[i] = unit(bits[i])
    transforms = limits.shape[0] - 1
    for turn_of in range(rounds):
        state += _STEP
        z = _mixed(state)
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
            lost = ((_bits(new_x[i]) & _UNSIGNED) > _FAR) | ((_bits(new_y[i]) & _UNSIGNED) > _FAR)
            new_x[i] = x[i] if lost else new_x[i]
            new_y[i] = y[i] if lost else new_y[i]
        x, new_x = new_x, x
        y, new_y = new_y, y
        colour, new_colour = new_colour, colour
        if turn_of < FUSE:
            continue
        if has_final:
            turn = turns[transforms]
            _turned(turn, 0, x, y, from_x, from_y)
            _varied(marks[transforms], turn, kinds, terms, from_x, from_y, bits, new_x, new_y)
            pull = turn[12] * turn[13]
            keep = _ONE - turn[13]
            for i in range(SWARM):
                new_colour[i] = colour[i] * keep + pull
            _shot(new_x, new_y, new_colour, seen, bits, camera, size, at, hue)
        else:
            _shot(x, y, colour, seen, bits, camera, size, at, hue)
        _count(at, hue, inks, histogram)


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
