"""The queue on a real database against a naive model: whatever happens, both give the same pages and the same counts.

Two users with three displays between them add pieces, hide, publish and remove them, see them, vote, wait, and have
what they saw forgotten or filled in. After every step, what the database keeps besides the truth still follows from it.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete, func, insert, select

from kiosk.domain.artworks import Origin, Reason
from kiosk.domain.ids import new_id
from kiosk.domain.impressions import ImpressionType
from kiosk.server import (
    backfilling,
    store_artworks,
    store_impressions,
    store_people,
    store_pieces,
    store_queue,
    store_spans,
    store_votes,
)
from kiosk.server.database import Database
from kiosk.server.intake import Seen
from kiosk.server.moments import DAY_MS, MINUTE_MS
from kiosk.server.opening import open_database
from kiosk.server.rules import QueueRules
from kiosk.server.store_artworks import NewArtwork
from kiosk.server.store_pieces import NotMovable
from kiosk.server.store_queue import Viewer
from kiosk.server.tables import DEMO_LANE, PUBLIC_LANE, artworks, lanes, metadata, play_days, plays

RULES = QueueRules()
WITH_CUTOFF = QueueRules(created_cutoff_ms=DAY_MS)
DISPLAYS = {"hall": "anna", "stairs": "anna", "office": "ben"}
USERS = sorted(set(DISPLAYS.values()))
LIMITS = (1, 3, 100)
EXAMPLES = {"sqlite": 20, "postgresql": 8}
STEPS = 25
NOBODY = "nobody"

user = st.sampled_from(USERS)
display = st.sampled_from(sorted(DISPLAYS))
index = st.integers(0, 30)
record = st.tuples(index, st.sampled_from([*[ImpressionType.DISPLAYED] * 3, ImpressionType.LOADED]), st.integers(0, 60))


class Piece:
    """What the model knows of a piece: who made it and when, who alone may see it, since when, and who could before."""

    def __init__(self, key: int, maker: str | None, only_for: str | None, made_at: int) -> None:
        self.key = key
        self.maker = maker
        self.only_for = only_for
        self.was_for: str | None = NOBODY
        self.made_at = self.placed_at = made_at
        self.fresh_until = 0 if maker is None else made_at + 15 * MINUTE_MS


class Model:
    """The queue rules in the most obvious words, over plain dictionaries."""

    def __init__(self) -> None:
        self.pieces: dict[str, Piece] = {}
        self.removed: dict[str, str | None] = {}  # piece -> who alone could see it
        self.seen: dict[tuple[str, str], int] = {}  # user, piece -> last seen
        self.shown: set[tuple[str, str]] = set()  # display, piece
        self.records: dict[tuple[ImpressionType, str], tuple[str, str]] = {}  # -> user, piece
        self.votes: dict[tuple[str, str], int] = {}

    def queue(self, display: str, now: int, since: int) -> list[tuple[str, Reason]]:
        """All that this display may show, in order; before `since` nothing came there or was seen, unless fresh."""
        user = DISPLAYS[display]
        visible = [name for name, piece in self.pieces.items() if piece.only_for in {None, user}]
        fresh = [
            name
            for name in visible
            if self.pieces[name].maker == user
            and now < self.pieces[name].fresh_until
            and (display, name) not in self.shown
        ]
        fresh.sort(key=lambda name: self.pieces[name].made_at, reverse=True)
        others = [name for name in visible if name not in fresh and self.pieces[name].placed_at >= since]
        seen = {name: self.seen[user, name] for name in others if (user, name) in self.seen}
        unseen = [name for name in others if name not in seen]
        unseen.sort(key=lambda name: self.pieces[name].placed_at, reverse=True)
        cooled = [name for name, at in seen.items() if now - at > 7 * DAY_MS and at >= since]
        cooled.sort(key=lambda name: (seen[name], self.pieces[name].key))
        reasons = ((Reason.FRESH, fresh), (Reason.UNSEEN, unseen), (Reason.COOLED, cooled))
        return [(name, reason) for reason, names in reasons for name in names]

    def record(self, display: str, entry: Seen) -> str:
        """Take in one record; say what becomes of it."""
        user, key = DISPLAYS[display], (entry.type, entry.id)
        piece = self.pieces.get(entry.artwork_id)
        ours = (user, entry.artwork_id)
        could_see = {piece.only_for, piece.was_for} if piece else {self.removed.get(entry.artwork_id, NOBODY)}
        if not could_see & {None, user} or self.records.get(key, ours) != ours:
            return "rejected"
        if entry.type is ImpressionType.DISPLAYED and piece and piece.only_for in {None, user}:
            self.seen[ours] = max(entry.viewed_at, self.seen.get(ours, entry.viewed_at))
            self.shown.add((display, entry.artwork_id))
        status = "duplicate" if key in self.records else "stored"
        self.records[key] = ours
        return status


class QueueMachine(RuleBasedStateMachine):
    """Does to the database and to the model the same, and compares them."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.model = Model()
        self.now = 1_800_000_000_000
        self.ids = [new_id() for _ in range(61)]  # few, so that records repeat
        self.users: dict[str, int] = {}
        self.viewers: dict[str, Viewer] = {}
        self.numbers, self.looks = count(), count()

    @initialize()
    def add_people(self) -> None:
        """The users and their displays."""
        for name in USERS:
            self.users[name] = self.write(store_people.add_user, name=name, now_ms=self.now).id
        for name, owner in DISPLAYS.items():
            made = self.write(store_people.add_device, name=name, user=owner, token=name, now_ms=self.now)
            self.viewers[name] = Viewer(self.users[owner], made.id)

    @rule(user=user, private=st.booleans(), origin=st.sampled_from(Origin))
    def add_piece(self, user: str, private: bool, origin: Origin) -> None:
        """A user adds a piece, or has one made."""
        self.now += 1
        values = {"created_at": self.now, "fresh_until": RULES.fresh_until(self.now)}
        self.insert(Piece(0, user, user if private else None, self.now), origin, **values)

    @rule()
    def add_demo_piece(self) -> None:
        """An update brings another bundled piece."""
        made_at = next(self.numbers)
        self.insert(Piece(0, None, None, made_at), Origin.GENERATED, created_at=made_at, fresh_until=None)

    def insert(self, piece: Piece, origin: Origin, **values: Any) -> None:
        """Add a piece to the database and to the model."""
        new = NewArtwork(new_id(), f"{next(self.numbers):064x}", 1, 1, 1, "image/jpeg", "", "", origin)
        lane = DEMO_LANE if piece.maker is None else self.users[piece.only_for] if piece.only_for else PUBLIC_LANE
        maker = piece.maker and self.users[piece.maker]
        piece.key = self.write(store_artworks.insert, new, lane=lane, created_by=maker, **values).id
        self.model.pieces[new.public_id] = piece

    @precondition(lambda self: self.model.pieces)
    @rule(pick=index, private=st.booleans())
    def change_visibility(self, pick: int, private: bool) -> None:
        """A piece is hidden or published; the bundled ones cannot be."""
        self.now += 1
        _, piece = self.pick(pick)
        change = {"artwork_id": piece.key, "private": private, "now_ms": self.now}
        if piece.maker is None:
            with pytest.raises(NotMovable):
                self.write(store_pieces.change_visibility, **change)
        elif piece.only_for != (piece.maker if private else None):
            self.write(store_pieces.change_visibility, **change)
            piece.was_for, piece.only_for = piece.only_for, piece.maker if private else None
            piece.placed_at = self.now
        else:
            self.write(store_pieces.change_visibility, **change)

    @precondition(lambda self: self.model.pieces)
    @rule(pick=index)
    def remove(self, pick: int) -> None:
        """A piece is removed for good, and once more."""
        name, piece = self.pick(pick)
        for _ in range(2):
            self.write(store_pieces.remove, artwork_id=piece.key, now_ms=self.now)
        del self.model.pieces[name]
        self.model.removed[name] = piece.only_for
        self.model.seen = {key: at for key, at in self.model.seen.items() if key[1] != name}

    @rule(display=display, records=st.lists(record, max_size=8), age_ms=st.integers(0, 9 * DAY_MS))
    def see(self, display: str, records: list[tuple[int, ImpressionType, int]], age_ms: int) -> None:
        """A display reports a batch: new and repeated, of pieces it may see, could once see, may not, or never were."""
        names = [*self.model.pieces, *self.model.removed, new_id()]
        batch = [
            Seen(self.ids[number], "", names[pick % len(names)], kind, self.now - age_ms * place // 8)
            for place, (pick, kind, number) in enumerate(records)
        ]
        results = self.write(store_impressions.record, self.viewers[display], batch, now_ms=self.now)
        assert [result.status for result in results] == [self.model.record(display, entry) for entry in batch]

    @precondition(lambda self: self.model.pieces)
    @rule(user=user, pick=index, value=st.sampled_from([-1, 0, 1]))
    def vote(self, user: str, pick: int, value: Any) -> None:
        """A user votes for a piece, or takes the vote back."""
        name, piece = self.pick(pick)
        tally = self.write(
            store_votes.cast_vote, user=self.users[user], artwork=piece.key, value=value, now_ms=self.now
        )
        self.model.votes[user, name] = value
        cast = [self.model.votes.get((voter, name), 0) for voter in USERS]
        assert (tally.up, tally.down) == (cast.count(1), cast.count(-1))

    @rule(passed_ms=st.sampled_from([1, MINUTE_MS, 16 * MINUTE_MS, DAY_MS, 8 * DAY_MS]))
    def wait(self, passed_ms: int) -> None:
        """Time passes."""
        self.now += passed_ms

    @rule(user=user, age_ms=st.integers(0, 9 * DAY_MS))
    def purge(self, user: str, age_ms: int) -> None:
        """What a user saw longer ago is forgotten."""
        before = self.now - age_ms
        old = [key for key, at in self.model.seen.items() if key[0] == user and at < before]
        purged = self.write(store_spans.purge_impressions, user=self.users[user], before_ms=before)
        assert purged == len(old)
        for key in old:
            del self.model.seen[key]

    @rule(user=user, age_ms=st.none() | st.integers(0, 2 * DAY_MS))
    def backfill(self, user: str, age_ms: int | None) -> None:
        """Everything made by then counts as seen by a user."""
        as_of = None if age_ms is None else self.now - age_ms
        updated = self.write(backfilling.backfill, user=self.users[user], as_of_ms=as_of, now_ms=self.now)
        meant = {
            name: piece
            for name, piece in self.model.pieces.items()
            if piece.only_for in {None, user} and (as_of is None or piece.made_at < as_of)
        }
        assert updated == len([name for name in meant if (user, name) not in self.model.seen])
        for name, piece in meant.items():
            self.model.seen.setdefault((user, name), self.now)
            if piece.maker == user:
                piece.fresh_until = 0

    @invariant()
    def queues_agree(self) -> None:
        """Every display's queue, at each length in its turn, is the model's; the pool counts what the model has."""
        limit = LIMITS[next(self.looks) % len(LIMITS)]
        for display, viewer in self.viewers.items():
            seen = [at for (name, _), at in self.model.seen.items() if name == DISPLAYS[display]]
            cooling = [at for at in seen if self.now - at <= 7 * DAY_MS]
            for rules in (RULES, WITH_CUTOFF):
                expected = self.model.queue(display, self.now, rules.created_since(self.now) or 0)
                reasons = [reason for _, reason in expected]
                page, pool = self.read(store_queue.next_page, viewer, limit=limit, now_ms=self.now, rules=rules)
                assert [(row.public_id, reason) for row, reason in page] == expected[:limit]
                assert (pool.fresh, pool.unseen) == (reasons.count(Reason.FRESH), reasons.count(Reason.UNSEEN))
                assert pool.cooling == len(cooling)

    @invariant()
    def spans_are_what_impressions_say(self) -> None:
        """The spans in the table are those that the impressions give."""
        for user in self.users.values():
            assert self.read(store_spans.differences, user=user) == {}

    @invariant()
    def lanes_are_dense(self) -> None:
        """Every position of an extent up to the head holds one piece, and no piece lies elsewhere."""
        of_lanes = [PUBLIC_LANE, DEMO_LANE, *self.users.values()]
        extents = self.read(store_spans.extents_of, of_lanes)
        heads = dict(self.rows(select(lanes.c.lane, lanes.c.head)))
        for lane, here in extents.items():
            due = [pos for span in here for pos in range(span.lo, min(span.hi, heads[lane]) + 1)]
            found = self.rows(select(artworks.c.pos).where(artworks.c.lane == lane).order_by(artworks.c.pos))
            assert [pos for (pos,) in found] == due

    @invariant()
    def every_record_counts_once(self) -> None:
        """The plays are the displayed records, each once, and the daily sums are theirs."""
        due = sorted(id_ for kind, id_ in self.model.records if kind is ImpressionType.DISPLAYED)
        assert [id_ for (id_,) in self.rows(select(plays.c.id).order_by(plays.c.id))] == due
        assert self.rows(select(func.coalesce(func.sum(play_days.c.plays), 0))) == [(len(due),)]

    def pick(self, number: int) -> tuple[str, Piece]:
        """One of the pieces there are."""
        return list(self.model.pieces.items())[number % len(self.model.pieces)]

    def write(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a store's function in a transaction."""
        return self.database.write_now(lambda connection: work(connection, *arguments, **named))

    def read(self, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a store's function on a snapshot."""
        return self.database.read_now(lambda connection: work(connection, *arguments, **named))

    def rows(self, query: Any) -> list[Any]:
        """The rows of a query."""
        return list(self.read(lambda connection: [tuple(row) for row in connection.execute(query)]))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def emptier(database: Database) -> Callable[[Connection], None]:
    """What brings a database back to how it is now; quicker than a new one for every example."""
    kept = database.read_now(
        lambda connection: {
            table: [dict(row._mapping) for row in connection.execute(select(table))] for table in metadata.sorted_tables
        }
    )

    def empty(connection: Connection) -> None:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table, rows in kept.items():
            if rows:
                connection.execute(insert(table), rows)

    return empty


@pytest.mark.timeout(700)  # hypothesis looks for up to 300 s for a shorter way to a failure
def test_queue_against_a_naive_model(database: Database) -> None:
    """Whatever happens to pieces and users, queues, counts, spans, lanes and plays are what a naive model says."""
    empty = emptier(database)

    def machine() -> QueueMachine:
        database.write_now(empty)
        return QueueMachine(database)

    examples = EXAMPLES["postgresql" if database.is_shared else "sqlite"]
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # any factory will do
        settings=settings(max_examples=examples, stateful_step_count=STEPS, deadline=None),
    )
