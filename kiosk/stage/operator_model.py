"""The operator's panel, Python side: whether it is open, whether the PIN was given, its fields, notices and status.

A thin QObject over `OperatorPorts`; `resources/qml/OperatorPanel.qml` shows it over the wall. It decides nothing about
settings or PINs: the application does, behind the ports.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.stage.operator_field import OperatorField
from kiosk.stage.operator_values import (
    Action,
    OperatorPorts,
    sound_text,
    status_figures,
    status_rows,
    status_set_aside,
)

QML_IMPORT_NAME = "Kiosk.Operator"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("made by the application")
class OperatorModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """Everything the panel shows and may do; `groups` is the order of the settings groups."""

    openedChanged = Signal()
    lockChanged = Signal()
    pinChanged = Signal()
    statusChanged = Signal()
    noticesChanged = Signal()

    def __init__(
        self, ports: OperatorPorts, *, groups: Sequence[str], version: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ports = ports
        self._groups = list(groups)
        self._version = version
        self._fields = [OperatorField(value, ports, self.refresh, self) for value in ports.fields()]
        self._opened = False
        self._locked = False
        self._pin_message = ""
        self._first_pin = ""
        self._pin_purpose = ""
        self._status: Mapping[str, object] = {}
        self._notices: list[str] = []
        self._paused = False
        self._countdown = QTimer(self, interval=1000)
        self._countdown.timeout.connect(self._count_down)

    @Slot()
    def open(self) -> None:
        """Bring the panel up, behind the PIN when one is set."""
        if self._opened:
            return
        self._locked = self._ports.asks_pin()
        self._pin_purpose = "unlock" if self._locked else ""
        self._pin_message = ""
        self.refresh()
        self._opened = True
        self._count_down()
        self.openedChanged.emit()
        self.lockChanged.emit()

    @Slot()
    def close(self) -> None:
        """Take the panel away; what was typed and not kept is forgotten, what was previewed undone."""
        if not self._opened:
            return
        for field in self._fields:
            field.abandon()
        self._countdown.stop()
        self._pin_purpose = self._first_pin = ""
        self._opened = False
        self.openedChanged.emit()
        self.lockChanged.emit()

    @Slot()
    def refresh(self) -> None:
        """Read values and notices again from the application."""
        values = {value.key: value for value in self._ports.fields()}
        for field in self._fields:
            field.show(values[field.value.key])
        notices = list(self._ports.notices())
        if notices != self._notices:
            self._notices = notices
            self.noticesChanged.emit()

    def set_status(self, status: Mapping[str, object], *, paused: bool) -> None:
        """Show the object `kiosk status --json` prints, and whether the wall is paused."""
        self._status, self._paused = status, paused
        self.statusChanged.emit()

    @Slot(str)
    def act(self, action: str) -> None:
        """Do one of next, pause, resume, sleep; behind the PIN only."""
        if self._opened and not self._locked:
            self._ports.act(cast("Action", action))

    @Slot()
    def leave(self) -> None:
        """Leave the kiosk; behind the PIN only."""
        if self._opened and not self._locked:
            self._ports.leave()

    @Slot()
    def askNewPin(self) -> None:
        """Bring the number pad up for a new PIN."""
        self._ask("new", "")

    @Slot()
    def cancelPin(self) -> None:
        """Put the number pad away; where the PIN guards the panel, the panel too."""
        if self._locked:
            self.close()
        else:
            self._ask("", "")

    @Slot(str)
    def enterPin(self, pin: str) -> None:
        """Take what was entered on the number pad."""
        match self._pin_purpose:
            case "unlock":
                self._unlock(pin)
            case "new":
                self._first_pin = pin
                problem = self._pin_problem(pin)
                self._ask("new" if problem else "again", problem)
            case "again" if pin == self._first_pin:
                self._ask("", "")
                for field in self._fields:
                    if field.value.kind == "pin":
                        field.put(pin)
            case "again":
                self._ask("new", "The two did not match. Once more.")

    def _unlock(self, pin: str) -> None:
        result = self._ports.verify_pin(pin)
        if result.opened:
            self._locked = False
            self.refresh()
            self._ask("", "")
            return
        tries = f"{result.tries_left} {'try' if result.tries_left == 1 else 'tries'} left"
        self._pin_message = "" if result.wait_s > 0 else f"That is not the PIN. {tries}."
        self._count_down()
        self.lockChanged.emit()

    def _pin_problem(self, pin: str) -> str:
        keys = [field.value.key for field in self._fields if field.value.kind == "pin"]
        return self._ports.validate(keys[0], pin) if keys else ""

    def _ask(self, purpose: str, message: str) -> None:
        if purpose != "again":
            self._first_pin = ""
        self._pin_purpose, self._pin_message = purpose, message
        self.lockChanged.emit()

    def _count_down(self) -> None:
        if self._opened and self._locked and self._ports.pin_wait_s() > 0:
            self._countdown.start()
        else:
            self._countdown.stop()
        self.pinChanged.emit()

    def _wait_s(self) -> int:
        return math.ceil(self._ports.pin_wait_s()) if self._locked else 0

    opened = Property(bool, lambda self: self._opened, notify=openedChanged)
    locked = Property(bool, lambda self: self._locked, notify=lockChanged)
    pinPurpose = Property(str, lambda self: self._pin_purpose, notify=lockChanged)
    pinMessage = Property(str, lambda self: self._pin_message, notify=lockChanged)
    pinWaitS = Property(int, _wait_s, notify=pinChanged)
    groups = Property(list, lambda self: self._groups, constant=True)
    fields = Property(list, lambda self: self._fields, constant=True)
    notices = Property(list, lambda self: self._notices, notify=noticesChanged)
    version = Property(str, lambda self: self._version, constant=True)
    paused = Property(bool, lambda self: self._paused, notify=statusChanged)
    figures = Property(list, lambda self: status_figures(self._status), notify=statusChanged)
    hearing = Property(str, lambda self: sound_text(self._status), notify=statusChanged)
    rows = Property(list, lambda self: status_rows(self._status), notify=statusChanged)
    setAside = Property(list, lambda self: status_set_aside(self._status), notify=statusChanged)
