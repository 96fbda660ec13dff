"""Unseen spans against a naive model: a set of numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.spans import EVERYTHING, LAST_POS, Span, runs_of, subtract, without

positions = st.sets(st.integers(1, 60))
batches = st.lists(positions, max_size=6)


def apply(spans: list[Span], seen: set[int]) -> list[Span]:
    """Do to a list what `store_spans` does to the table: delete, shrink, insert, by the key `lo`."""
    cut = subtract(spans, runs_of(seen))
    by_lo = {span.lo: span.hi for span in spans}
    for lo in cut.deleted:
        del by_lo[lo]
    for lo, hi in cut.shrunk:
        assert hi < by_lo[lo]
        by_lo[lo] = hi
    for lo, hi in cut.inserted:
        assert lo not in by_lo
        by_lo[lo] = hi
    return [Span(lo, hi) for lo, hi in sorted(by_lo.items())]


@given(positions)
def test_runs_cover_exactly_the_positions(seen: set[int]) -> None:
    """Runs hold every position once, and no two of them touch."""
    runs = runs_of(seen)
    assert [number for run in runs for number in range(run.lo, run.hi + 1)] == sorted(seen)
    assert all(later.lo > earlier.hi + 1 for earlier, later in pairwise(runs))


@given(batches)
def test_cutting_batch_by_batch_leaves_what_was_never_seen(seen_batches: list[set[int]]) -> None:
    """After any batches in any order, the spans are the maximal ranges of what no batch held, open at the top."""
    spans, seen = [EVERYTHING], set[int]()
    for batch in seen_batches:
        spans = apply(spans, batch)
        seen |= batch
    unseen = sorted(set(range(1, 62)) - seen)
    assert [number for span in spans for number in range(span.lo, min(span.hi, 61) + 1)] == unseen
    assert spans[-1].hi == LAST_POS
    assert all(later.lo > earlier.hi + 1 for earlier, later in pairwise(spans))


@given(batches)
def test_rebuilding_gives_the_same_as_cutting(seen_batches: list[set[int]]) -> None:
    """Spans made anew from everything seen equal those cut batch by batch."""
    spans, seen = [EVERYTHING], set[int]()
    for batch in seen_batches:
        spans = apply(spans, batch)
        seen |= batch
    assert without([EVERYTHING], runs_of(seen)) == spans


@given(positions)
def test_seeing_again_changes_nothing(seen: set[int]) -> None:
    """A batch that was seen before leads to no change at all."""
    spans = without([EVERYTHING], runs_of(seen))
    cut = subtract(spans, runs_of(seen))
    assert (cut.deleted, cut.shrunk, cut.inserted) == ((), (), ())
