"""What a wall says of itself: its impressions, from the server's database and the outbox; how they agree with a film.

The wall is ended before it is read; both files are opened to read only.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path

from tests.journeys.pixels import FILM_HZ, Piece
from tests.journeys.timeline import Run, Timeline

TOLERANCE_S = 0.3
CLOCKS_S = 0.1  # two clocks read one after the other, and what may come between
WITNESSED_S = 0.1  # two frames of a busy machine: who was on the glass for less may have no record
HEARTBEAT_S = 5.0  # a killed display's record ends at its last heartbeat, which is not older than this


@dataclass(frozen=True, slots=True)
class Record:
    """One impression; times in Unix seconds. `visible_s` is None while it is open.

    `changed_s` is when the wall last wrote of it: of a delivered one, when the server had answered.
    """

    id: str
    artwork_id: str
    sha256: str
    begin_s: float
    visible_s: float | None
    ended_by: str | None
    frames: int
    coverage: float
    delivered: bool
    changed_s: float | None = None

    @property
    def end_s(self) -> float | None:
        """When it left the glass."""
        return None if self.visible_s is None else self.begin_s + self.visible_s


def looks_by_sha256(pieces: Iterable[Piece]) -> dict[str, str]:
    """Return the look of each piece by the hash of its file."""
    return {hashlib.sha256(piece.path.read_bytes()).hexdigest(): piece.look for piece in pieces}


def records(folder: Path) -> list[Record]:
    """Return every impression of the wall on this data folder once, as the wall dates it, oldest first."""
    kept = {record.id: record for record in _outbox(folder / "outbox.db")}
    played = {record.id: record for record, _ in _plays(folder / "server" / "kiosk.db")}
    return sorted({**played, **kept}.values(), key=lambda record: record.begin_s)


def server_differs(folder: Path, looks: Mapping[str, str], *, dated: bool) -> list[str]:
    """Return in words where the server's plays differ from the wall's own records, in count or values; [] if nowhere.

    With `dated` their dates are compared as well. The server dates a play by its own clock less the play's age when it
    was sent, so late by what the sending took, all of one batch alike: by no more than what passed between the play's
    end and the server's answer, and none may be early. A server that was stopped or started meanwhile says nothing of
    dates.
    """
    kept = {record.id: record for record in _outbox(folder / "outbox.db")}
    played = {play.id: (play, batch) for play, batch in _plays(folder / "server" / "kiosk.db")}
    words = [
        f"delivered, but no play: {record}" for record in kept.values() if record.delivered and record.id not in played
    ]
    late_s: dict[int, list[tuple[float, float]]] = {}
    for id_, (play, batch) in played.items():
        record, look = kept.get(id_), looks.get(play.sha256, "foreign")
        if record is None:
            continue
        if record.delivered and record.end_s is not None and record.changed_s is not None:
            late_s.setdefault(batch, []).append((play.begin_s - record.begin_s, record.changed_s - record.end_s))
        if play.visible_s != record.visible_s or play.frames != record.frames or play.ended_by != record.ended_by:
            words.append(f"{look}: the server has {play}, the wall {record}")
    return [*words, *(dates_differ(list(late_s.values())) if dated else [])]


def dates_differ(batches: Sequence[Sequence[tuple[float, float]]]) -> Iterator[str]:
    """Judge how late (s) the server dated the plays of each batch, by how long (s) after their ends it answered."""
    told = [[(round(late_s, 3), round(answered_s, 3)) for late_s, answered_s in batch] for batch in batches]
    lates = [[late_s for late_s, _ in batch] for batch in batches]
    answered = [min(answered_s for _, answered_s in batch) for batch in batches]
    if not batches or any(max(late) > limit_s + CLOCKS_S for late, limit_s in zip(lates, answered, strict=True)):
        yield f"the server dates plays late: {told}"
    if any(max(late) - min(late) > CLOCKS_S or min(late) < -CLOCKS_S for late in lates):
        yield f"the server's dates are early, or apart by something else than the wall's: {told}"


def _plays(path: Path) -> Iterator[tuple[Record, int]]:
    """Yield the server's plays, each with when its batch came (ms)."""
    if not path.exists():
        return
    query = """SELECT plays.id, artworks.public_id, artworks.sha256, painted_at, visible_ms, ended_by, frames_painted,
        coverage, received_at FROM plays JOIN artworks ON artworks.id = plays.artwork_id"""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for id_, artwork_id, sha256, painted_at, visible_ms, ended_by, frames, coverage, came in database.execute(
            query
        ):
            play = Record(
                *(str(id_), str(artwork_id), sha256, painted_at / 1000, visible_ms / 1000),
                *(ended_by, frames, coverage, True),
            )
            yield play, came


def _outbox(path: Path) -> Iterator[Record]:
    query = """SELECT id, artwork_id, sha256, painted_at, visible_ms, ended_by, frames_painted, coverage, changed_at,
        state FROM impressions ORDER BY seq"""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for *ids, painted_at, visible_ms, ended_by, frames, coverage, changed_at, state in database.execute(query):
            id_, artwork_id, sha256 = ids
            begin_s = datetime.fromisoformat(painted_at).timestamp()
            visible_s = None if state == "open" else visible_ms / 1000
            yield Record(
                *(id_, artwork_id, sha256, begin_s, visible_s, ended_by, frames, coverage, state == "delivered"),
                changed_s=datetime.fromisoformat(changed_at).timestamp(),
            )


