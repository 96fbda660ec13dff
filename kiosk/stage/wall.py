"""Brings prints up and starts morphs: the driver of the wall's slots and layers.

A print is loaded into a slot (QML decodes it off the GUI thread) and takes the glass once it is ready, never before.
If it comes in the middle of a morph, what is on the glass is frozen into a texture, and the other layer morphs on from
there. What comes later is loaded while nothing moves, so that no upload costs a morph its frames. `slots.py` says what
lies where; `view_models.py` is the way to QML; `witness.py` asks `holder` who has half the weight.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal

from kiosk.domain.impressions import EndedBy
from kiosk.stage import derive
from kiosk.stage.motions import Motions, Pair
from kiosk.stage.pieces import StagePiece
from kiosk.stage.slots import SLOTS, ahead, assign
from kiosk.stage.view_models import GROUND, IMAGE_ERROR, IMAGE_READY, NO_MOTION, OTHER_LAYER, LayerModel, WallModel

HALF = 0.5


class Phase(Enum):
    """What the wall is doing."""

    STILL = auto()
    MORPHING = auto()
    FREEZING = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """A piece that is to take the glass, and how; `cause` is what its coming does to the piece before it."""

    showing_id: str
    piece: StagePiece
    transition: str
    morph_s: float
    cause: EndedBy


@dataclass(frozen=True, slots=True)
class Held:
    """The showing that has at least half the weight."""

    showing_id: str
    coverage: tuple[float, ...]
    cause: EndedBy


@dataclass(slots=True)
class Content:
    """What lies in a slot, and whether it has been loaded."""

    piece: StagePiece
    ready: bool = False


class Wall(QObject):
    """Shows what it is asked to as soon as it can, and says when a morph has ended or a print could not be read.

    `screen_px` returns the scene's size in device pixels, `exposed` whether anything drawn there would be seen: if
    not, morphs end at once, for no frame would ever end them.
    """

    changed = Signal()
    morphEnded = Signal(str)
    failed = Signal(str, str)

    def __init__(self, model: WallModel, screen_px: Callable[[], tuple[int, int]], exposed: Callable[[], bool]) -> None:
        super().__init__()
        self.holder: Held | None = None
        self._model = model
        self._motions = Motions(model.motions)
        self._screen_px = screen_px
        self._exposed = exposed
        self._contents: list[Content | None] = [None] * SLOTS
        self._ahead: tuple[StagePiece, ...] = ()
        self._phase = Phase.STILL
        self._active = 0
        self._origin = GROUND
        self._goal = GROUND
        self._coming: Request | None = None
        self._waiting: Request | None = None
        self._frozen_for: Request | None = None
        for number, slot in enumerate(model.slots):
            slot.reported.connect(partial(self._reported, number))
        for number, layer in enumerate(model.layers):
            layer.half.connect(partial(self._half, number))
            layer.finished.connect(partial(self._finished, number))
            layer.frozen.connect(partial(self._frozen, number))
        self._layer.set_active(True)

    @property
    def morphing(self) -> bool:
        """True while frames ought to follow one another at the screen's pace."""
        return self._phase is Phase.MORPHING

    @property
    def at_rest(self) -> bool:
        """True while nothing moves and nothing is on its way to the glass."""
        return self._phase is Phase.STILL and self._waiting is None

    @property
    def current(self) -> StagePiece | None:
        """The piece that is on the glass or on its way there."""
        return self._coming.piece if self._coming else None

    @property
    def whole(self) -> StagePiece | None:
        """The piece that has the glass to itself, None during a morph and before the first."""
        still = self._phase is Phase.STILL and self._coming is not None
        return self._coming.piece if still and self._coming is not None else None

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        """Load what comes next, most urgent first, as many as the screen's size allows."""
        self._ahead = tuple(pieces)
        self._settle()

    def want_motions(self, motions: Mapping[Pair, Path]) -> None:
        """Load the material of the coming morphs: of pairs of prints, by their keys, most urgent first."""
        self._motions.want(motions)

    def show(self, request: Request) -> None:
        """Bring a piece up as soon as it is ready. A piece that was still waiting for that gives way to it."""
        self._waiting = request
        self._settle()
        self._go_on()

    def replace(self, piece: StagePiece) -> None:
        """Show another print of what is there already, for a new size of the screen; the old one stays meanwhile."""
        self._ahead = tuple(piece if piece.key == known.key else known for known in self._ahead)
        for number, content in enumerate(self._contents):
            if content is not None and content.piece.key == piece.key:
                content.piece = piece
                self._put(number, content)

    def ready_keys(self) -> frozenset[str]:
        """Return the keys of the prints that are loaded."""
        return frozenset(content.piece.key for content in self._contents if content is not None and content.ready)

    def unexposed(self) -> None:
        """Nobody sees the wall any more: end what only frames could end."""
        if self._phase is Phase.MORPHING:
            self._cut_to_goal()
        elif self._phase is Phase.FREEZING:
            self._begin_frozen()

    def scene_lost(self) -> None:
        """The renderer lost its textures: what was frozen is gone, so show the newcomer whole; load all anew."""
        self.unexposed()
        for number, content in enumerate(self._contents):
            if content is not None:
                self._model.slots[number].put_again()
        self._motions.load_again()
        self._go_on()

    @property
    def _layer(self) -> LayerModel:
        return self._model.layers[self._active]

    def _slot_of(self, request: Request | None) -> int:
        """Return the number of the slot that holds the request's print, GROUND when none does."""
        if request is None:
            return GROUND
        keys = self._keys()
        return keys.index(request.piece.key) if request.piece.key in keys else GROUND

    def _keys(self) -> list[str | None]:
        return [content.piece.key if content else None for content in self._contents]

    def _settle(self) -> None:
        """Load what is wanted; while something moves only what is wanted at once."""
        waiting = (self._waiting.piece,) if self._waiting else ()
        coming = self._ahead[: ahead(self._screen_px())]
        if self._phase is Phase.MORPHING:
            coming = tuple(piece for piece in coming if piece.key in self._keys())
        pieces = {piece.key: piece for piece in (*waiting, *coming)}
        protected = frozenset({self._origin, self._goal, self._slot_of(self._frozen_for)}) - {GROUND}
        for number, key in assign(self._keys(), protected, tuple(pieces)).items():
            self._contents[number] = content = None if key is None else Content(pieces[key])
            if content is None:
                self._model.slots[number].put(QUrl())
            else:
                self._put(number, content)

    def _put(self, number: int, content: Content) -> None:
        self._model.slots[number].put(QUrl.fromLocalFile(str(content.piece.path)))

    def _reported(self, number: int, status: int) -> None:
        content = self._contents[number]
        if content is None:
            return
        if status == IMAGE_READY:
            content.ready = True
            self._go_on()
        elif status == IMAGE_ERROR and not content.ready:
            self._refuse(number, content)

    def _refuse(self, number: int, content: Content) -> None:
        self._contents[number] = None
        self._model.slots[number].put(QUrl())
        self._ahead = tuple(piece for piece in self._ahead if piece.key != content.piece.key)
        waiting, showing_id = self._waiting, ""
        if waiting is not None and waiting.piece.key == content.piece.key:
            self._waiting, showing_id = None, waiting.showing_id
        self.failed.emit(showing_id, content.piece.key)

    def _go_on(self) -> None:
        slot = self._slot_of(self._waiting)
        content = self._contents[slot] if slot != GROUND else None
        if self._waiting is None or content is None or not content.ready or self._phase is Phase.FREEZING:
            return
        request, self._waiting = self._waiting, None
        if self._phase is Phase.MORPHING and self._exposed():
            self._phase = Phase.FREEZING
            self._frozen_for = request
            self._layer.freezeAsked.emit()
            self.changed.emit()
        else:
            self._begin(request, self._goal)

    def _frozen(self, number: int, share: float) -> None:
        if self._phase is Phase.FREEZING and number == self._active:
            if share >= HALF:
                self._hold()
            self._begin_frozen()

    def _begin_frozen(self) -> None:
        request, self._frozen_for = self._frozen_for, None
        assert request is not None
        self._begin(request, OTHER_LAYER)

    def _begin(self, request: Request, origin: int) -> None:
        goal = self._slot_of(request)
        motion = self._motion(request, origin)
        transition = derive.transition_now(request.transition, has_motion=motion != NO_MOTION)
        if origin == OTHER_LAYER:
            self._layer.set_active(False)
            self._layer.rest()
            self._active = 1 - self._active
        self._layer.aim(origin, goal, transition, motion, max(1, round(request.morph_s * 1000)))
        self._layer.set_active(True)
        self._origin, self._goal = (GROUND if origin == OTHER_LAYER else origin), goal
        self._coming = request
        self._phase = Phase.MORPHING
        if self._exposed() and request.transition != "none":
            self._layer.begun.emit()
            self.changed.emit()
            self._settle()
            self._go_on()
        else:
            self._cut_to_goal()

    def _motion(self, request: Request, origin: int) -> int:
        content = self._contents[origin] if origin >= 0 else None
        return NO_MOTION if content is None else self._motions.take((content.piece.key, request.piece.key))

    def _cut_to_goal(self) -> None:
        self._layer.cut.emit()
        self._half(self._active)
        self._finished(self._active)

    def _half(self, number: int) -> None:
        if self._phase is not Phase.MORPHING or number != self._active or self._coming is None:
            return
        self._hold()

    def _hold(self) -> None:
        assert self._coming is not None
        self.holder = Held(self._coming.showing_id, self._coming.piece.coverage, self._coming.cause)
        self.changed.emit()

    def _finished(self, number: int) -> None:
        if self._phase is not Phase.MORPHING or number != self._active or self._coming is None:
            return
        if self.holder is None or self.holder.showing_id != self._coming.showing_id:
            self._half(number)
        self._phase = Phase.STILL
        self._origin = self._goal
        self._layer.rest()
        self._motions.release()
        self.changed.emit()
        self._settle()
        self.morphEnded.emit(self._coming.showing_id)
        self._go_on()
