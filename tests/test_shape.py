"""The shape of the tree where import-linter is blind: lengths, QML imports, mirrors of tests, HTTP, private paths."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "kiosk").rglob("*.py"))
QML = sorted((ROOT / "resources" / "qml").rglob("*.qml"))
LINE_LIMIT = 300
RUN_BY_ALEMBIC = ROOT / "kiosk" / "server" / "migrations"
HTTP_DOOR = "kiosk/protocol/http.py"
HTTP_MODULES = {"kiosk/sync/client.py", "kiosk/outbox/transport.py", "kiosk/server/providers/wire.py"}
QML_MODULES = re.compile(r"QtQuick(\.\w+)*|QtQml(\.\w+)*|Kiosk(\.\w+)*")
QML_IMPORT = re.compile(r"^\s*import\s+(\S+)", re.MULTILINE)
PRIVATE_PATH = re.compile(r"(?<![\w./])/(?:home|Users|root|work|tmp)/|[A-Z]:\\Users")
TEXTS = {".py", ".qml", ".md", ".toml", ".frag", ".vert", ".service", ".desktop", ".sh", ".spec", ".ini", ".mako"}
GENERATED = {".venv", ".git", "build", "dist", "requirements.lock"}


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def packages() -> Iterator[Path]:
    """Every package of kiosk, at any depth, that holds more than its docstring and is imported by us."""
    for init in (ROOT / "kiosk").rglob("__init__.py"):
        own = init.parent != ROOT / "kiosk" and RUN_BY_ALEMBIC not in (init.parent, *init.parents)
        if own and any(path.name != "__init__.py" for path in init.parent.glob("*.py")):
            yield init.parent


def test_modules_are_short() -> None:
    """No module and no QML file is longer than 300 lines."""
    assert MODULES
    assert QML
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*MODULES, *QML]}
    assert {name: length for name, length in lengths.items() if length > LINE_LIMIT} == {}


def test_modules_say_what_they_are() -> None:
    """Every module opens with a docstring."""
    assert [name_of(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_bytes()))] == []


def test_qml_imports_only_qt_quick_and_ours() -> None:
    """QML reaches for nothing but QtQuick, QtQml, our own module and its own folders."""
    foreign = [
        (name_of(path), imported)
        for path in QML
        for imported in QML_IMPORT.findall(path.read_text(encoding="utf-8"))
        if not imported.startswith('"') and not QML_MODULES.fullmatch(imported)
    ]
    assert foreign == []


def test_every_package_has_tests() -> None:
    """Each package of kiosk is mirrored by a folder of tests that holds at least one."""
    untested = []
    for package in packages():
        mirror = ROOT / "tests" / package.relative_to(ROOT / "kiosk")
        beside = mirror.parent / f"test_{mirror.name}.py"
        if not list(mirror.glob("test_*.py")) and not beside.exists():
            untested.append(name_of(package))
    assert untested == []


def test_only_three_modules_speak_http() -> None:
    """The sync client, the outbox transport and the providers' wire take httpx from its door; nobody else has it."""
    importers: dict[str, set[str]] = {"httpx": set(), "kiosk.protocol.http": set()}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            else:
                continue
            for name, found in importers.items():
                if any(f"{other}.".startswith(f"{name}.") for other in imported):
                    found.add(name_of(path))
    assert importers == {"httpx": {HTTP_DOOR}, "kiosk.protocol.http": HTTP_MODULES}


@pytest.mark.parametrize("folder", ["kiosk", "resources", "tests", "docs", "."])
def test_no_path_of_somebodys_machine(folder: str) -> None:
    """No text of the project names a folder of the machine it was written on."""
    paths = (ROOT / folder).glob("*") if folder == "." else (ROOT / folder).rglob("*")
    found = [
        f"{name_of(path)}:{number}"
        for path in sorted(paths)
        if path.is_file() and path.suffix in TEXTS and not GENERATED & set(path.relative_to(ROOT).parts)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PRIVATE_PATH.search(line)
    ]
    assert found == []
