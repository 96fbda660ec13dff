"""A wall of plain colours with the operator's panel over it, wired to real settings as the application wires it.

Tests drive it. `python -m tests.qml.operator_bench FOLDER` writes pictures of every page in three sizes for a person to
look at; it needs a screen with OpenGL (DISPLAY).
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlComponent, QQmlContext, QQmlEngine, QQmlExpression
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.settings import changes, edit
from kiosk.settings.door import Door
from kiosk.settings.fields import FIELDS, GROUPS, format_value, value_of
from kiosk.settings.load import LoadedSettings, load
from kiosk.settings.values import shown
from kiosk.stage.operator_field import OperatorField
from kiosk.stage.operator_fonts import register_fonts
from kiosk.stage.operator_model import OperatorModel
from kiosk.stage.operator_values import Action, FieldValue, OperatorPorts, PinResult
from kiosk.storage.folder import write_atomically
from kiosk.storage.resources import resource_path

T = TypeVar("T", bound=QObject)
SIZES = {"wide": (1280, 720), "large": (1920, 1080), "upright": (1080, 1920)}
SMALL = {"small": (640, 360), "narrow": (400, 700)}  # windows for a try, smaller than any screen of a wall
STATUS: Mapping[str, object] = {
    "state": "showing",
    "artwork": {"title": "Low tide, third attempt"},
    "frame": {"medianMs": 16.7, "p99Ms": 19.2, "missed": 3, "renderer": "Mesa, llvmpipe", "size": [1920, 1080]},
    "impressions": {"painted": 12408, "delivered": 12391, "pending": 17, "dropped": 0},
    "link": {"server": "http://127.0.0.1:40123", "state": "live", "lastSyncAgeMs": 4200},
    "cache": {"pieces": 212, "bytes": 498_000_000},
    "memory": {"rssMb": 231.4},
    "glass": {"art": True, "why": ""},
    "audio": {"state": "listening", "text": "Listening to USB Audio: music in D minor, 92 bpm"},
    "setAside": [
        {"sha256": "ab" * 32, "title": "Harbour at night", "reason": "it breaks off in line 412"},
        {"sha256": "cd" * 32, "title": "", "reason": "its content does not match its hash"},
    ],
}
MICROPHONES = ("USB Audio CODEC", "Built-in Audio Analog Stereo")
WALL = b"""
import QtQuick
Window {
    color: "#0b0b0c"
    flags: Qt.FramelessWindowHint
    Rectangle {
        anchors.fill: parent
        gradient: Gradient {
            orientation: Gradient.Horizontal
            GradientStop { position: 0; color: "#20304f" }
            GradientStop { position: 0.45; color: "#c9714a" }
            GradientStop { position: 1; color: "#f2e3c2" }
        }
    }
}
"""


class OperatorBench:
    """The panel over a coloured window; `log` holds what the wall was asked to do, `now_s` is its monotonic clock."""

    def __init__(self, file: Path, size: tuple[int, int], environ: Mapping[str, str] | None = None) -> None:
        self.file = file
        self.environ = environ or {}
        self.now_s = 0.0
        self.log: list[tuple[str, ...]] = []
        self.kept: object = None
        self.loaded = self._load()
        self.door = Door(
            pin_hash=self.loaded.settings.operator.pin_hash,
            kept=None,
            monotonic=lambda: self.now_s,
            save=self._keep,
        )
        self.model = OperatorModel(self._ports(), groups=GROUPS, version="0.1.0")
        self.model.set_status(STATUS, paused=False)
        self.engine = QQmlEngine()
        self.components: list[QQmlComponent] = []
        self.window = self._create(WALL, QUrl(), {}, QQuickWindow)
        self.window.resize(*size)
        path = resource_path("qml", "OperatorPanel.qml")
        properties = {"model": self.model, "fontFamily": register_fonts()}
        self.panel = self._create(path.read_bytes(), QUrl.fromLocalFile(str(path)), properties, QQuickItem)
        self.panel.setParentItem(self.window.contentItem())
        self.window.show()
        wait_for(self.window.isExposed)

    def find(self, kind: str, text: str) -> QQuickItem:
        """Return the visible item whose QML type starts with `kind` and whose text is `text`."""
        for item in items_of(self.panel):
            if item.isVisible() and type_of(item).startswith(kind) and item.property("text") == text:
                return item
        raise LookupError(f"no {kind} {text!r} on the panel")

    def field(self, key: str) -> OperatorField:
        """Return the panel's field for a setting."""
        fields: list[OperatorField] = self.model.property("fields")
        return next(field for field in fields if field.value.key == key)

    def page(self, group: str) -> None:
        """Turn to a group of settings, and draw it."""
        sheet = next(item for item in items_of(self.panel) if type_of(item).startswith("OperatorSheet"))
        sheet.setProperty("group", group)
        self.draw()

    def draw(self) -> None:
        """Lay everything out and draw it once."""
        QCoreApplication.processEvents()
        self.window.grabWindow()

    def grab(self) -> QImage:
        """Return what is on the screen once nothing moves any more."""
        settle(400)
        return self.window.grabWindow()

    def close(self) -> None:
        """Take everything down in order."""
        self.window.hide()
        for item in (self.panel, self.window, self.engine, self.model):
            item.deleteLater()
            QCoreApplication.sendPostedEvents(item, QEvent.Type.DeferredDelete.value)

    def _create(self, qml: bytes, url: QUrl, properties: Mapping[str, object], kind: type[T]) -> T:
        component = QQmlComponent(self.engine)
        self.components.append(component)
        component.setData(qml, url)
        item = component.createWithInitialProperties(dict(properties))
        assert isinstance(item, kind), component.errorString()
        return item

    def _load(self) -> LoadedSettings:
        return load(self.file, environ=self.environ)

    def _keep(self, plain: dict[str, float]) -> None:
        self.kept = plain

    def _ports(self) -> OperatorPorts:
        return OperatorPorts(
            fields=self._fields,
            notices=lambda: [str(problem) for problem in self.loaded.problems],
            validate=edit.check_text,
            preview=lambda key, text: self.log.append(("preview", key, text)),
            apply=self._apply,
            reset=self._reset,
            asks_pin=lambda: self.door.asks,
            pin_wait_s=self.door_wait_s,
            verify_pin=self._verify_pin,
            act=self._act,
            leave=lambda: self.log.append(("leave",)),
        )

    def door_wait_s(self) -> float:
        """Seconds until the next try at the PIN."""
        return self.door.wait_s()

    def _verify_pin(self, pin: str) -> PinResult:
        answer = self.door.try_pin(pin)
        return PinResult(answer.opened, answer.tries_left, answer.wait_s)

    def _act(self, action: Action) -> None:
        self.log.append((action,))

    def _apply(self, key: str, text: str) -> None:
        edit.SettingsFile(self.file, write_atomically).set_value(key, text)
        self._changed(key)

    def _reset(self, key: str) -> None:
        edit.SettingsFile(self.file, write_atomically).reset_value(key)
        self._changed(key)

    def _changed(self, key: str) -> None:
        self.loaded = self._load()
        self.door.change_pin(self.loaded.settings.operator.pin_hash)
        self.log.append(("applied", key))

    def _fields(self) -> Sequence[FieldValue]:
        fixed = {"environment": "the environment", "command line": "the command line"}
        return [
            FieldValue(
                key=field.key,
                title=field.title,
                explanation=field.explanation,
                group=field.group,
                kind=field.kind,
                text=shown(field, value_of(self.loaded.settings, field)),
                default_text=format_value(field.default),
                unit=field.unit,
                choices=field.choices,
                suggestions=MICROPHONES if field.key == "audio.device" else (),
                minimum=field.minimum or 0.0,
                maximum=field.maximum or 0.0,
                step=field.step or 1.0,
                live=changes.takes_effect_at_once(field.key),
                empty_text=field.empty,
                fixed_by=fixed.get(self.loaded.origins[field.key], ""),
            )
            for field in FIELDS
        ]


