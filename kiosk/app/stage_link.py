"""Between playback and the stage: artworks become prints on the glass, what the glass reports becomes events and proof.

playback -> show, prepare -> darkroom -> prints, motions -> stage
stage -> opened, ended -> proof;  half weight, morph ended, failures -> playback
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from kiosk.app.darkroom import Darkroom
from kiosk.app.darkroom_order import Finish, Pair, Plate
from kiosk.app.proof import ProofSink
from kiosk.app.stage_port import Glass
from kiosk.domain.artworks import Artwork
from kiosk.domain.impressions import EndedBy, Showing
from kiosk.domain.ports import Clock
from kiosk.imaging.orders import Fault, Print, Refusal, Source
from kiosk.playback.events import (
    Event,
    ExposureChanged,
    HalfWeightSeen,
    ImageFailed,
    ImageLost,
    MorphEnded,
    ShowFailed,
    StageResized,
)
from kiosk.playback.state import Hanging
from kiosk.stage.label import Caption
from kiosk.stage.pieces import StagePiece
from kiosk.stage.window import StageWindow

KEPT_SHOWINGS = 8  # a showing may open again after hiding or sleep; older ones than these never do


@dataclass(frozen=True, slots=True)
class Files:
    """Where images lie, and what is done about bad ones, with the reason.

    `find` returns an image's file, None when it is not here; `set_aside` keeps it off the wall for good; `doubt` has
    its file compared with its hash and fetched again, and set aside when that does not help.
    """

    find: Callable[[Artwork], Path | None]
    set_aside: Callable[[Artwork, str], None]
    doubt: Callable[[Artwork, str], None]


@dataclass(frozen=True, slots=True)
class Call:
    """A hanging that was called to the glass."""

    showing_id: str
    plate: Plate
    transition: str
    morph_s: float
    cause: EndedBy


class StageLink:
    """Implements playback's stage port and takes the stage's signals. Used on the GUI thread, which is the loop's."""

    def __init__(
        self,
        *,
        glass: Glass,
        darkroom: Darkroom,
        proof: ProofSink,
        files: Files,
        caption: Callable[[Artwork], Caption],
        on_glass: Callable[[Artwork], None],
        taken: Callable[[Hanging], None],
        foresee: Callable[[Hanging], None],
        power: Callable[[bool], None],
        clock: Clock,
        tell: Callable[[Event], None],
    ) -> None:
        self._glass = glass
        self._darkroom = darkroom
        self._proof = proof
        self._files = files
        self._caption = caption
        self._on_glass = on_glass
        self._taken = taken
        self._foresee = foresee
        self._power = power
        self._clock = clock
        self._tell = tell
        self._showings: dict[str, Hanging] = {}
        self._hangings: dict[str, Hanging] = {}
        self._waiting: Call | None = None
        self._gone_up: Call | None = None
        self._before = ""
        self._soon: tuple[Plate, ...] = ()
        darkroom.listen(self)

    def listen(self, window: StageWindow) -> None:
        """Take the window's signals, in the order in which they come."""
        window.opened.connect(self.opened)
        window.ended.connect(self.ended)
        window.morph_ended.connect(self.morph_ended)
        window.failed.connect(self.failed)
        window.exposed_changed.connect(self.exposed_changed)
        window.resized.connect(self.resized)

    def set_fit(self, fit: str) -> None:
        """Fit pictures by `cover`, `contain` or `blur` from now on."""
        self._darkroom.set_finish(replace(self._darkroom.finish, fit=fit))

    def fingerprint(self) -> int | None:
        """Return the perceptual hash of the print that has the glass to itself, None when none has."""
        piece = self._glass.whole
        made = None if piece is None else self._darkroom.find(piece.key)
        return None if made is None else made.fingerprint

    # the port of playback
    def show(self, showing_id: str, hanging: Hanging, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring the hanging on once it is printed; when a file has gone meanwhile the show fails."""
        plate = self._plate(hanging)
        if plate is None:
            self._tell(ShowFailed(self._clock.monotonic(), showing_id))
            self._tell_lost(hanging)
            return
        self._showings[showing_id] = hanging
        for old in list(self._showings)[:-KEPT_SHOWINGS]:
            del self._showings[old]
        self._taken(hanging)
        self._call(Call(showing_id, plate, transition, morph_s, cause))

    def prepare(self, hangings: Sequence[Hanging]) -> None:
        """Get these ready, most urgent first; those whose file has gone are fetched again."""
        plates = [(hanging, self._plate(hanging)) for hanging in hangings]
        self._soon = tuple(plate for _, plate in plates if plate is not None)
        self._darkroom.want(self._soon)
        for hanging in hangings:
            self._foresee(hanging)
        self._load_ahead()
        for hanging, plate in plates:
            if plate is None:
                self._tell_lost(hanging)

    def set_asleep(self, asleep: bool) -> None:
        """Darken the glass and switch its panel off, or light both."""
        self._glass.set_asleep(asleep)
        self._power(not asleep)

    def notice(self, word: str) -> None:
        """Show a quiet word; the mark of a paused wall stays until it goes on."""
        if word in {"paused", "resumed"}:
            self._glass.set_paused_mark(word == "paused")
        self._glass.flash(word)

    # the darkroom's news
    def printed(self, key: str, made: Print) -> None:
        """A print lies ready: what waited for it goes on; what is there already in another size is replaced."""
        del made
        if self._waiting is not None and self._waiting.plate.key == key:
            self._call(self._waiting)
            return
        piece = self._piece(key)
        if piece is not None:
            self._glass.replace(piece)
        self._load_ahead()

    def moved(self, pair: Pair, path: Path) -> None:
        """A motion lies ready."""
        del pair, path
        self._load_ahead()

    def refused(self, key: str, refusal: Refusal) -> None:
        """No print can be made of that: fetched again when its file is wrong, set aside when its content is."""
        hanging = self._hangings.get(key)
        if hanging is None:
            return
        artwork = hanging[min(refusal.source, len(hanging) - 1)]
        lasting = refusal.fault is Fault.UNFIT
        call, self._waiting = self._waiting, None
        if call is not None and call.plate.key == key:
            self._tell(ShowFailed(self._clock.monotonic(), call.showing_id, artwork.id if lasting else None))
        else:
            self._waiting = call
        if lasting:
            self._files.set_aside(artwork, refusal.reason)
            self._tell(ImageFailed(self._clock.monotonic(), artwork.id))
        else:
            self._tell(ImageLost(self._clock.monotonic(), artwork.id))
            self._files.doubt(artwork, refusal.reason)

    # the stage's signals
    def opened(self, showing_id: str, at_s: float, coverage: Sequence[float]) -> None:
        """The witness saw the showing with half its weight: proof first, then playback."""
        hanging = self._showings.get(showing_id)
        if hanging is not None:
            self._proof.opened(showing_id, hanging, at_s, coverage)
            for artwork in hanging:
                self._on_glass(artwork)
            self._tell(HalfWeightSeen(at_s, showing_id))

    def ended(self, showing_id: str, at_s: float, visible_ms: int, frames: int, ended_by: str) -> None:
        """The showing left the glass, or the glass went dark."""
        del at_s
        self._proof.ended(showing_id, Showing(visible_ms, frames), EndedBy(ended_by))

    def morph_ended(self, showing_id: str) -> None:
        """The showing has all the weight."""
        self._load_ahead()
        self._tell(MorphEnded(self._clock.monotonic(), showing_id))

    def failed(self, showing_id: str, key: str) -> None:
        """The stage could not read a print: it is made again, and goes on then."""
        self._darkroom.spoiled(key)
        call = self._gone_up
        if call is not None and call.showing_id == showing_id:
            self._call(call)

    def exposed_changed(self, exposed: bool) -> None:
        """The window can be seen, or not."""
        self._tell(ExposureChanged(self._clock.monotonic(), exposed))

    def resized(self, width_px: int, height_px: int) -> None:
        """The stage has this many pixels now."""
        self._darkroom.set_finish(Finish((width_px, height_px), self._darkroom.finish.fit))
        self._tell(StageResized(self._clock.monotonic(), width_px, height_px))

    def _call(self, call: Call) -> None:
        """Bring it on when it is printed, otherwise have it printed first of all."""
        piece = self._piece(call.plate.key)
        if piece is None:
            self._waiting = call
            self._darkroom.want_now(call.plate)
            return
        self._before = "" if self._gone_up is None else self._gone_up.plate.key
        self._waiting, self._gone_up = None, call
        self._darkroom.goes_on(call.plate)
        self._load_motions()
        self._glass.show(call.showing_id, piece, call.transition, call.morph_s, call.cause)

    def _load_ahead(self) -> None:
        pieces = [self._piece(plate.key) for plate in self._soon]
        self._glass.prepare([piece for piece in pieces if piece is not None])
        self._load_motions()

    def _load_motions(self) -> None:
        """Load the motions of the change that may be under way and of the next two."""
        here = "" if self._gone_up is None else self._gone_up.plate.key
        keys = [self._before, here, *[plate.key for plate in self._soon if plate.key != here][:2]]
        pairs = pairwise(keys)
        motions = {pair: path for pair in pairs if (path := self._darkroom.motion(pair)) is not None}
        self._glass.want_motions(motions)

    def _plate(self, hanging: Hanging) -> Plate | None:
        """Return what is to be printed, None when a file is not here."""
        sources = []
        for artwork in hanging:
            path = self._files.find(artwork)
            if path is None:
                return None
            sources.append(Source(path, artwork.sha256, artwork.bytes, artwork.width, artwork.height))
        key = " ".join(artwork.id for artwork in hanging)
        self._hangings[key] = hanging
        called = {call.plate.key for call in (self._waiting, self._gone_up) if call is not None}
        wanted = {plate.key for plate in self._soon} | called | {key}
        for old in [old for old in self._hangings if old not in wanted][:-KEPT_SHOWINGS]:
            del self._hangings[old]
        return Plate(key, tuple(sources))

    def _piece(self, key: str) -> StagePiece | None:
        made, hanging = self._darkroom.find(key), self._hangings.get(key)
        if made is None or hanging is None:
            return None
        captions = tuple(self._caption(artwork) for artwork in hanging)
        return StagePiece(key, made.path, made.coverage, captions)

    def _tell_lost(self, hanging: Hanging) -> None:
        for artwork in hanging:
            if self._files.find(artwork) is None:
                self._tell(ImageLost(self._clock.monotonic(), artwork.id))
