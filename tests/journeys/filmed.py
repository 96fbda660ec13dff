"""A wall under film: pieces imported, `kiosk run` at work, the camera on its screen, and at the end what both say."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tests.journeys.pixels import SIZE, Camera, Piece
from tests.journeys.records import Record, disagreements, lateness, looks_by_sha256, records, server_differs
from tests.journeys.timeline import BLACK, BLIND_S, GROUND, REST_TOLERANCE, Fault, Timeline, timeline
from tests.journeys.wall import WAIT_S, Wall, kiosk_json, wait_until

FADE_S = 0.6  # what a wall may take to go dark and to come back
PLAIN = {
    "KIOSK_PLAYBACK__LABEL": "off",
    "KIOSK_PLAYBACK__TRANSITION": "dissolve",
    "KIOSK_PLAYBACK__PIN_S": "0.3",
    "KIOSK_PLAYBACK__DWELL_S": "1.0",
    "KIOSK_PLAYBACK__MORPH_S": "0.4",
    "KIOSK_GENERATE__ENABLED": "false",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the screen showed, what the wall recorded, where they differ, and what the screen should not have shown.

    `late_s`: how long after the screen each record begins.
    """

    seen: Timeline
    records: Sequence[Record]
    late_s: Sequence[float]
    disagreements: Sequence[str]
    unwanted: Sequence[str]
    final: Mapping[str, object]

    def holds(self, told: str = "") -> None:
        """Fail, with everything in words, unless records equal pixels and nothing unwanted was seen."""
        faults = [*self.unwanted, *self.disagreements]
        assert not faults, "\n".join([*faults, told])


