"""`python -m tests.look.strips FOLDER FIRST SECOND [THIRD …]`: strips of frames of the morphs between neighbours.

The frames are drawn by the shaders themselves, on a virtual screen; a strip is FOLDER/first-second-transition.jpg.
"""

import argparse
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageOps
from PySide6.QtCore import QEventLoop, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickView

from kiosk.imaging.motion import make_motion
from tests.bench.virtual_screen import virtual_screen
from tests.stage.screen import pixels

BLEND = Path(__file__).parent.parent / "qml" / "StillBlend.qml"
CHILD = "KIOSK_LOOK_CHILD"


def main() -> int:
    """Draw the strips, in a process of its own that has a screen; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.look.strips", description="Draw strips of morphs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--transition", default="flow", choices=["flow", "ink", "dissolve"])
    parser.add_argument("--frames", type=int, default=9, help="frames a strip (default 9)")
    parser.add_argument("--across", type=int, default=3, help="frames a row (default 3)")
    parser.add_argument("--size", default="640x360", help="of a frame, in pixels (default 640x360)")
    parser.add_argument("--quality", type=int, default=88, help="of a JPEG (default 88)")
    parser.add_argument("--format", default="jpg", choices=["jpg", "png"])
    options = parser.parse_args()
    if CHILD not in os.environ:
        with virtual_screen() as environment:
            command = [sys.executable, "-m", "tests.look.strips", *sys.argv[1:]]
            return subprocess.run(command, env={**environment, CHILD: "1"}).returncode
    app = QGuiApplication([])
    size = tuple(int(side) for side in options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    for first, second in pairwise(options.pictures):
        frames = draw(app, (first, second), options.transition, options.frames, (size[0], size[1]))
        out = options.folder / f"{first.stem}-{second.stem}-{options.transition}.{options.format}"
        join(frames, options.across).save(out, quality=options.quality)
    return 0


def draw(
    app: QGuiApplication, paths: tuple[Path, Path], transition: str, count: int, size: tuple[int, int]
) -> list[Image.Image]:
    """Return the frames of one morph, the first and last of them the pictures themselves."""
    with TemporaryDirectory() as folder:
        prints = [ImageOps.fit(Image.open(path).convert("RGB"), size, Image.Resampling.LANCZOS) for path in paths]
        names = [Path(folder) / name for name in ("first.ppm", "second.ppm", "motion.ppm")]
        for picture, name in zip(prints, names, strict=False):
            picture.save(name)
        names[2].write_bytes(make_motion(*(np.asarray(picture) for picture in prints)))
        urls = [QUrl.fromLocalFile(str(name)) for name in names]
        view = QQuickView()
        keys = ("firstPicture", "secondPicture", "motionPicture")
        view.setInitialProperties({**dict(zip(keys, urls, strict=True)), "transition": transition, "progress": 0.0})
        view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        view.resize(*size)
        view.setSource(QUrl.fromLocalFile(str(BLEND)))
        view.show()
        while not (view.isExposed() and view.rootObject().property("ready")):
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        frames = []
        for index in range(count):
            view.rootObject().setProperty("progress", index / (count - 1))
            frames.append(Image.fromarray(pixels(view.grabWindow())))
        view.hide()
        view.deleteLater()
        return frames


def join(frames: list[Image.Image], across: int) -> Image.Image:
    """Return the frames row by row, a fine dark line between them."""
    width, height = frames[0].size
    rows = -(-len(frames) // across)
    sheet = Image.new("RGB", (across * (width + 4) - 4, rows * (height + 4) - 4), (16, 16, 16))
    for index, frame in enumerate(frames):
        sheet.paste(frame, ((index % across) * (width + 4), (index // across) * (height + 4)))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
