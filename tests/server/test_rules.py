"""The queue rules, pure."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.artworks import Reason
from kiosk.server.moments import DAY_MS, MINUTE_MS
from kiosk.server.rules import AGE_MAX_MS, QueueRules, arrange, bucket_of, viewed_at_ms

NOW = 1_800_000_000_000


@dataclass(frozen=True)
class Piece:
    id: int
    placed_at: int


pieces = st.lists(st.builds(Piece, st.integers(1, 30), st.integers(0, 5)), max_size=12)


@given(pieces, pieces, pieces, st.integers(1, 20))
def test_every_piece_once_fresh_before_unseen_before_cooled(
    fresh: list[Piece], unseen: list[Piece], cooled: list[Piece], limit: int
) -> None:
    """The queue has no piece twice, is no longer than asked, in the order of reasons, the unseen newest first."""
    queue = arrange(fresh, unseen, cooled, limit)
    ids = [piece.id for piece, _ in queue]
    assert len(ids) == len(set(ids)) <= limit
    reasons = [reason for _, reason in queue]
    assert reasons == sorted(reasons, key=[Reason.FRESH, Reason.UNSEEN, Reason.COOLED].index)
    made = [piece.placed_at for piece, reason in queue if reason is Reason.UNSEEN]
    assert made == sorted(made, reverse=True)
    if len(queue) < limit:
        assert set(ids) == {piece.id for piece in (*fresh, *unseen, *cooled)}


@given(st.integers(), st.integers(), st.booleans(), st.none() | st.integers(0))
def test_nothing_is_seen_in_the_future(now: int, painted: int, synced: bool, age: int | None) -> None:
    """Whatever a display claims, the piece was seen by now, and not more than ten years ago."""
    viewed = viewed_at_ms(now, age_ms=age, painted_at_ms=painted, clock_synced=synced)
    assert now - AGE_MAX_MS <= viewed <= now


def test_viewed_at_is_the_servers_clock_less_the_age() -> None:
    """A known age wins over everything the display's clock says."""
    assert viewed_at_ms(NOW, age_ms=5_000, painted_at_ms=NOW - 9, clock_synced=True) == NOW - 5_000


def test_without_an_age_a_trusted_time_counts() -> None:
    """After a restart of the machine `paintedAt` counts, if its clock was right and it is not in the future."""
    assert viewed_at_ms(NOW, age_ms=None, painted_at_ms=NOW - 70, clock_synced=True) == NOW - 70
    assert viewed_at_ms(NOW, age_ms=None, painted_at_ms=NOW - 70, clock_synced=False) == NOW
    assert viewed_at_ms(NOW, age_ms=None, painted_at_ms=NOW + 1, clock_synced=True) == NOW
    assert viewed_at_ms(NOW, age_ms=None, painted_at_ms=None, clock_synced=True) == NOW


def test_durations_of_the_contract() -> None:
    """Without settings: fresh for 15 minutes, cooling for 7 days, nothing too old, buckets of a minute."""
    rules = QueueRules()
    assert rules.fresh_until(NOW) - NOW == 15 * MINUTE_MS
    assert NOW - rules.cooled_before(NOW) == 7 * DAY_MS
    assert rules.created_since(NOW) is None
    assert QueueRules(created_cutoff_ms=DAY_MS).created_since(NOW) == NOW - DAY_MS
    assert bucket_of(NOW) == bucket_of(NOW + 59_999)
    assert bucket_of(NOW + 60_000) == bucket_of(NOW) + 1
