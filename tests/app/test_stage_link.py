"""Between playback and the stage."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kiosk.app.darkroom import Darkroom
from kiosk.app.darkroom_order import Finish
from kiosk.app.stage_link import Files, StageLink
from kiosk.domain.artworks import Artwork
from kiosk.domain.impressions import EndedBy, Showing
from kiosk.imaging.orders import Fault, Order, Print, Refusal, Result
from kiosk.playback.events import (
    Event,
    HalfWeightSeen,
    ImageFailed,
    ImageLost,
    MorphEnded,
    ShowFailed,
    StageResized,
)
from kiosk.stage.label import Caption
from kiosk.stage.pieces import StagePiece
from tests.fakes.clock import FakeClock
from tests.playback.show import artwork


class Desk:
    """A link with a glass that only notes, proof that only notes, and a darkroom whose prints the test hands in."""

    def __init__(self, folder: Path, *, files: bool = True) -> None:
        self.folder = folder
        self.notes: list[object] = []
        self.told: list[Event] = []
        self.set_aside: list[tuple[str, str]] = []
        self.doubted: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.foreseen: list[str] = []
        self.whole: StagePiece | None = None
        self.darkroom = Darkroom(imaging=self, folder=folder, finish=Finish((16, 9), "cover"), clock=FakeClock())
        self.link = StageLink(
            glass=self,
            darkroom=self.darkroom,
            proof=self,
            files=Files(
                find=lambda piece: Path("/picture") if files else None,
                set_aside=lambda piece, reason: self.set_aside.append((piece.sha256, reason)),
                doubt=lambda piece, reason: self.doubted.append((piece.id, reason)),
            ),
            caption=lambda piece: Caption(piece.title),
            on_glass=lambda piece: self.notes.append(("on glass", piece.id)),
            taken=lambda hanging: self.taken.extend(piece.id for piece in hanging),
            foresee=lambda hanging: self.foreseen.extend(piece.id for piece in hanging),
            power=lambda on: self.notes.append(("power", on)),
            clock=FakeClock(),
            tell=self.told.append,
        )

    async def carry_out(self, order: Order) -> Result:
        raise AssertionError(order)

    def show(self, showing_id: str, piece: StagePiece, transition: str, morph_s: float, cause: EndedBy) -> None:
        self.notes.append(("show", showing_id, piece.key, transition, morph_s, cause))

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        self.notes.append(("prepare", [piece.key for piece in pieces]))

    def replace(self, piece: StagePiece) -> None:
        self.notes.append(("replace", piece.key))

    def want_motions(self, motions: Mapping[tuple[str, str], Path]) -> None:
        pass

    def set_asleep(self, asleep: bool) -> None:
        self.notes.append(("asleep", asleep))

    def flash(self, message: str) -> None:
        self.notes.append(("flash", message))

    def set_paused_mark(self, paused: bool) -> None:
        self.notes.append(("mark", paused))

    def opened(self, showing_id: str, hanging: Sequence[Artwork], at_s: float, coverage: Sequence[float]) -> None:
        self.notes.append(("opened", showing_id, [piece.id for piece in hanging], at_s, coverage))

    def ended(self, showing_id: str, showing: Showing, ended_by: EndedBy) -> None:
        self.notes.append(("ended", showing_id, showing, ended_by))

    def printed(self, *names: str) -> None:
        """Let the darkroom have printed a hanging."""
        path = self.folder / f"{'-'.join(names)}.ppm"
        path.touch()
        made = Print(path, (16, 9), tuple(1.0 for _ in names), 7)
        self.darkroom.put(" ".join(names), made)

    def bring_on(self, showing_id: str, *names: str) -> None:
        """Show a hanging."""
        self.link.show(showing_id, tuple(artwork(name) for name in names), "flow", 4.0, EndedBy.NEXT)

    def shown(self) -> list[object]:
        """Return what was brought onto the glass."""
        return [note[1:3] for note in self.notes if isinstance(note, tuple) and note[0] == "show"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A link at work."""
    return Desk(tmp_path)


def test_a_show_waits_for_its_print(desk: Desk) -> None:
    """A hanging goes on as soon as it is printed, at once when it is already; the last one called wins."""
    desk.bring_on("s1", "a")
    assert desk.shown() == []
    desk.bring_on("s2", "b")
    desk.printed("a")
    assert desk.shown() == []
    desk.printed("b")
    assert desk.shown() == [("s2", "b")]
    desk.bring_on("s3", "a")
    assert desk.shown() == [("s2", "b"), ("s3", "a")]
    assert desk.taken == ["a", "b", "a"]


def test_what_was_called_is_not_forgotten_while_the_queue_changes(desk: Desk) -> None:
    """However much else comes next meanwhile, a hanging that waits for its print goes on, and one on the glass is
    replaced by its print for a new size.
    """
    desk.bring_on("s1", "a")
    for number in range(20):
        desk.link.prepare([(artwork(f"next {number}"),)])
    desk.printed("a")
    assert desk.shown() == [("s1", "a")]
    for number in range(20):
        desk.link.prepare([(artwork(f"later {number}"),)])
    desk.printed("a")
    assert ("replace", "a") in desk.notes