def items_of(item: QQuickItem) -> list[QQuickItem]:
    """Every item under `item`, in the order they are drawn."""
    found = []
    for child in item.childItems():
        found += [child, *items_of(child)]
    return found


def type_of(item: QQuickItem) -> str:
    """The QML type of an item, such as `PushButton_QMLTYPE_12`; `Item` of one that Qt made without QML.

    Asked of QML and not by `metaObject()`: the Python object of a QML type's metaobject outlives the engine that frees
    the metaobject, and is handed out again for whatever Qt puts at its address next, an item of the next panel too.
    """
    context = cast("QQmlContext | None", QQmlEngine.contextForObject(item))
    if context is None:
        return "Item"
    name, _undefined = QQmlExpression(context, item, "String(this)").evaluate()
    return str(name).partition("(")[0]


def wait_for(condition: object, limit_ms: int = 60_000) -> None:
    """Turn the event loop until `condition()` holds; fail after `limit_ms`."""
    assert callable(condition)
    timer = QElapsedTimer()
    timer.start()
    while not condition():
        assert timer.elapsed() < limit_ms, "waited in vain"
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, 0)


def settle(duration_ms: int) -> None:
    """Turn the event loop for a while, for pictures that people look at."""
    timer = QElapsedTimer()
    timer.start()
    while timer.elapsed() < duration_ms:
        QCoreApplication.processEvents()


def main(folder: Path) -> None:
    """Write a picture of each page, problem, notice and number pad in each size."""
    folder.mkdir(parents=True, exist_ok=True)
    for size_name, size in SIZES.items():
        file = folder / f"{size_name}.toml"
        file.unlink(missing_ok=True)
        bench = OperatorBench(file, size, {"KIOSK_SYNC__POLL_S": "20"})

        def shot(name: str, bench: OperatorBench = bench, size_name: str = size_name) -> None:
            bench.grab().save(str(folder / f"{size_name}-{name}.png"))

        bench.model.open()
        for group in [*GROUPS, "Status"]:
            bench.page(group)
            shot(group.lower())
        bench.page("Playback")
        bench.field("playback.morph_s").edit("fast")
        bench.field("playback.dwell_s").put("20")
        shot("problem")
        bench.page("Operator")
        bench.model.askNewPin()
        shot("new-pin")
        bench.model.enterPin("270451")
        bench.model.enterPin("270451")
        shot("pin-set")
        bench.model.close()
        bench.model.open()
        shot("pin")
        for _ in range(5):
            bench.model.enterPin("123456")
        bench.now_s += 7
        settle(1100)
        shot("pin-delay")
        bench.close()

        file.write_text('[playback]\nmorph_s = "soon"\npin_s = 0\n[display]\nbrightnes = 0.5\n[sync]\npoll_s = 5\n')
        broken = OperatorBench(file, size)
        broken.model.open()
        shot("notice", broken)
        broken.close()


if __name__ == "__main__":
    application = QGuiApplication(sys.argv)
    application.setAttribute(Qt.ApplicationAttribute.AA_SynthesizeTouchForUnhandledMouseEvents, False)
    main(Path(sys.argv[1]))