class Filmed:
    """One wall that shows patterned pieces under a camera. A context manager: inside, a piece is on the screen."""

    def __init__(
        self,
        folder: Path,
        screen: str,
        pieces: Sequence[Piece],
        *,
        environ: Mapping[str, str] | None = None,
        size: tuple[int, int] = SIZE,
        filmed: tuple[int, int] | None = None,
    ) -> None:
        """The window has `size` pixels; `filmed` says how many of them, from the top left, the camera looks at."""
        self.folder = folder
        self.size = size
        self.pieces = list(pieces)
        self._codes = np.stack([piece.code for piece in self.pieces])
        self.wall = Wall(folder, environ={**PLAIN, **(environ or {})}, size=f"{size[0]}x{size[1]}")
        self.camera = Camera(screen, filmed or size, painters=self._painters)
        self._dark: list[tuple[float, float]] = []
        self._begun_s = 0.0
        self._looks: list[str | None] = []
        self._followed = self._shown = 0
        self._last: str | None = None
        # Kept waiting between its two readings, one comes out too low: the highest of some is right.
        self._unix_less_monotonic_s = max(time.time() - time.monotonic() for _ in range(9))

    def __enter__(self) -> Self:
        kiosk_json("import", *(piece.path for piece in self.pieces), "--data-dir", self.folder)
        self.camera.__enter__()
        try:
            self.wall.__enter__()
            self.look()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        self._begun_s = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.wall.__exit__(kind, error, trace)
        finally:
            self.camera.__exit__(kind, error, trace)

    def add(self, pieces: Sequence[Piece]) -> None:
        """Import more pieces while the wall is at work."""
        self.pieces.extend(pieces)
        self._codes = np.stack([piece.code for piece in self.pieces])
        self.wall.command("import", *(piece.path for piece in pieces))

    def now(self) -> str | None:
        """Return the look that rests on the screen at this moment; None for a mixture or something else."""
        return self._look_at(-1)

    @property
    def shown(self) -> int:
        """How many times so far a piece came to rest on the screen that was not the one before it."""
        looks = self._all_looks()
        for look in looks[self._followed :]:
            if look is not None and look != self._last:
                self._last = look
                self._shown += 1
        self._followed = len(looks)
        return self._shown

    def rested(self, look: str) -> bool:
        """Tell whether that look has rested on the screen at any time since the film began, however briefly."""
        return look in self._all_looks()

    def mixes(self, since: int) -> bool:
        """Tell whether a sample of that number or a later one shows no piece at rest: a change has begun."""
        return None in self._all_looks()[since:]

    def look(self, *, other_than: str | None = None) -> str:
        """Wait until a piece rests on the screen (another than that) and return its look."""

        def seen() -> str | None:
            look = self.now()
            return look if look != other_than else None

        found: str = wait_until(seen, f"a piece other than {other_than} rests on the screen")
        return found

    def seconds(self) -> float:
        """Return for how long (s) there has been a piece on the screen."""
        return time.monotonic() - self._begun_s

    def changes(self, count: int) -> None:
        """Wait until the screen has changed so many times from one piece to another."""
        enough = self.shown + count
        wait_until(lambda: self.shown >= enough, f"the screen changes {count} times", timeout_s=WAIT_S * 2)

    def keeps(self, seconds: float, colour: tuple[int, int, int] | None = None) -> str:
        """Wait until one piece, or that colour, has rested on the screen for so long, and return its look."""
        since: list[tuple[str | None, float]] = [(None, 0.0)]

        def kept() -> str | None:
            look = self.now()
            if colour is not None:
                look = str(colour) if self.camera.shows(colour) else None
            if look != since[0][0]:
                since[0] = (look, time.monotonic())
            return look if look is not None and time.monotonic() - since[0][1] >= seconds else None

        found: str = wait_until(kept, f"{colour or 'a piece'} rests on the screen for {seconds:g} s")
        return found

    def sha256s_of(self, look: str) -> set[str]:
        """Return the hashes of the pieces that look like this."""
        return {sha256 for sha256, known in looks_by_sha256(self.pieces).items() if known == look}

    @contextmanager
    def dark(self) -> Iterator[None]:
        """Within, and while it fades out and in around it, the screen need not show a piece."""
        begin_s = time.monotonic()
        yield
        self.look()
        self._dark.append((begin_s, time.monotonic()))

    def end(self, *, server_dates: bool = False) -> Evidence:
        """End film and wall, in this order, and return what both say; with `server_dates` of the server's dates too."""
        film = self.camera.film()
        self.camera.__exit__(None, None, None)
        final = self.wall.stop()
        seen = timeline(film, {piece.look: piece.code for piece in self.pieces})
        found = records(self.folder)
        looks = looks_by_sha256(self.pieces)
        late_s = lateness(seen, found, looks, unix_less_monotonic_s=self._unix_less_monotonic_s)
        differ = disagreements(seen, found, looks, unix_less_monotonic_s=self._unix_less_monotonic_s)
        differ += server_differs(self.folder, looks, dated=server_dates)
        return Evidence(seen, found, late_s, differ, list(self._unwanted(seen)), final)

    def _all_looks(self) -> list[str | None]:
        self._looks.extend(self._look_at(number) for number in range(len(self._looks), self.camera.samples))
        return self._looks

    def _painters(self) -> Iterator[int]:
        if self.wall.process is not None:
            yield self.wall.process.pid

    def _look_at(self, number: int) -> str | None:
        levels = self.camera.levels(REST_TOLERANCE, number=number)
        if levels is None:
            return None
        apart = np.abs(self._codes - levels).max(axis=(1, 2))
        nearest = int(apart.argmin())
        return self.pieces[nearest].look if apart[nearest] <= REST_TOLERANCE else None

    def _unwanted(self, seen: Timeline) -> Iterator[str]:
        dark = [Fault(f"the screen was {run.look}", run.begin_s, run.end_s) for run in seen.scenery(BLACK, GROUND)]
        start_s = seen.runs[0].begin_s if seen.runs else 0.0
        for fault in [*seen.faults, *dark]:
            if not any(begin - BLIND_S <= fault.begin_s and fault.end_s <= end + FADE_S for begin, end in self._dark):
                yield f"{fault.what}, {fault.begin_s - start_s:.3f} s on, for {fault.end_s - fault.begin_s:.3f} s"