def joined(found: Sequence[Record], looks: Mapping[str, str]) -> list[tuple[str, Record]]:
    """Return the records with their looks; those that follow one another with the same look, and no gap, as one."""
    line: list[tuple[str, Record]] = []
    for record in found:
        look = looks.get(record.sha256, "foreign")
        if line and line[-1][0] == look and look != "foreign":
            before = line[-1][1]
            if before.end_s is not None and record.begin_s - before.end_s < TOLERANCE_S:
                visible_s = None if record.end_s is None else record.end_s - before.begin_s
                line[-1] = (look, replace(record, begin_s=before.begin_s, visible_s=visible_s))
                continue
        line.append((look, record))
    return line


def disagreements(
    seen: Timeline, found: Sequence[Record], looks: Mapping[str, str], *, unix_less_monotonic_s: float
) -> list[str]:
    """Return in words where records and pixels differ in order, count, begin or end; [] when they agree.

    Records of pieces the film does not know are left out, and so is what lies before or after the film. Begin and end
    agree when they differ by no more than the tolerance and what the machine withheld between the two.
    """
    runs, told = _both(seen, found, looks, unix_less_monotonic_s)
    if not runs:
        return ["the film shows no piece"]
    blind = [(begin + unix_less_monotonic_s, end + unix_less_monotonic_s) for begin, end in seen.blind]

    def withheld_s(one_s: float, other_s: float) -> float:
        begin_s, end_s = sorted((one_s - unix_less_monotonic_s, other_s - unix_less_monotonic_s))
        return seen.withheld_s(begin_s, end_s)

    words: list[str] = []
    for kind, a, a_end, b, b_end in _matcher(runs, told).get_opcodes():
        if kind == "equal":
            for run, (_, record) in zip(runs[a:a_end], told[b:b_end], strict=True):
                words.extend(_times_differ(run, record, withheld_s))
            continue
        words.extend(
            f"on the screen, not in the records: {_run_words(run)}, number {place + 1} of {len(runs)}"
            for place, run in enumerate(runs[a:a_end], start=a)
            if not _guessed(run)
        )
        words.extend(
            f"in the records, not on the screen: {look} {record}"
            for look, record in told[b:b_end]
            if not _unseen(record, blind)
        )
    return words


def lateness(
    seen: Timeline, found: Sequence[Record], looks: Mapping[str, str], *, unix_less_monotonic_s: float
) -> list[float]:
    """Return how long after the screen (s) each record begins that has its like there."""
    runs, told = _both(seen, found, looks, unix_less_monotonic_s)
    return [
        told[block.b + number][1].begin_s - runs[block.a + number].begin_s
        for block in _matcher(runs, told).get_matching_blocks()
        for number in range(block.size)
        if runs[block.a + number].begin_seen
    ]


def _both(
    seen: Timeline, found: Sequence[Record], looks: Mapping[str, str], unix_less_monotonic_s: float
) -> tuple[list[Run], list[tuple[str, Record]]]:
    """Return the runs of pieces in Unix seconds, and the records of that time with their looks."""
    runs = [
        replace(run, begin_s=run.begin_s + unix_less_monotonic_s, end_s=run.end_s + unix_less_monotonic_s)
        for run in seen.pieces()
    ]
    told = [(look, record) for look, record in joined(found, looks) if look != "foreign"]
    within = [
        (look, record)
        for look, record in told
        if runs
        and record.begin_s < runs[-1].end_s + TOLERANCE_S
        and (record.end_s is None or record.end_s > runs[0].begin_s - TOLERANCE_S)
    ]
    last = seen.pieces()[-1:]
    is_brief = any(
        not run.end_seen and run.end_s - run.begin_s < WITNESSED_S + seen.withheld_s(run.begin_s, run.end_s)
        for run in last
    )
    if is_brief and (not within or within[-1][0] != runs[-1].look):
        runs.pop()  # the film ends before the witness could be sure of it
    return runs, within


def _matcher(runs: Sequence[Run], told: Sequence[tuple[str, Record]]) -> SequenceMatcher[str]:
    return SequenceMatcher(a=[run.look for run in runs], b=[look for look, _ in told], autojunk=False)


def _unseen(record: Record, blind: Sequence[tuple[float, float]]) -> bool:
    end_s = record.end_s or record.begin_s
    return any(begin - TOLERANCE_S < record.begin_s and end_s < end + TOLERANCE_S for begin, end in blind)


def _guessed(run: Run) -> bool:
    """Tell whether a run is shorter than the camera's step: one sample of a change may be near many looks."""
    return run.end_s - run.begin_s < 1 / FILM_HZ


def _times_differ(run: Run, record: Record, withheld_s: Callable[[float, float], float]) -> Iterator[str]:
    late_s = record.begin_s - run.begin_s
    if run.begin_seen and abs(late_s) > TOLERANCE_S + withheld_s(run.begin_s, record.begin_s):
        yield f"{run.look}: the record begins {late_s:+.3f} s off the screen ({record})"
    if not run.end_seen or record.end_s is None:
        return
    over_s = record.end_s - run.end_s
    tolerance_s = TOLERANCE_S + withheld_s(run.end_s, record.end_s)
    most_early_s = tolerance_s + (HEARTBEAT_S if record.ended_by == "recovered" else 0.0)
    if not -most_early_s <= over_s <= tolerance_s:
        yield f"{run.look}: the record ends {over_s:+.3f} s off the screen, by {record.ended_by} ({record})"


def _run_words(run: Run) -> str:
    return f"{run.look} from {run.begin_s:.3f} for {run.end_s - run.begin_s:.3f} s"
