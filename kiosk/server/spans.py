"""Unseen spans: per user and lane the maximal ranges of positions never seen, and how a batch cuts them. Pure.

Positions are dense whole numbers from 1. A user who has seen nothing has one span, `EVERYTHING`; the top span stays
open to the right, so new pieces cost no write per user. Each span holds at least one unseen position, so twenty spans
always yield twenty pieces, whatever the history. `store_spans` reads and writes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LAST_POS = 2**60


class Span(NamedTuple):
    """All positions from `lo` to `hi`, both included; 1 <= lo <= hi."""

    lo: int
    hi: int


EVERYTHING = Span(1, LAST_POS)


@dataclass(frozen=True, slots=True)
class Cut:
    """What must change in a set of spans keyed by `lo`: keys to delete, spans whose `hi` shrinks, spans to insert."""

    deleted: tuple[int, ...] = ()
    shrunk: tuple[Span, ...] = ()
    inserted: tuple[Span, ...] = ()


def runs_of(positions: Iterable[int]) -> list[Span]:
    """Return the maximal ranges of consecutive numbers in `positions`, lowest first."""
    runs: list[Span] = []
    for position in sorted(set(positions)):
        if runs and position == runs[-1].hi + 1:
            runs[-1] = Span(runs[-1].lo, position)
        else:
            runs.append(Span(position, position))
    return runs


def subtract(spans: Sequence[Span], runs: Sequence[Span]) -> Cut:
    """Return the change that takes `runs` out of `spans`; both disjoint and lowest first. Linear in their lengths."""
    deleted: list[int] = []
    shrunk: list[Span] = []
    inserted: list[Span] = []
    first = 0
    for span in spans:
        while first < len(runs) and runs[first].hi < span.lo:
            first += 1
        rest = _left_of(span, runs, first)
        if rest == [span]:
            continue
        if rest and rest[0].lo == span.lo:
            shrunk.append(rest.pop(0))
        else:
            deleted.append(span.lo)
        inserted += rest
    return Cut(tuple(deleted), tuple(shrunk), tuple(inserted))


def without(spans: Sequence[Span], runs: Sequence[Span]) -> list[Span]:
    """Return what `runs` leave of `spans`; all disjoint and lowest first. Linear in their lengths."""
    rest: list[Span] = []
    first = 0
    for span in spans:
        while first < len(runs) and runs[first].hi < span.lo:
            first += 1
        rest += _left_of(span, runs, first)
    return rest


def _left_of(span: Span, runs: Sequence[Span], first: int) -> list[Span]:
    rest: list[Span] = []
    lo = span.lo
    index = first
    while index < len(runs) and runs[index].lo <= span.hi:
        if runs[index].lo > lo:
            rest.append(Span(lo, runs[index].lo - 1))
        lo = max(lo, runs[index].hi + 1)
        index += 1
    if lo <= span.hi:
        rest.append(Span(lo, span.hi))
    return rest
