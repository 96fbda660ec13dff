"""What QML is given: thin QObjects with properties to bind to, signals to start by, and slots by which it reports.

Built by hand in `window.py` and `wall.py` and handed over as required properties; `resources/qml` is the counterpart.
Nothing here decides anything. `derive.py` says what the values are.
"""

from PySide6.QtCore import Property, QObject, QSize, QUrl, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.stage.label_model import LabelModel

QML_IMPORT_NAME = "Kiosk.Stage"
QML_IMPORT_MAJOR_VERSION = 1

GROUND = -1
OTHER_LAYER = -2


@QmlElement
@QmlUncreatable("made by the stage")
class SlotModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """A place in the scene that holds one picture. Reports how its decoding went, with the picture's true size."""

    changed = Signal()
    reported = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = QUrl()
        self._bound = QSize()

    def put(self, source: QUrl, bound: QSize) -> None:
        """Load `source`, decoded to no more than `bound` pixels; an empty address empties the slot."""
        self._source, self._bound = source, bound
        self.changed.emit()

    @Slot(int, float, float)
    def report(self, status: int, width: float, height: float) -> None:
        self.reported.emit(status, round(width), round(height))

    source = Property(QUrl, lambda self: self._source, notify=changed)
    sourceBound = Property(QSize, lambda self: self._bound, notify=changed)
    occupied = Property(bool, lambda self: not self._source.isEmpty(), notify=changed)


@QmlElement
@QmlUncreatable("made by the stage")
class LayerModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """One of the two layers: what it turns into what, how, and how long it takes.

    `origin` and `goal` are slot numbers, GROUND, or OTHER_LAYER for the frozen picture of the other layer.
    """

    changed = Signal()
    begun = Signal()
    cut = Signal()
    freezeAsked = Signal()
    half = Signal()
    finished = Signal()
    frozen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._active = False
        self._origin = GROUND
        self._goal = GROUND
        self._transition = "dissolve"
        self._duration_ms = 0

    def aim(self, origin: int, goal: int, transition: str, duration_ms: int) -> None:
        """Set what the next `begun` or `cut` will do."""
        self._origin, self._goal = origin, goal
        self._transition, self._duration_ms = transition, duration_ms
        self.changed.emit()

    def rest(self) -> None:
        """Stay with the goal alone, so that what it came from may go."""
        self._origin = self._goal
        self.changed.emit()

    def set_active(self, active: bool) -> None:
        """Show or hide the layer."""
        self._active = active
        self.changed.emit()

    @Slot()
    def reportHalf(self) -> None:
        self.half.emit()

    @Slot()
    def reportFinished(self) -> None:
        self.finished.emit()

    @Slot()
    def reportFrozen(self) -> None:
        self.frozen.emit()

    active = Property(bool, lambda self: self._active, notify=changed)
    origin = Property(int, lambda self: self._origin, notify=changed)
    goal = Property(int, lambda self: self._goal, notify=changed)
    transition = Property(str, lambda self: self._transition, notify=changed)
    durationMs = Property(int, lambda self: self._duration_ms, notify=changed)


@QmlElement
@QmlUncreatable("made by the stage")
class WallModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """The slots and layers of the wall, and how pictures are fitted to it."""

    fitChanged = Signal()
    constant = Signal()

    def __init__(self, slots: int, fit: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.slots = [SlotModel(self) for _ in range(slots)]
        self.layers = (LayerModel(self), LayerModel(self))
        self._fit = fit

    @property
    def fit_now(self) -> str:
        """How pictures are fitted."""
        return self._fit

    def set_fit(self, fit: str) -> None:
        """Fit every picture this way from now on."""
        self._fit = fit
        self.fitChanged.emit()

    fit = Property(str, lambda self: self._fit, notify=fitChanged)
    slotModels = Property(list, lambda self: self.slots, notify=constant)
    firstLayer = Property(LayerModel, lambda self: self.layers[0], notify=constant)
    secondLayer = Property(LayerModel, lambda self: self.layers[1], notify=constant)


@QmlElement
@QmlUncreatable("made by the stage")
class StageModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """What concerns the window as a whole: light, sleep, words to the operator, and what hands do to it."""

    changed = Signal()
    constant = Signal()
    flashed = Signal(str)
    lit = Signal()
    closeAsked = Signal()
    settingsAsked = Signal()
    keyPressed = Signal(int, bool)

    def __init__(self, ground: QColor, font_family: str, brightness: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self._font_family = font_family
        self._brightness = brightness
        self._asleep = False
        self._dark = False
        self._paused = False
        self._leaving = False
        self._label = LabelModel(self)
        self._known_keys: frozenset[int] = frozenset()

    def know_keys(self, keys: frozenset[int]) -> None:
        """Take these keys from whoever holds the focus after the stage."""
        self._known_keys = keys

    def leave(self) -> None:
        """Let the window be closed from now on; Qt ends no application whose windows refuse."""
        self._leaving = True
        self.changed.emit()

    def set_asleep(self, asleep: bool) -> None:
        """Darken the wall, or light it again."""
        self._asleep = asleep
        self._dark = self._dark or asleep
        self.changed.emit()

    @property
    def dark(self) -> bool:
        """True from the moment the wall is put to sleep until its light is back."""
        return self._dark

    @Slot()
    def reportLit(self) -> None:
        self._dark = self._asleep
        self.lit.emit()

    def set_brightness(self, brightness: float) -> None:
        """Dim the wall to this share (0-1) of its light."""
        self._brightness = brightness
        self.changed.emit()

    def set_paused(self, paused: bool) -> None:
        """Show or hide the mark of a paused wall."""
        self._paused = paused
        self.changed.emit()

    @Slot(int, bool, result=bool)
    def pressKey(self, key: int, control: bool) -> bool:
        self.keyPressed.emit(key, control)
        return key in self._known_keys

    @Slot()
    def askToClose(self) -> None:
        self.closeAsked.emit()

    @Slot()
    def askForSettings(self) -> None:
        self.settingsAsked.emit()

    @property
    def label_model(self) -> LabelModel:
        """The wall label."""
        return self._label

    ground = Property(QColor, lambda self: self._ground, notify=constant)
    fontFamily = Property(str, lambda self: self._font_family, notify=constant)
    brightness = Property(float, lambda self: self._brightness, notify=changed)
    leaving = Property(bool, lambda self: self._leaving, notify=changed)
    asleep = Property(bool, lambda self: self._asleep, notify=changed)
    paused = Property(bool, lambda self: self._paused, notify=changed)
    label = Property(LabelModel, lambda self: self._label, notify=constant)
