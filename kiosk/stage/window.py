"""The stage's one door: a window of art that shows pieces, says what was seen of them, passes on what hands do to it.

The application gives it prints that lie on this machine, of exactly the pixels to show; everything that moves is drawn
by `resources/qml` on the render thread. `wall.py` brings prints up, `witness.py` proves they were seen.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QImage, QScreen
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.domain.impressions import EndedBy, Showing
from kiosk.domain.ports import Clock
from kiosk.stage import derive, keys
from kiosk.stage.cursor import Cursor
from kiosk.stage.environment import set_defaults
from kiosk.stage.exposure import Exposure
from kiosk.stage.inhibit import Inhibitor
from kiosk.stage.label import label_text
from kiosk.stage.motions import Pair
from kiosk.stage.operator_fonts import register_fonts
from kiosk.stage.painted import Glass
from kiosk.stage.pieces import FrameStatus, StageOptions, StagePiece
from kiosk.stage.placement import Placement, pixels
from kiosk.stage.renderer import renderer_name
from kiosk.stage.scene import Scene
from kiosk.stage.slots import SLOTS
from kiosk.stage.view_models import StageModel, WallModel
from kiosk.stage.wall import Request, Wall
from kiosk.stage.witness import Witness

GROUND_COLOUR = "#0b0b0c"
SIGN_OF_LIFE_MS = 1000
DEFAULT_REFRESH_HZ = 60.0


class StageWindow(QObject):
    """A window of art. Needs a QGuiApplication; all of it lives on the GUI thread.

    Signals: `opened(showing_id, at_s, coverage)` and `ended(showing_id, at_s, visible_ms, frames, ended_by)` are the
    witness's, with monotonic times and a share of the screen for each picture; a piece that comes back after hiding or
    sleep opens again under the same id. `morph_ended(showing_id)`; `failed(showing_id, key)` when a print could not be
    read, the id "" when that was in the look-ahead; `resized(width_px, height_px)` is the size prints have to have;
    `command(name)` for keys (`keys.py` has their names); `scene_lost()` when the renderer has
    lost what it had drawn: the wall is already building it anew.
    """

    opened = Signal(str, float, tuple)
    ended = Signal(str, float, int, int, str)
    morph_ended = Signal(str)
    failed = Signal(str, str)
    resized = Signal(int, int)
    exposed_changed = Signal(bool)
    close_requested = Signal()
    command = Signal(str)
    settings_requested = Signal()
    scene_lost = Signal()

    def __init__(self, options: StageOptions, *, clock: Clock, monitor: QScreen | None = None) -> None:
        super().__init__()
        self._options = options
        self._label_mode = options.label
        self._closed = False
        self._size = (0, 0)
        self._renderer = ""
        set_defaults(os.environ)
        self._scene = Scene()
        self._model = StageModel(QColor(GROUND_COLOUR), register_fonts(), options.brightness, options.rotation)
        self._wall_model = WallModel(SLOTS)
        self._wall = Wall(self._wall_model, self._screen_px, lambda: self.exposed)
        self._window = self._scene.window("Stage.qml", {"stage": self._model, "wall": self._wall_model})
        self.exposure = Exposure(self._window)
        self._placement = Placement(self._window, options.windowed)
        self._placement.settle_on(monitor or QGuiApplication.primaryScreen())
        refresh_hz = self._window.screen().refreshRate() or DEFAULT_REFRESH_HZ
        self._witness = Witness(
            self._window, self._look, lambda: self.exposed and self._wall.morphing, clock, 1 / refresh_hz
        )
        self._cursor = Cursor(self._window)
        self._inhibitor = Inhibitor()
        self._sign_of_life = QTimer(self, interval=SIGN_OF_LIFE_MS)
        self._connect()

    @property
    def exposed(self) -> bool:
        """True while the window is to be seen as far as the window system tells."""
        return self.exposure.exposed

    @property
    def window(self) -> QQuickWindow:
        """The window itself, for whoever must hide it or ask the window system about it."""
        return self._window

    @property
    def monitor(self) -> str:
        """The system's name of the monitor the window belongs on."""
        return self._placement.monitor

    def move_to(self, monitor: QScreen) -> None:
        """Put the window on another monitor, of which it takes the size."""
        self._placement.settle_on(monitor)

    def open(self) -> None:
        """Put the window up."""
        self._renderer = renderer_name()
        self.exposure.watch()
        self._placement.put_up()
        if not self._model.dark:
            self._inhibitor.hold()
        self._sign_of_life.start()

    def close(self) -> None:
        """Take the window down; what is open ends with `exit`. The stage cannot be opened again."""
        if self._closed:
            return
        self._sign_of_life.stop()
        self._cursor.close()
        self._inhibitor.release()
        self._size = self._screen_px()
        self._closed = True
        self.exposure.close()
        self._witness.closing()
        self._model.leave()
        self._scene.take_down(self._window)

    def prepare(self, pieces: Sequence[StagePiece]) -> None:
        """Load what comes next, most urgent first, so that it is on the GPU before it is due."""
        self._wall.prepare(pieces)

    def want_motions(self, motions: Mapping[Pair, Path]) -> None:
        """Load what a `flow` or `ink` from one print to another (their keys) is made of, most urgent first."""
        self._wall.want_motions(motions)

    def replace(self, piece: StagePiece) -> None:
        """Use this print from now on for content that is on the glass or loaded already."""
        self._wall.replace(piece)

    def show(self, showing_id: str, piece: StagePiece, transition: str, morph_s: float, cause: EndedBy) -> None:
        """Bring a piece up, as soon as it is ready: at once when it was prepared, and in the middle of a morph too.

        `transition` is flow, dissolve, ink or none, `morph_s` how long it takes (s); `cause` is what this does to the
        piece before it (next or skip).
        """
        name = derive.transition_name(transition, reduced_motion=self._options.reduced_motion)
        self._label(shown=False)
        self._wall.show(Request(showing_id, piece, name, morph_s, cause))

    def set_asleep(self, asleep: bool) -> None:
        """Darken the wall and end what is open, or light it again."""
        self._model.set_asleep(asleep)
        if asleep:
            self._witness.asleep()
            self._inhibitor.release()
        else:
            self._inhibitor.hold()
        self.exposure.look()
        self._draw()

    def set_rotation(self, rotation: int) -> None:
        """Turn what is shown clockwise by 0, 90, 180 or 270 degrees."""
        if rotation != self._model.turned:
            self._model.set_rotation(rotation)
            self._resized()

    def set_label(self, mode: str) -> None:
        """Show the label of the piece on the glass in a `corner`, or keep it `off`; during a morph there is none."""
        self._label_mode = mode
        self._label(shown=self._wall.at_rest)

    def set_brightness(self, brightness: float) -> None:
        """Dim the wall to this share (0-1) of its light."""
        self._model.set_brightness(min(1.0, max(0.0, brightness)))

    def set_paused_mark(self, paused: bool) -> None:
        """Show or hide the small mark of a paused wall."""
        self._model.set_paused(paused)

    def set_cursor_kept(self, kept: bool) -> None:
        """Keep the mouse pointer while a panel is open, or let it hide again."""
        self._cursor.keep(kept)

    def flash(self, message: str) -> None:
        """Answer the operator with a few words at the lower edge, which fade."""
        self._model.flashed.emit(message)

    def add_overlay(self, qml: str | Path, properties: Mapping[str, object]) -> QQuickItem:
        """Load a QML file (a name in resources/qml, or a path) over the wall and return its item."""
        return self._scene.overlay(qml, properties, self._window)

    def grab(self) -> QImage:
        """Return what is on the screen, in device pixels; a null image when nothing is."""
        return self._window.grabWindow() if self.exposed else QImage()

    def ready_keys(self) -> frozenset[str]:
        """Return the keys of the prints that are loaded."""
        return self._wall.ready_keys()

    @property
    def whole(self) -> StagePiece | None:
        """The piece that has the glass to itself in full light, None during a morph, asleep and before the first."""
        return None if self._model.dark else self._wall.whole

    @property
    def scene_px(self) -> tuple[int, int]:
        """The size (px) prints have to have: the window's, upright."""
        return self._screen_px()

    def tally(self) -> Showing | None:
        """Return how long, and in how many frames, the showing now open has been seen; None when none is."""
        return self._witness.tally()

    def status(self) -> FrameStatus:
        """Return the frames so far, who drew them, and how large they are."""
        now = self._witness.figures()
        return FrameStatus(
            frames_swapped=now.swapped,
            last_swap_age_ms=now.last_swap_age_ms,
            median_ms=now.median_ms,
            p99_ms=now.p99_ms,
            missed=now.missed,
            renderer=self._renderer,
            size=self._screen_px(),
        )

    def _connect(self) -> None:
        self.exposure.changed.connect(self._exposure_changed)
        self._window.widthChanged.connect(self._resized)
        self._window.heightChanged.connect(self._resized)
        self._window.sceneGraphInvalidated.connect(self._scene_lost, Qt.ConnectionType.QueuedConnection)
        self._window.sceneGraphError.connect(self._scene_lost, Qt.ConnectionType.QueuedConnection)
        self._witness.opened.connect(self.opened)
        self._witness.ended.connect(self.ended)
        self._wall.failed.connect(self.failed)
        self._wall.changed.connect(self._draw)
        self._wall.morphEnded.connect(self._morph_ended)
        self._model.lit.connect(self._draw)
        self._model.closeAsked.connect(self.close_requested)
        self._model.settingsAsked.connect(self.settings_requested)
        self._model.keyPressed.connect(self._key_pressed)
        self._model.know_keys(frozenset(keys.COMMANDS))
        self._sign_of_life.timeout.connect(self._draw)

    def _screen_px(self) -> tuple[int, int]:
        return self._size if self._closed else derive.upright(pixels(self._window), self._model.turned)

    @Slot()
    def _draw(self) -> None:
        if not self._closed:
            self._window.update()

    def _look(self) -> Glass:
        held = self._wall.holder
        if held is None:
            return Glass(None, exposed=self.exposed, asleep=self._model.dark)
        return Glass(held.showing_id, self.exposed, self._model.dark, held.coverage, held.cause)

    def _label(self, *, shown: bool) -> None:
        piece = self._wall.current
        if shown and piece is not None and self._label_mode == "corner":
            self._model.label_model.tell(label_text(piece.captions))
        else:
            self._model.label_model.hide()

    @Slot(bool)
    def _exposure_changed(self, exposed: bool) -> None:
        if exposed:
            self._window.requestActivate()  # without a window manager nobody else gives it the keys
        else:
            self._witness.hidden()
            self._wall.unexposed()
        self._window.update()
        self.exposed_changed.emit(exposed)

    @Slot(str)
    def _morph_ended(self, showing_id: str) -> None:
        self._label(shown=True)
        self.morph_ended.emit(showing_id)

    @Slot()
    def _resized(self) -> None:
        if not self._closed:
            self.resized.emit(*self._screen_px())

    @Slot(int, bool)
    def _key_pressed(self, key: int, control: bool) -> None:
        name = keys.command_of(key, control=control)
        if name == "settings":
            self.settings_requested.emit()
        elif name is not None:
            self.command.emit(name)

    @Slot()
    def _scene_lost(self) -> None:
        if not self._closed:
            self._wall.scene_lost()
            self._window.update()
            self.scene_lost.emit()
