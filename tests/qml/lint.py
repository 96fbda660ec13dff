"""`python -m tests.qml.lint`: runs qmllint over resources/qml with the types our Python classes give to QML.

qmllint knows nothing of Python. This asks the classes themselves, through Qt's meta-object system, and writes what they
answer as the `.qmltypes` files a C++ module would bring. Its counterpart is `kiosk/stage` with its view models.
"""

import importlib
import inspect
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import PySide6
from PySide6.QtCore import QByteArray, QMetaMethod, QMetaObject, QObject

ROOT = Path(__file__).resolve().parent.parent.parent


def exported_classes() -> Iterator[tuple[str, type[QObject]]]:
    """Every QObject class of a kiosk module that has a QML import name, with that name."""
    for path in sorted((ROOT / "kiosk").rglob("*.py")):
        if "QML_IMPORT_NAME" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for _, candidate in inspect.getmembers(module, inspect.isclass):
            if issubclass(candidate, QObject) and candidate.__module__ == module.__name__:
                yield str(module.QML_IMPORT_NAME), candidate


def plain(name: QByteArray | bytes | bytearray | memoryview | str) -> str:
    """A name of the meta-object system, which has them in several guises."""
    if isinstance(name, QByteArray):
        return name.toStdString()
    return name if isinstance(name, str) else bytes(name).decode()


def described(type_name: str) -> str:
    """A type as qmltypes write it: pointers are said, not spelled."""
    return f'type: "{type_name.rstrip("*")}"' + ("; isPointer: true" if type_name.endswith("*") else "")


def properties(meta: QMetaObject) -> Iterator[str]:
    """The lines that declare a class's own properties."""
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        entry = meta.property(index)
        name = plain(entry.name())
        line = f'Property {{ name: "{name}"; {described(plain(entry.typeName()))}; read: "{name}"'
        if entry.hasNotifySignal():
            line += f'; notify: "{plain(entry.notifySignal().name())}"'
        if not entry.isWritable():
            line += "; isReadonly: true"
        yield line + ("; isPropertyConstant: true }" if entry.isConstant() else " }")


def methods(meta: QMetaObject) -> Iterator[str]:
    """The lines that declare a class's own signals and slots."""
    for index in range(meta.methodOffset(), meta.methodCount()):
        method = meta.method(index)
        kind = "Signal" if method.methodType() == QMetaMethod.MethodType.Signal else "Method"
        line = f'{kind} {{ name: "{plain(method.name())}";'
        returned = plain(method.typeName())
        line += f" {described(returned)};" if returned not in {"", "void"} else ""
        for name, kind_of in zip(method.parameterNames(), method.parameterTypes(), strict=True):
            line += f' Parameter {{ name: "{plain(name)}"; {described(plain(kind_of))} }}'
        yield line + " }"


def component(import_name: str, exported: type[QObject]) -> str:
    """One class in the language of qmltypes."""
    meta: QMetaObject = vars(exported)["staticMetaObject"]
    parent = meta.superClass()
    lines = [
        f'name: "{exported.__name__}"',
        f'prototype: "{plain(parent.className())}"',
        'accessSemantics: "reference"',
        f'exports: ["{import_name}/{exported.__name__} 1.0"]',
        "isCreatable: false",
        "exportMetaObjectRevisions: [256]",
        *properties(meta),
        *methods(meta),
    ]
    return "Component {\n    " + "\n    ".join(lines) + "\n}\n"


def write_types(folder: Path) -> None:
    """Writes a QML module folder for each import name: a qmldir and the types behind it."""
    modules = defaultdict(list)
    for import_name, exported in exported_classes():
        modules[import_name].append(component(import_name, exported))
    for import_name, components in modules.items():
        module = folder / import_name.replace(".", "/")
        module.mkdir(parents=True)
        (module / "qmldir").write_text(f"module {import_name}\ntypeinfo types.qmltypes\ndepends QtQuick\n")
        body = "".join(components)
        (module / "types.qmltypes").write_text(f"import QtQuick.tooling 1.2\nModule {{\n{body}}}\n")


def main() -> int:
    """Lints every QML file; a warning is a failure. Returns qmllint's exit code."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "resources" / "qml").rglob("*.qml"))
    qmllint = Path(PySide6.__file__).parent / "qmllint"
    with tempfile.TemporaryDirectory() as folder:
        write_types(Path(folder))
        command = [str(qmllint), "--max-warnings", "0", "-I", folder, *sources]
        return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
