"""An eye on the wall that knows nothing of it: pieces whose every mixture can be told apart, and a film of the screen.

A piece has four quadrants of one colour each; a flat piece has the same four times, so that a transition that moves
pixels moves none that differ. The film reads a few rows of the X screen many times a second, as any other program on
the screen could. Counterparts: `timeline` finds out from a film what stood on the screen when, `records` reads what
the wall says of itself.
"""

import functools
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from Xlib import X
from Xlib import display as xdisplay
from Xlib.error import BadMatch
from Xlib.xobject.drawable import Window

from tests.journeys.queued import Queued, process_behind

LEVELS_LOW, LEVELS_HIGH = 44, 240
FILM_HZ = 33.0
SIZE = (320, 180)
ROWS = (0.04, 0.28, 0.38, 0.62, 0.72, 0.80, 0.98)  # of the height; the wall's answers to hands stand between them
COLUMNS = 24
ORIENTATION, LIES_ON_ITS_LEFT = 0x0112, 6  # EXIF: turn it right by a quarter to see it upright
MIDDLE = 0.04  # of the width: around the borders of quadrants nothing is read

Code = NDArray[np.float64]  # (4, 3): top left, top right, bottom left, bottom right; sRGB, 0-255


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A patterned picture on disk. Pieces that look the same have the same `look`."""

    look: str
    code: Code
    path: Path


def colours(count: int, seed: int = 1) -> list[tuple[int, int, int]]:
    """Return so many colours, shuffled: points of a grid, each a little off it, so that few lie between two others."""
    steps = next(n for n in itertools.count(2) if n**3 >= count)
    chance = random.Random(seed)
    step = (LEVELS_HIGH - LEVELS_LOW) / (steps - 1)
    grid = list(itertools.product(range(steps), repeat=3))
    chance.shuffle(grid)

    def level(number: int) -> int:
        return min(LEVELS_HIGH, max(LEVELS_LOW, round(LEVELS_LOW + step * (number + chance.uniform(-0.25, 0.25)))))

    return [(level(red), level(green), level(blue)) for red, green, blue in grid[:count]]


def flat_pieces(
    folder: Path, count: int, *, first: int = 0, of: int | None = None, size: tuple[int, int] = SIZE, seed: int = 1
) -> list[Piece]:
    """Write `count` pieces of one colour each, numbers `first` and up of a set of `of`; `size` in pixels."""
    chosen = colours(of or first + count, seed)[first : first + count]
    return [_write(folder, f"flat{first + number:04d}", [colour] * 4, size) for number, colour in enumerate(chosen)]


def quartered_pieces(folder: Path, count: int, *, size: tuple[int, int] = SIZE, seed: int = 2) -> list[Piece]:
    """Write `count` pieces of four colours each, no colour in two pieces, so that a wrong place shows as well."""
    chosen = iter(colours(4 * count, seed))
    return [_write(folder, f"four{number:04d}", list(itertools.islice(chosen, 4)), size) for number in range(count)]


def twin(piece: Piece, words: str) -> Piece:
    """Write the same pixels as another file, so that it is another artwork with the same look."""
    path = piece.path.with_name(f"{piece.path.stem}-{words}.png")
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", words)
    with Image.open(piece.path) as image:
        image.save(path, pnginfo=note)
    return Piece(piece.look, piece.code, path)


def pair(folder: Path, cell: tuple[int, int], *, seed: int = 3) -> list[Piece]:
    """Write two portrait pieces that fill a half of the screen each, as drawing programs and phones give them.

    The first moves: its first frame is what counts. The second lies on its side and says so (EXIF); as the newer one it
    hangs left. Both have the look of the two side by side. `cell` is a half's size in pixels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    still, top, bottom = colours(3, seed)
    look, code = "pair", np.array([top, still, bottom, still], np.float64)
    frames = [Image.new("RGB", cell, colour) for colour in (still, (0, 0, 0), (255, 255, 255))]
    moving, sideways = folder / "pair-moving.webp", folder / "pair-sideways.jpg"
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=80, loop=0, lossless=True)
    upright = Image.new("RGB", cell, top)
    upright.paste(bottom, (0, cell[1] // 2, *cell))
    turned = Image.Exif()
    turned[ORIENTATION] = LIES_ON_ITS_LEFT
    upright.transpose(Image.Transpose.ROTATE_90).save(sideways, quality=100, subsampling=0, exif=turned)
    return [Piece(look, code, moving), Piece(look, code, sideways)]


def _write(folder: Path, name: str, code: Sequence[tuple[int, int, int]], size: tuple[int, int]) -> Piece:
    folder.mkdir(parents=True, exist_ok=True)
    quarters = np.array(code, np.uint8).reshape(2, 2, 3)
    width, height = size
    pixels = quarters[np.arange(height)[:, None] * 2 // height, np.arange(width)[None, :] * 2 // width]
    path = folder / f"{name}.png"
    Image.fromarray(pixels).save(path)
    return Piece(name, np.array(code, np.float64), path)


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What was seen: `at_s` (n,) monotonic seconds; `cells` (n, cells, 3) sRGB; `quadrant` (cells,) 0-3.

    `queued_s` (n,) is for how long, until each sample, wall, X server and camera stood without a processor.
    """

    at_s: NDArray[np.float64]
    cells: NDArray[np.uint8]
    quadrant: NDArray[np.intp]
    queued_s: NDArray[np.float64]


class Camera:
    """Films the top left `size` pixels of a screen, on a thread and a connection of its own; a context manager.

    `painters` names the processes whose waits for a processor are noted, besides those of X server and camera.
    """

    def __init__(
        self,
        screen: str,
        size: tuple[int, int],
        *,
        hz: float = FILM_HZ,
        painters: Callable[[], Iterable[int]] = lambda: (),
    ) -> None:
        self._screen = screen
        self._painters = painters
        width, height = size
        self._size = size
        self._rows = [min(height - 1, int(height * share)) for share in ROWS]
        columns = np.unique(np.linspace(1, width - 2, COLUMNS).astype(int))
        self._columns = columns[np.abs(columns / width - 0.5) > MIDDLE]
        self._quadrant = np.array(
            [2 * (row > height / 2) + (column > width / 2) for row in self._rows for column in self._columns], np.intp
        )
        self._period_s = 1 / hz
        self._frames: list[tuple[float, NDArray[np.uint8], float]] = []
        self._over = threading.Event()
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._film, name="camera", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(10)

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(self._frames)

    def film(self) -> Film:
        """Return what was seen so far."""
        if self._fault is not None:
            raise RuntimeError("the camera broke") from self._fault
        frames = list(self._frames)
        return Film(
            np.array([at_s for at_s, _, _ in frames]),
            np.array([cells for _, cells, _ in frames]).reshape(len(frames), len(self._quadrant), 3),
            self._quadrant,
            np.array([queued_s for _, _, queued_s in frames]),
        )

    def levels(self, tolerance: float = 4.0, *, number: int = -1) -> Code | None:
        """Return what each quarter showed in a sample, the last one as a rule; None when one is not of one colour."""
        if not self._frames:
            return None
        cells = self._frames[number][1].astype(float)
        code = np.stack([np.median(cells[self._quadrant == quadrant], axis=0) for quadrant in range(4)])
        return code if np.abs(cells - code[self._quadrant]).max() <= tolerance else None

    def shows(self, colour: tuple[int, int, int], tolerance: float = 4.0) -> bool:
        """Tell whether this was all over the screen when it was looked at last."""
        levels = self.levels(tolerance)
        return levels is not None and bool(np.abs(levels - np.array(colour)).max() <= tolerance)

    def _film(self) -> None:
        try:
            connection = xdisplay.Display(self._screen)
            read = functools.partial(_read_row, connection.screen().root, self._size[0])
            server = process_behind(connection.display.socket)
            always = () if server is None else (server,)
            try:
                self._look_on(read, Queued(lambda: (*always, *self._painters())))
            finally:
                connection.close()
        except Exception as error:  # noqa: BLE001 (told to whoever asks for the film)
            self._fault = error

    def _look_on(self, read: Callable[[int], NDArray[np.uint8] | None], queued: Queued) -> None:
        due_s = time.monotonic()
        while not self._over.wait(max(0.0, due_s - time.monotonic())):
            begun_s = time.monotonic()
            rows = [read(row) for row in self._rows]
            whole = [row[self._columns] for row in rows if row is not None]
            if len(whole) == len(rows):
                self._frames.append(((begun_s + time.monotonic()) / 2, np.concatenate(whole), queued.seconds()))
            due_s = max(due_s + self._period_s, begun_s)


def _read_row(root: Window, width: int, row: int) -> NDArray[np.uint8] | None:
    """Return one row of the screen, (width, 3) sRGB; None while the screen is smaller than that."""
    try:
        reply = root.get_image(0, row, width, 1, X.ZPixmap, 0xFFFFFFFF)
    except BadMatch:
        return None
    data = reply.data if isinstance(reply.data, bytes) else bytes(reply.data, "latin-1")
    return np.frombuffer(data, np.uint8).reshape(-1, 4)[:width, 2::-1].copy()
