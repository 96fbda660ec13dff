"""One setting in the operator's panel: the value in force, what is being typed over it, and what is wrong with that.

A thin QObject; `operator_model.py` builds one for each setting, `OperatorFieldRow.qml` shows it.
"""

from collections.abc import Callable

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.domain.errors import KioskError
from kiosk.stage.operator_values import FieldValue, OperatorPorts

QML_IMPORT_NAME = "Kiosk.Operator"
QML_IMPORT_MAJOR_VERSION = 1

COMMIT_AFTER_MS = 400  # a finger that holds a stepper down writes the file once, not at every step


@QmlElement
@QmlUncreatable("made by the OperatorModel")
class OperatorField(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """A setting on the panel; `draft` is what stands in the entry, `text` what is in force."""

    changed = Signal()
    draftChanged = Signal()

    def __init__(self, value: FieldValue, ports: OperatorPorts, refresh: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.value = value
        self._ports = ports
        self._refresh = refresh
        self._draft = value.text
        self._problem = ""
        self._saved = False
        self._previewed = False
        self._soon = QTimer(self, singleShot=True, interval=COMMIT_AFTER_MS)
        self._soon.timeout.connect(self.commit)

    def show(self, value: FieldValue) -> None:
        """Show `value` from now on; what is being typed stays unless it was the old value."""
        untouched = self._draft == self.value.text
        if value != self.value:
            self.value = value
            self.changed.emit()
        if untouched:
            self._set_draft(value.text, "")

    @Slot(str)
    def edit(self, text: str) -> None:
        """Take what is being typed and say what is wrong with it."""
        self._set_draft(text, "" if text == self.value.text else self._ports.validate(self.value.key, text))

    @Slot(str)
    def preview(self, text: str) -> None:
        """Show a value on the wall without keeping it."""
        self.edit(text)
        if not self._problem:
            self._previewed = True
            self._ports.preview(self.value.key, text)

    @Slot()
    def commit(self) -> None:
        """Keep what was typed, when nothing is wrong with it."""
        if self._problem or self._draft == self.value.text:
            return
        self._do(lambda: self._ports.apply(self.value.key, self._draft))

    @Slot(str)
    def put(self, text: str) -> None:
        """Type and keep in one: what switches, choices and steppers do."""
        self.edit(text)
        self.commit()

    @Slot(int)
    def stepBy(self, steps: int) -> None:
        """Move a number by `steps` of its steps, onto the grid of steps and within its range."""
        value = self.value
        try:
            number = float(self._draft)
        except ValueError:
            number = float(value.text)
        grid = round(number / value.step) * value.step if value.step else number
        moved = grid + steps * value.step if (grid - number) * steps <= 0 else grid
        kept = min(max(round(moved, 6), value.minimum), value.maximum)
        self.edit(f"{kept:.6f}".rstrip("0").rstrip("."))
        self._soon.start()

    @Slot()
    def revert(self) -> None:
        """Forget what was typed."""
        self._set_draft(self.value.text, "")

    def abandon(self) -> None:
        """Keep what was stepped to, forget what was typed, and take a preview off the wall again."""
        if self._soon.isActive():
            self._soon.stop()
            self.commit()
        if self._previewed and self._draft != self.value.text:
            self._ports.preview(self.value.key, self.value.text)
        self._previewed = False
        self._soon = QTimer(self, singleShot=True, interval=COMMIT_AFTER_MS)
        self._soon.timeout.connect(self.commit)
        self.revert()

    @Slot()
    def reset(self) -> None:
        """Go back to the default."""
        self._set_draft(self.value.text, "")
        self._do(lambda: self._ports.reset(self.value.key))

    def _do(self, change: Callable[[], None]) -> None:
        try:
            change()
        except KioskError as error:
            self._set_draft(self._draft, str(error))
            return
        self._draft = self.value.text
        self._saved = True
        self._refresh()
        self.revert()

    def _set_draft(self, draft: str, problem: str) -> None:
        self._draft, self._problem = draft, problem
        self.draftChanged.emit()

    key = Property(str, lambda self: self.value.key, constant=True)
    title = Property(str, lambda self: self.value.title, constant=True)
    explanation = Property(str, lambda self: self.value.explanation, constant=True)
    group = Property(str, lambda self: self.value.group, constant=True)
    kind = Property(str, lambda self: self.value.kind, constant=True)
    unit = Property(str, lambda self: self.value.unit, constant=True)
    choices = Property(list, lambda self: list(self.value.choices), constant=True)
    minimum = Property(float, lambda self: self.value.minimum, constant=True)
    maximum = Property(float, lambda self: self.value.maximum, constant=True)
    step = Property(float, lambda self: self.value.step, constant=True)
    emptyText = Property(str, lambda self: self.value.empty_text, constant=True)
    live = Property(bool, lambda self: self.value.live, constant=True)
    suggestions = Property(list, lambda self: list(self.value.suggestions), notify=changed)
    text = Property(str, lambda self: self.value.text, notify=changed)
    defaultText = Property(str, lambda self: self.value.default_text, notify=changed)
    fixedBy = Property(str, lambda self: self.value.fixed_by, notify=changed)
    isChanged = Property(bool, lambda self: self.value.text != self.value.default_text, notify=changed)
    isSaved = Property(bool, lambda self: self._saved, notify=draftChanged)
    draft = Property(str, lambda self: self._draft, notify=draftChanged)
    problem = Property(str, lambda self: self._problem, notify=draftChanged)
