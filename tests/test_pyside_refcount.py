"""The Qt binding keeps its references: PySide6 6.12.0 loses one to True or None on every emit and void call."""

import json
import subprocess
import sys

ELSEWHERE = 100  # references the interpreter itself drops meanwhile; the fault loses one an emit, 20,000

PROGRAM = """
import json, sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Source(QObject):
    told = Signal(bool)

def hear(value):
    global heard
    heard += 1 if value is True else 0

app = QCoreApplication([])
source, heard = Source(), 0
source.told.connect(hear)
before = sys.getrefcount(True), sys.getrefcount(None)
for _ in range(20_000):
    source.told.emit(True)
for _ in range(20_000):
    source.setObjectName("wall")
after = sys.getrefcount(True), sys.getrefcount(None)
print(json.dumps({"heard": heard, "true": after[0] - before[0], "none": after[1] - before[1]}))
"""


def test_emits_and_void_calls_lose_no_reference() -> None:
    """20,000 emits and 20,000 void calls leave no fewer references to True and None than before.

    In a process of its own: a binding with the fault ends the interpreter.
    """
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    counts = json.loads(ended.stdout)
    assert counts["heard"] == 20_000
    assert counts["true"] > -ELSEWHERE
    assert counts["none"] > -ELSEWHERE