def test_what_comes_is_foreseen(desk: Desk) -> None:
    """Whatever a label needs of the coming pieces can be made before they are due."""
    desk.link.prepare([(artwork("a"), artwork("b")), (artwork("c"),)])
    assert desk.foreseen == ["a", "b", "c"]


def test_proof_comes_before_playback_hears_of_it(desk: Desk) -> None:
    """A seen showing is proof first, for each of its pieces with its share, then remembered, then an event."""
    desk.bring_on("s1", "a", "b")
    desk.link.opened("s1", 5.0, (0.5, 0.4))
    assert desk.notes == [("opened", "s1", ["a", "b"], 5.0, (0.5, 0.4)), ("on glass", "a"), ("on glass", "b")]
    assert desk.told == [HalfWeightSeen(5.0, "s1")]


def test_an_end_reported_after_the_next_morph_ended_still_counts(desk: Desk) -> None:
    """After a cut the witness speaks two frames later than the morph's end: the old showing ends all the same."""
    desk.bring_on("s1", "a")
    desk.link.opened("s1", 5.0, (1.0,))
    desk.bring_on("s2", "b")
    desk.link.morph_ended("s2")
    desk.link.ended("s1", 9.0, 4000, 240, "next")
    desk.link.opened("s2", 9.0, (1.0,))
    assert ("ended", "s1", Showing(4000, 240), EndedBy.NEXT) in desk.notes
    assert desk.told[-2:] == [MorphEnded(1000.0, "s2"), HalfWeightSeen(9.0, "s2")]


def test_a_picture_without_its_file_is_fetched_again(tmp_path: Path) -> None:
    """A show fails as lost, a preparation reports the loss; nothing reaches the glass."""
    desk = Desk(tmp_path, files=False)
    desk.bring_on("s1", "a")
    desk.link.prepare([(artwork("b"),)])
    assert desk.told == [ShowFailed(1000.0, "s1"), ImageLost(1000.0, "a"), ImageLost(1000.0, "b")]
    assert desk.shown() == []


def test_an_unfit_picture_is_set_aside_by_its_hash(desk: Desk) -> None:
    """Of a diptych the bad half is set aside with its reason, the show failed by it, the piece is out of the queue."""
    desk.bring_on("s1", "a", "b")
    desk.link.refused("a b", Refusal(Fault.UNFIT, "torn", source=1))
    assert desk.set_aside == [("b", "torn")]
    assert desk.told == [ShowFailed(1000.0, "s1", "b"), ImageFailed(1000.0, "b")]


def test_an_unfit_picture_is_found_before_it_is_due(desk: Desk) -> None:
    """What the look-ahead finds unfit leaves the queue without a show having failed."""
    desk.link.prepare([(artwork("a"),)])
    desk.link.refused("a", Refusal(Fault.UNFIT, "torn"))
    assert desk.set_aside == [("a", "torn")]
    assert desk.told == [ImageFailed(1000.0, "a")]


def test_a_changed_file_is_doubted(desk: Desk) -> None:
    """A file that is not what was announced is compared with its hash and fetched again; its show may come back."""
    desk.bring_on("s1", "a")
    desk.link.refused("a", Refusal(Fault.CHANGED, "its content does not match its hash"))
    assert desk.doubted == [("a", "its content does not match its hash")]
    assert desk.set_aside == []
    assert desk.told == [ShowFailed(1000.0, "s1"), ImageLost(1000.0, "a")]


def test_a_spoiled_print_is_made_again(desk: Desk) -> None:
    """A print the stage could not read is wanted anew, and goes on when it is there."""
    desk.printed("a")
    desk.bring_on("s1", "a")
    desk.link.failed("s1", "a")
    assert desk.darkroom.find("a") is None
    desk.printed("a")
    assert desk.shown() == [("s1", "a"), ("s1", "a")]


def test_another_size_of_the_stage(desk: Desk) -> None:
    """The darkroom prints for the new size, playback hears of it, and the print on the glass is replaced."""
    desk.printed("a")
    desk.bring_on("s1", "a")
    desk.link.resized(32, 18)
    assert desk.darkroom.finish == Finish((32, 18), "cover")
    assert desk.told == [StageResized(1000.0, 32, 18)]
    desk.printed("a")
    assert ("replace", "a") in desk.notes


def test_the_panel_sleeps_with_the_wall(desk: Desk) -> None:
    """Asleep the glass is dark and its panel off, awake both are lit."""
    desk.link.set_asleep(True)
    desk.link.set_asleep(False)
    assert desk.notes == [("asleep", True), ("power", False), ("asleep", False), ("power", True)]


def test_a_paused_wall_keeps_its_mark(desk: Desk) -> None:
    """Pausing is said and marked, going on takes the mark away; other words leave it alone."""
    for word in ("paused", "nothing-new", "resumed"):
        desk.link.notice(word)
    assert [note for note in desk.notes if isinstance(note, tuple) and note[0] == "mark"] == [
        ("mark", True),
        ("mark", False),
    ]
    assert len(desk.notes) == 5
