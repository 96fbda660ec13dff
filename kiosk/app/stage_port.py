"""What the stage link asks of a stage: the port; `kiosk.stage.window.StageWindow` is the adapter."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from kiosk.app.darkroom_order import Pair
from kiosk.domain.impressions import EndedBy
from kiosk.stage.pieces import StagePiece


class Glass(Protocol):
    """Where prints are shown."""

    @property
    def whole(self) -> StagePiece | None:
        """The piece that has the glass to itself in full light."""
        ...

    def show(self, showing_id: str, piece: StagePiece, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring a piece on."""
        ...

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        """Load these next."""
        ...

    def replace(self, piece: StagePiece) -> None:
        """Use this print from now on for content that is there already."""
        ...

    def want_motions(self, motions: Mapping[Pair, Path]) -> None:
        """Load the material of the coming morphs."""
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
