"""From a film of the screen to what stood on it when (pure): every sample is solved as a mixture of known looks.

A sample that is one look throughout is at rest. What lies between two rests must be their mixture, in linear light
(squares stand for it), by a weight that grows; or, when a change was taken over by another on its way, a mixture of
three. What is neither is a fault. A look has the screen from half weight until another has half.

    rest A   mix A-B ... mix A-B   rest B          A ends and B begins where the weight crosses 1/2
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.journeys.pixels import Code, Film

REST_TOLERANCE = 3.0  # of 255: dither and rounding
MIX_TOLERANCE = 6.0  # as above, and what the square falls short of sRGB's curve
TEAR_TOLERANCE = 6.0
BACKWARD_TOLERANCE = 0.15  # of the weight
BLIND_S = 0.2
PASSING_S = 0.1
STRAIGHT = 0.95  # cosine
PAUSE = 0.02  # of the weight: the same frame seen twice, and its noise
CANDIDATES, TURN_SAMPLES = 16, 6  # for what a change was on its way to, and when it turned

BLACK, GROUND, COVER = "black", "ground", "cover"
COVER_COLOUR = (255, 0, 255)
SCENERY: dict[str, Code] = {
    BLACK: np.zeros((4, 3)),
    GROUND: np.array([(11.0, 11.0, 12.0)] * 4),
    COVER: np.array([COVER_COLOUR] * 4, np.float64),
}

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """A look had the screen from `begin_s` to `end_s` (monotonic). An end of the film's own is not `seen`."""

    look: str
    begin_s: float
    end_s: float
    begin_seen: bool = True
    end_seen: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Something no wall may show, from `begin_s` to `end_s` (monotonic)."""

    what: str
    begin_s: float
    end_s: float


@dataclass(slots=True)
class Timeline:
    """What stood on the screen: `runs` in order, `faults`, and `blind`, when the camera itself did not look.

    `at_s` (n,) and `queued_s` (n,) are the film's: the waits for a processor until each sample.
    """

    runs: list[Run] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blind: list[tuple[float, float]] = field(default_factory=list)
    at_s: Array = field(default_factory=lambda: np.zeros(0))
    queued_s: Array = field(default_factory=lambda: np.zeros(0))

    def withheld_s(self, begin_s: float, end_s: float) -> float:
        """Return what the machine withheld (s) between two moments, to the samples around them.

        That is the waits of wall, X server and camera for a processor, or the time in which the camera did not look
        though it had one, as when a whole virtual machine stands still.
        """
        if not len(self.at_s):
            return 0.0
        first = max(int(np.searchsorted(self.at_s, begin_s, "right")) - 1, 0)
        last = min(int(np.searchsorted(self.at_s, end_s, "left")), len(self.at_s) - 1)
        blind_s = sum(max(0.0, min(end, self.at_s[last]) - max(begin, self.at_s[first])) for begin, end in self.blind)
        return float(max(self.queued_s[last] - self.queued_s[first], blind_s))

    def pieces(self) -> list[Run]:
        """Return the runs of pieces, without scenery."""
        return [run for run in self.runs if run.look not in SCENERY]

    def scenery(self, *looks: str) -> list[Run]:
        """Return the runs of these: black, ground, cover."""
        return [run for run in self.runs if run.look in looks]


@dataclass(frozen=True, slots=True)
class _Rest:
    look: str
    first: int
    last: int


def timeline(film: Film, codes: Mapping[str, Code]) -> Timeline:
    """Solve a film of pieces of these codes. What comes before the first of them is not judged."""
    return _Solver(film, {**SCENERY, **codes}, first_of=frozenset(codes)).solve()


class _Solver:
    """Solves one film. Holds it as (n, 4, 3) levels a quadrant, and the codes as one (codes, 12) array of squares."""

    def __init__(self, film: Film, codes: Mapping[str, Code], *, first_of: frozenset[str]) -> None:
        self._at = film.at_s
        self._names = list(codes)
        cells = film.cells.astype(np.float64)
        levels = np.stack([np.median(cells[:, film.quadrant == number], axis=1) for number in range(4)], axis=1)
        spread = np.abs(cells - levels[:, film.quadrant]).max(axis=(1, 2))
        self._x = levels.reshape(len(levels), 12)
        self._y = self._x**2
        self._torn = spread > TEAR_TOLERANCE
        self._cells = cells
        self._codes = np.stack([codes[name].reshape(12) for name in self._names])
        self._squares = self._codes**2
        self._first_of = first_of
        self._line = Timeline(at_s=film.at_s, queued_s=film.queued_s)

    def solve(self) -> Timeline:
        """Return the timeline."""
        rests = self._without_passing(list(self._rests()))
        known = next((n for n, rest in enumerate(rests) if rest.look in self._first_of), None)
        if known is None:
            return self._line
        rests = rests[known:]
        begin_s, look, seen = float(self._at[rests[0].first]), rests[0].look, False
        for before, after in itertools.pairwise(rests):
            for at_s, next_look in self._changes(before, after):
                if next_look != look:
                    self._line.runs.append(Run(look, begin_s, at_s, begin_seen=seen))
                    begin_s, look, seen = at_s, next_look, True
        end_s = float(self._at[-1])
        self._line.runs.append(Run(look, begin_s, end_s, begin_seen=seen, end_seen=False))
        start = rests[0].first
        self._line.faults.extend(self._tears(start))
        gaps = np.flatnonzero(np.diff(self._at) > BLIND_S)
        self._line.blind = [(float(self._at[n]), float(self._at[n + 1])) for n in gaps if n >= start]
        self._line.faults.sort(key=lambda fault: fault.begin_s)
        return self._line

    def _rests(self) -> Iterator[_Rest]:
        look, first, last = None, 0, 0
        for number in range(len(self._at)):
            if self._torn[number]:
                continue
            apart = np.abs(self._codes - self._x[number]).max(axis=1)
            nearest = int(apart.argmin())
            now = self._names[nearest] if apart[nearest] <= REST_TOLERANCE else None
            if now is not None and now == look:
                last = number
                continue
            if look is not None:
                yield _Rest(look, first, last)
            look, first, last = now, number, number
        if look is not None:
            yield _Rest(look, first, last)

    def _without_passing(self, rests: list[_Rest]) -> list[_Rest]:
        """Leave out a look that a mixture of its neighbours only passed through on its way.

        It lies on the straight way between them itself; other samples of the way may be of two frames each.
        """
        kept = rests[:1]
        for rest, after in itertools.pairwise(rests[1:]):
            path = [n for n in range(kept[-1].last, after.first + 1) if not self._torn[n]]
            weights, on_it = self._along(path, self._names.index(kept[-1].look), self._names.index(after.look))
            brief = self._at[rest.last] - self._at[rest.first] < PASSING_S
            own = [rest.first <= n <= rest.last for n in path]
            grows = np.diff(weights[on_it]).min(initial=0.0) > -PAUSE
            straight = on_it[own].all() and kept[-1].look != after.look and grows
            if not (brief and (straight or self._goes_on(rest))):
                kept.append(rest)
        return [*kept, *rests[1:][-1:]]

    def _goes_on(self, rest: _Rest) -> bool:
        """Tell whether this was one sample of a movement that neither stopped nor turned there."""
        if rest.first != rest.last or rest.last + 1 >= len(self._at):
            return False
        came, went = self._y[rest.first] - self._y[rest.first - 1], self._y[rest.first + 1] - self._y[rest.first]
        moved = float(np.linalg.norm(came) * np.linalg.norm(went))
        return moved > 0 and float(came @ went) / moved > STRAIGHT

    def _changes(self, before: _Rest, after: _Rest) -> Iterator[tuple[float, str]]:
        """Say which looks came to half weight between two rests, and when (s)."""
        numbers = [n for n in range(before.last + 1, after.first) if not self._torn[n]]
        start, goal = self._names.index(before.look), self._names.index(after.look)
        weights, ok = self._along(numbers, start, goal)
        if bool(ok.all()) and start != goal:
            self._check_growth(numbers, weights)
            yield self._crossing([before.last, *numbers, after.first], np.array([0.0, *weights, 1.0])), after.look
        elif numbers:
            yield from self._bend(before, after, numbers)

    def _along(self, numbers: list[int], start: int, goal: int) -> tuple[Array, NDArray[np.bool_]]:
        """Return the weights of `goal` over `start`, and which samples are such a mixture."""
        weights, off = _mix(self._y[numbers], self._x[numbers], self._squares[start], self._squares[goal])
        return weights, off <= MIX_TOLERANCE

    def _bend(self, before: _Rest, after: _Rest, numbers: list[int]) -> Iterator[tuple[float, str]]:
        """A change that another took over: first towards a third look, then from that mixture to the goal."""
        start, goal = self._names.index(before.look), self._names.index(after.look)
        best, most = self._turn(numbers, start, goal)
        weights, _ = self._along(numbers[:most], start, best)
        if most and float(weights.max()) >= 0.5:
            first = [before.last, *numbers[:most]]
            yield self._crossing(first, np.array([0.0, *weights])), self._names[best]
        rest = numbers[most:]
        shares, off = _three(self._y[rest], self._x[rest], self._squares[[start, best, goal]])
        bad = [number for number, amount in zip(rest, off, strict=True) if amount > MIX_TOLERANCE]
        bad = [number for number in bad if not self._caught_changing(number, start, best, goal)]
        if bad:
            levels = self._x[bad[0]].reshape(4, 3).round().astype(int).tolist()
            words = f"{len(bad)} samples between {before.look} and {after.look} are no mixture, first {levels}"
            self._line.faults.append(Fault(words, float(self._at[bad[0]]), float(self._at[bad[-1]])))
        if goal != best or most < len(numbers):
            path = [*(numbers[most - 1 : most] or [before.last]), *rest, after.first]
            yield self._crossing(path, np.array([0.0, *shares, 1.0])), after.look

    def _turn(self, numbers: list[int], start: int, goal: int) -> tuple[int, int]:
        """Return the look a change first went to, and how many samples it did, so that both legs fit best."""
        y, x = self._y[numbers], self._x[numbers]
        legs: list[tuple[int, float, int]] = []
        for other in range(len(self._names)):
            if other != start:
                _, off = _mix(y, x, self._squares[start], self._squares[other])
                good = off <= MIX_TOLERANCE
                length = len(numbers) if good.all() else int(np.argmin(good))
                legs.append((-length, float(off[:length].sum()), other))
        best, most, least = goal, 0, np.inf
        for length, _, other in sorted(legs)[:CANDIDATES]:
            weights, off = _mix(y, x, self._squares[start], self._squares[other])
            for count in range(max(1, -length - TURN_SAMPLES), -length + 1):
                way = self._squares[other] - self._squares[start]
                left_at = self._squares[start] + weights[count - 1] * way
                _, off_after = _mix(y[count:], x[count:], left_at, self._squares[goal])
                error = float(np.square(off[:count]).sum() + np.square(off_after).sum())
                if error < least:
                    best, most, least = other, count, error
        return best, most

    def _caught_changing(self, number: int, start: int, best: int, goal: int) -> bool:
        """Tell whether the camera read its rows from two frames: each part a mixture, and the next sample another."""
        for part in range(4):
            own = slice(3 * part, 3 * part + 3)
            y, x, looks = self._y[[number], own], self._x[[number], own], self._squares[:, own]
            _, off = _mix(y, x, looks[start], looks[goal])
            _, off_bent = _three(y, x, looks[[start, best, goal]])
            if min(off[0], off_bent[0]) > MIX_TOLERANCE:
                return False
        return bool(np.abs(self._x[number] - self._x[number + 1]).max() > REST_TOLERANCE)

    def _crossing(self, numbers: list[int], weights: Array) -> float:
        """Return when the weight came to a half (s), between the two samples around it."""
        over = int(np.argmax(weights >= 0.5))
        low, high = float(weights[over - 1]), float(weights[over])
        share = (0.5 - low) / (high - low) if high > low and high - low < 0.9 else 0.5
        begin_s, end_s = float(self._at[numbers[over - 1]]), float(self._at[numbers[over]])
        return begin_s + share * (end_s - begin_s)

    def _check_growth(self, numbers: list[int], weights: Array) -> None:
        back = np.flatnonzero(np.diff(weights) < -BACKWARD_TOLERANCE)
        for number in back:
            at_s = float(self._at[numbers[number + 1]])
            self._line.faults.append(Fault("a morph went backwards", at_s, at_s))

    def _tears(self, start: int) -> Iterator[Fault]:
        """Parts of the screen that disagree, in two samples that are equal: no frame was changing under the camera."""
        for number in np.flatnonzero(self._torn[start:-1] & self._torn[start + 1 :]) + start:
            if np.abs(self._cells[number] - self._cells[number + 1]).max() <= REST_TOLERANCE:
                kinds = np.unique(self._cells[number], axis=0).astype(int).tolist()
                words = f"{len(kinds)} colours on one screen: {kinds[:4]}"
                yield Fault(words, float(self._at[number]), float(self._at[number + 1]))


def _mix(y: Array, x: Array, start: Array, goal: Array) -> tuple[Array, Array]:
    """Return the weight (0-1) of `goal` in each row of squares `y` by least squares, and how far levels `x` are off."""
    way = goal - start
    length = float(way @ way)
    weights = np.clip((y - start) @ way / length, 0, 1) if length else np.zeros(len(y))
    mixed = start + weights[:, None] * way
    return weights, np.abs(np.sqrt(mixed) - x).max(axis=1, initial=0.0)


def _three(y: Array, x: Array, looks: Array) -> tuple[Array, Array]:
    """Return the share of the last of three looks in each row, and how far off the best mixture of the three is."""
    basis = (looks[1:] - looks[0]).T
    parts = np.linalg.lstsq(basis, (y - looks[0]).T, rcond=None)[0]
    mixed = looks[0] + np.clip(parts, 0, 1).T @ basis.T
    off = np.abs(np.sqrt(np.clip(mixed, 0, None)) - x).max(axis=1, initial=0.0)
    return np.clip(parts[-1], 0, 1), off
