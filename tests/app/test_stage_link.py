"""Between playback and the stage."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.app.stage_link import StageLink
from kiosk.domain.artworks import Artwork
from kiosk.domain.impressions import EndedBy, Showing
from kiosk.playback.events import Event, HalfWeightSeen, ImageFailed, ImageLost, MorphEnded, ShowFailed
from kiosk.stage.pieces import StagePiece
from tests.fakes.clock import FakeClock
from tests.playback.show import artwork


class Desk:
    """A link with a glass that only notes, and proof that only notes."""

    def __init__(self, *, files: bool = True) -> None:
        self.notes: list[object] = []
        self.told: list[Event] = []
        self.set_aside: list[tuple[str, str]] = []
        self.link = StageLink(
            glass=self,
            proof=self,
            path_of=lambda piece: Path("/picture") if files else None,
            set_aside=lambda piece, reason: self.set_aside.append((piece.sha256, reason)),
            on_glass=lambda piece: self.notes.append(("on glass", piece.id)),
            clock=FakeClock(),
            tell=self.told.append,
        )

    def show(self, showing_id: str, piece: StagePiece, transition: str, morph_s: float, cause: EndedBy) -> None:
        self.notes.append(("show", showing_id, piece.artwork_id, transition, morph_s, cause))

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        self.notes.append(("prepare", [piece.artwork_id for piece in pieces]))

    def set_asleep(self, asleep: bool) -> None:
        self.notes.append(("asleep", asleep))

    def flash(self, message: str) -> None:
        self.notes.append(("flash", message))

    def set_paused_mark(self, paused: bool) -> None:
        self.notes.append(("mark", paused))

    def opened(self, showing_id: str, piece: Artwork, at_s: float, coverage: float) -> None:
        self.notes.append(("opened", showing_id, piece.id, at_s, coverage))

    def ended(self, showing_id: str, showing: Showing, ended_by: EndedBy) -> None:
        self.notes.append(("ended", showing_id, showing, ended_by))

    def bring_on(self, showing_id: str, name: str) -> None:
        """Show a piece."""
        self.link.show(showing_id, artwork(name), "flow", 4.0, EndedBy.NEXT)


def test_proof_comes_before_playback_hears_of_it() -> None:
    """A seen showing is proof first, then remembered, then an event."""
    desk = Desk()
    desk.bring_on("s1", "a")
    desk.link.opened("s1", 5.0, 0.9)
    assert desk.notes[1:] == [("opened", "s1", "a", 5.0, 0.9), ("on glass", "a")]
    assert desk.told == [HalfWeightSeen(5.0, "s1")]


def test_an_end_reported_after_the_next_morph_ended_still_counts() -> None:
    """After a cut the witness speaks two frames later than the morph's end: the old showing ends all the same."""
    desk = Desk()
    desk.bring_on("s1", "a")
    desk.link.opened("s1", 5.0, 1.0)
    desk.bring_on("s2", "b")
    desk.link.morph_ended("s2")
    desk.link.ended("s1", 9.0, 4000, 240, "next")
    desk.link.opened("s2", 9.0, 1.0)
    assert ("ended", "s1", Showing(4000, 240), EndedBy.NEXT) in desk.notes
    assert desk.told[-2:] == [MorphEnded(1000.0, "s2"), HalfWeightSeen(9.0, "s2")]


def test_a_picture_without_its_file_is_fetched_again() -> None:
    """A show fails as lost, a preparation reports the loss; nothing reaches the glass."""
    desk = Desk(files=False)
    desk.bring_on("s1", "a")
    desk.link.prepare([artwork("b")])
    assert desk.told == [ShowFailed(1000.0, "s1", lost=True), ImageLost(1000.0, "a"), ImageLost(1000.0, "b")]
    assert desk.notes == [("prepare", [])]


def test_a_picture_that_cannot_be_decoded_is_set_aside_by_its_hash() -> None:
    """The hash is set aside with the reason, the show has failed, the piece is out of the queue."""
    desk = Desk()
    desk.bring_on("s1", "a")
    desk.link.failed("s1", "a", "not a picture")
    assert desk.set_aside == [("a", "not a picture")]
    assert desk.told == [ShowFailed(1000.0, "s1"), ImageFailed(1000.0, "a")]


def test_a_paused_wall_keeps_its_mark() -> None:
    """Pausing is said and marked, going on takes the mark away; other words leave it alone."""
    desk = Desk()
    for word in ("paused", "nothing-new", "resumed"):
        desk.link.notice(word)
    assert [note for note in desk.notes if isinstance(note, tuple) and note[0] == "mark"] == [
        ("mark", True),
        ("mark", False),
    ]
    assert len(desk.notes) == 5
