"""What QML is given: thin QObjects with properties to bind to, signals to start by, and slots by which it reports.

Built by hand in `window.py` and `wall.py` and handed over as required properties; `resources/qml` is the counterpart.
Nothing here decides anything. `derive.py` says what the values are.
"""

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.stage.label_model import LabelModel

QML_IMPORT_NAME = "Kiosk.Stage"
QML_IMPORT_MAJOR_VERSION = 1

GROUND = -1
OTHER_LAYER = -2
NO_MOTION = -1
MOTIONS = 4
IMAGE_READY = 1
IMAGE_ERROR = 3


@QmlElement
@QmlUncreatable("made by the stage")
class SlotModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """A place in the scene that holds one file of pixels as a texture. Reports how its loading went."""

    changed = Signal()
    reported = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = QUrl()

    def put(self, source: QUrl) -> None:
        """Load `source`; an empty address empties the slot."""
        self._source = source
        self.changed.emit()

    def put_again(self) -> None:
        """Load the same file once more."""
        source = self._source
        self.put(QUrl())
        self.put(source)

    @Slot(int)
    def report(self, status: int) -> None:
        self.reported.emit(status)

    source = Property(QUrl, lambda self: self._source, notify=changed)


@QmlElement
@QmlUncreatable("made by the stage")
class LayerModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """One of the two layers: what it turns into what, how, and how long it takes.

    `origin` and `goal` are slot numbers, GROUND, or OTHER_LAYER for the frozen picture of the other layer; `motion` is
    the number of a motion, or NO_MOTION.
    """

    changed = Signal()
    begun = Signal()
    cut = Signal()
    freezeAsked = Signal()
    half = Signal()
    finished = Signal()
    frozen = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._active = False
        self._origin = GROUND
        self._goal = GROUND
        self._transition = "dissolve"
        self._motion = NO_MOTION
        self._duration_ms = 0

    def aim(self, origin: int, goal: int, transition: str, motion: int, duration_ms: int) -> None:
        """Set what the next `begun` or `cut` will do; `motion` is the place of its material, or NO_MOTION."""
        self._origin, self._goal = origin, goal
        self._transition, self._motion, self._duration_ms = transition, motion, duration_ms
        self.changed.emit()

    def rest(self) -> None:
        """Stay with the goal alone, so that what it came from may go."""
        self._origin = self._goal
        self._motion = NO_MOTION
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

    @Slot(float)
    def reportFrozen(self, share: float) -> None:
        self.frozen.emit(share)

    active = Property(bool, lambda self: self._active, notify=changed)
    origin = Property(int, lambda self: self._origin, notify=changed)
    goal = Property(int, lambda self: self._goal, notify=changed)
    transition = Property(str, lambda self: self._transition, notify=changed)
    motion = Property(int, lambda self: self._motion, notify=changed)
    durationMs = Property(int, lambda self: self._duration_ms, notify=changed)


@QmlElement
@QmlUncreatable("made by the stage")
class WallModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """The slots of the wall for prints and for motions, and its two layers."""

    constant = Signal()

    def __init__(self, slots: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.slots = [SlotModel(self) for _ in range(slots)]
        self.motions = [SlotModel(self) for _ in range(MOTIONS)]
        self.layers = (LayerModel(self), LayerModel(self))

    slotModels = Property(list, lambda self: self.slots, notify=constant)
    motionModels = Property(list, lambda self: self.motions, notify=constant)
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

    def __init__(
        self, ground: QColor, font_family: str, brightness: float, rotation: int = 0, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._rotation = rotation
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

    @property
    def turned(self) -> int:
        """By how many degrees clockwise the scene is turned."""
        return self._rotation

    def set_rotation(self, rotation: int) -> None:
        """Turn the scene by 0, 90, 180 or 270 degrees clockwise."""
        self._rotation = rotation
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
    rotation = Property(int, lambda self: self._rotation, notify=changed)
    asleep = Property(bool, lambda self: self._asleep, notify=changed)
    paused = Property(bool, lambda self: self._paused, notify=changed)
    label = Property(LabelModel, lambda self: self._label, notify=constant)
