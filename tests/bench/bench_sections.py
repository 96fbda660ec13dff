"""How soon new music is noticed, and how often in vain: programmes of music that is not ours, whose joins are known.

The pieces of `audio_pieces`, 60 to 90 s of each, are joined by a cut, a cross-fade of 5 s or 2 s of silence, and heard
through windows as the listener's are, at the shortest and the longest pace, begun 4 s later each time. The first event
after a change tells it; another one there, and any within a single whole piece, was in vain. A delay runs from the
first moment of the new piece. The figures of the held-out half count.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.analyse import analyse
from kiosk.audio.decode import RATE_HZ
from kiosk.audio.listener import FIRST_S, WINDOW_S
from kiosk.audio.pace import EVERY_MAX_S, EVERY_MIN_S, SHARE_MAX, Pace
from kiosk.audio.record import AudioAnalysis
from kiosk.audio.sections import Sections
from tests.bench.audio_pieces import Piece, install, tempo_pieces
from tests.bench.harness import Figure, Options

NAME = "sections"
JOINS = ("cut", "cross-fade of 5 s", "2 s of silence")
PIECE_MAX_S = 200
EXCERPT_MIN_S, EXCERPT_MAX_S = 60, 90
FADE_S, GAP_S = 5, 2
STEP_S = 4
LATE = 0.9
QUICK_PART = 3
SEED = 1

Windows = Callable[[int], AudioAnalysis]


@dataclass(frozen=True, slots=True)
class Programme:
    """Sound, mono at RATE_HZ, and the seconds in it at which another piece begins."""

    samples: NDArray[np.float32]
    changes_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a programme's changes: the delay of each that was told, how many there were, events in vain."""

    delays_s: tuple[float, ...]
    changes: int
    in_vain: int
    heard_s: float


def run(options: Options) -> Iterable[Figure]:
    """Yields the figures of the held-out half, then of the other, for each pace: joined pieces, then whole ones."""
    install()
    pieces = list(tempo_pieces(QUICK_PART if options.quick else 1, seconds=PIECE_MAX_S))
    for held_out in (True, False):
        half = [piece for piece in pieces if piece.held_out == held_out]
        name = "held out" if held_out else "tuned on"
        for join in JOINS:
            heard = windows_of(programme := joined(half, join))
            for every_s in (EVERY_MIN_S, EVERY_MAX_S):
                outcome = told(programme, heard, every_s)
                yield from _change_figures(outcome, f"{join}, every {every_s:.0f} s, {name}")
        whole = [Programme(piece.samples) for piece in half if not piece.name.startswith("loop_")]
        listened = [(each, windows_of(each)) for each in whole]
        for every_s in (EVERY_MIN_S, EVERY_MAX_S):
            outcomes = [told(each, heard, every_s) for each, heard in listened]
            hours = sum(outcome.heard_s for outcome in outcomes) / 3600
            in_vain = sum(outcome.in_vain for outcome in outcomes)
            yield Figure(
                name=f"told in vain, {len(whole)} whole pieces, every {every_s:.0f} s, {name}",
                value=in_vain / hours,
                unit="an hour",
            )


def joined(pieces: Sequence[Piece], join: str) -> Programme:
    """Return excerpts of the pieces one after another, in an order and of lengths that chance chose once."""
    random = np.random.default_rng(SEED)
    parts: list[NDArray[np.float32]] = []
    changes_s: list[float] = []
    fade = np.linspace(0, np.pi / 2, FADE_S * RATE_HZ, dtype=np.float32)
    for place in random.permutation(len(pieces)):
        samples = pieces[place].samples
        length = min(round(random.uniform(EXCERPT_MIN_S, EXCERPT_MAX_S) * RATE_HZ), len(samples))
        begin = int(random.integers(len(samples) - length + 1))
        excerpt = samples[begin : begin + length].copy()
        if parts and join == "2 s of silence":
            parts.append(np.zeros(GAP_S * RATE_HZ, np.float32))
        if parts and join == "cross-fade of 5 s":
            excerpt[: len(fade)] = excerpt[: len(fade)] * np.sin(fade) + parts[-1][-len(fade) :] * np.cos(fade)
            parts[-1] = parts[-1][: -len(fade)]
        if parts:
            changes_s.append(sum(map(len, parts)) / RATE_HZ)
        parts.append(excerpt)
    return Programme(np.concatenate(parts), tuple(changes_s))


def windows_of(programme: Programme) -> Windows:
    """Return what gives the analysis of the window that ends at a second; each is made once."""

    @cache
    def until(end_s: int) -> AudioAnalysis:
        begin_s = max(0, end_s - round(WINDOW_S))
        return analyse(programme.samples[begin_s * RATE_HZ : end_s * RATE_HZ])

    return until


def told(programme: Programme, heard: Windows, every_s: float) -> Outcome:
    """Listen to a programme at a pace, as often as the pace has steps of 4 s, and return all that came of it."""
    delays_s: list[float] = []
    in_vain = 0
    delays_to_first_s = range(0, round(every_s), STEP_S)
    lasts_s = len(programme.samples) / RATE_HZ
    for later_s in delays_to_first_s:
        events_s = list(_events_s(heard, from_s=round(FIRST_S) + later_s, until_s=lasts_s, every_s=every_s))[1:]
        for begin_s, end_s in pairwise((0.0, *programme.changes_s, lasts_s)):
            here_s = [event_s for event_s in events_s if begin_s < event_s <= end_s]
            if here_s and begin_s:
                delays_s.append(here_s[0] - begin_s)
            in_vain += len(here_s[1:] if begin_s else here_s)
    times = len(delays_to_first_s)
    return Outcome(tuple(delays_s), times * len(programme.changes_s), in_vain, times * lasts_s)


def _events_s(heard: Windows, *, from_s: int, until_s: float, every_s: float) -> Iterator[int]:
    """Yield the seconds at which a new piece is told, the first for that there is music at all."""
    cost_s = every_s * SHARE_MAX
    sections, pace, at_s = Sections(), Pace(cost_s), from_s
    while at_s <= until_s:
        if sections.is_new(heard(at_s)):
            yield at_s
        wait_s = round(pace.wait_s(in_doubt=sections.in_doubt))
        pace, at_s = pace.after(cost_s, hearing_share=0.0, lasted_s=wait_s), at_s + wait_s


def _change_figures(outcome: Outcome, which: str) -> Iterable[Figure]:
    noticed = len(outcome.delays_s)
    yield Figure(name=f"changes told, {which}", value=noticed / outcome.changes, unit="of 1", goal=">= 0.9")
    yield Figure(name=f"events that were changes, {which}", value=noticed / (noticed + outcome.in_vain), unit="of 1")
    for name, share in (("median", 0.5), ("of nine in ten at most", LATE)):
        yield Figure(name=f"delay, {name}, {which}", value=float(np.quantile(outcome.delays_s, share)), unit="s")
    yield Figure(name=f"delay, the longest, {which}", value=max(outcome.delays_s), unit="s")
