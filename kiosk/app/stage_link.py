"""Between playback and the stage: artworks become pictures, what the glass reports becomes events and proof."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from kiosk.domain.artworks import Artwork, Reason
from kiosk.domain.impressions import EndedBy, Showing
from kiosk.domain.ports import Clock
from kiosk.playback.events import Event, ExposureChanged, HalfWeightSeen, ImageFailed, ImageLost, MorphEnded, ShowFailed
from kiosk.stage.pieces import StagePiece
from kiosk.stage.window import StageWindow

NOTICES = {
    "nothing-new": "Nothing new yet",
    "nothing-before": "This is the first piece",
    "paused": "Paused",
    "resumed": "Going on",
}

KEPT_SHOWINGS = 8  # a showing may open again after hiding or sleep; older ones than these never do


class Glass(Protocol):
    """The stage's window as this link uses it."""

    def show(self, showing_id: str, piece: StagePiece, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring a picture on."""
        ...

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        """Decode these next."""
        ...

    def set_asleep(self, asleep: bool) -> None:
        """Darken or light the glass."""
        ...

    def flash(self, message: str) -> None:
        """Show a word that fades."""
        ...

    def set_paused_mark(self, paused: bool) -> None:
        """Show or take away the mark of a paused wall."""
        ...


class ProofSink(Protocol):
    """Where proof goes; `app.proof` is the adapter."""

    def opened(self, showing_id: str, artwork: Artwork, at_s: float, coverage: float) -> None:
        """A piece was seen."""
        ...

    def ended(self, showing_id: str, showing: Showing, ended_by: EndedBy) -> None:
        """It is over."""
        ...


class StageLink:
    """Implements playback's stage port and takes the stage's signals. Used on the GUI thread, which is the loop's."""

    def __init__(
        self,
        *,
        glass: Glass,
        proof: ProofSink,
        path_of: Callable[[Artwork], Path | None],
        set_aside: Callable[[Artwork, str], None],
        on_glass: Callable[[Artwork], None],
        clock: Clock,
        tell: Callable[[Event], None],
    ) -> None:
        self._glass = glass
        self._proof = proof
        self._path_of = path_of
        self._set_aside = set_aside
        self._on_glass = on_glass
        self._clock = clock
        self._tell = tell
        self._showings: dict[str, Artwork] = {}

    def listen(self, window: StageWindow) -> None:
        """Take the window's signals, in the order in which they come."""
        window.opened.connect(self.opened)
        window.ended.connect(self.ended)
        window.morph_ended.connect(self.morph_ended)
        window.failed.connect(self.failed)
        window.exposed_changed.connect(self.exposed_changed)

    # the port of playback
    def show(self, showing_id: str, artwork: Artwork, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring the piece on; when its file has gone meanwhile the show fails and the image is fetched again."""
        piece = self._piece(artwork)
        if piece is None:
            self._tell_lost(showing_id, artwork)
            return
        self._showings[showing_id] = artwork
        for old in list(self._showings)[:-KEPT_SHOWINGS]:
            del self._showings[old]
        self._glass.show(showing_id, piece, transition, morph_s, cause)

    def prepare(self, artworks: Sequence[Artwork]) -> None:
        """Decode these next; those whose file has gone are fetched again."""
        pieces = [(artwork, self._piece(artwork)) for artwork in artworks]
        self._glass.prepare([piece for _, piece in pieces if piece is not None])
        for artwork, piece in pieces:
            if piece is None:
                self._tell(ImageLost(self._clock.monotonic(), artwork.id))

    def set_asleep(self, asleep: bool) -> None:
        """Darken or light the glass."""
        self._glass.set_asleep(asleep)

    def notice(self, word: str) -> None:
        """Show a quiet word; the mark of a paused wall stays until it goes on."""
        if word in {"paused", "resumed"}:
            self._glass.set_paused_mark(word == "paused")
        self._glass.flash(NOTICES[word])

    # the stage's signals
    def opened(self, showing_id: str, at_s: float, coverage: float) -> None:
        """The witness saw the showing with half its weight: proof first, then playback."""
        artwork = self._showings.get(showing_id)
        if artwork is not None:
            self._proof.opened(showing_id, artwork, at_s, coverage)
            self._on_glass(artwork)
            self._tell(HalfWeightSeen(at_s, showing_id))

    def ended(self, showing_id: str, at_s: float, visible_ms: int, frames: int, ended_by: str) -> None:
        """The showing left the glass, or the glass went dark."""
        del at_s
        self._proof.ended(showing_id, Showing(visible_ms, frames), EndedBy(ended_by))

    def morph_ended(self, showing_id: str) -> None:
        """The showing has all the weight."""
        self._tell(MorphEnded(self._clock.monotonic(), showing_id))

    def failed(self, showing_id: str, artwork_id: str, reason: str) -> None:
        """The stage could not decode a picture: set aside by its hash."""
        artwork = self._showings.pop(showing_id, None)
        if artwork is not None:
            self._set_aside(artwork, reason)
            self._tell(ShowFailed(self._clock.monotonic(), showing_id))
        self._tell(ImageFailed(self._clock.monotonic(), artwork_id))

    def exposed_changed(self, exposed: bool) -> None:
        """The window can be seen, or not."""
        self._tell(ExposureChanged(self._clock.monotonic(), exposed))

    def _tell_lost(self, showing_id: str, artwork: Artwork) -> None:
        self._tell(ShowFailed(self._clock.monotonic(), showing_id, lost=True))
        self._tell(ImageLost(self._clock.monotonic(), artwork.id))

    def _piece(self, artwork: Artwork) -> StagePiece | None:
        path = self._path_of(artwork)
        if path is None:
            return None
        return StagePiece(
            artwork_id=artwork.id,
            path=path,
            sha256=artwork.sha256,
            title=artwork.title,
            artist=artwork.artist,
            year="" if artwork.reason is Reason.DEMO else str(artwork.created_at.year),
            width_px=artwork.width,
            height_px=artwork.height,
        )
