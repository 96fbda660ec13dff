"""Pictures for tests: written by Pillow or OpenCV into a folder, announced as they are, and printed."""

import hashlib
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.imaging.files import read_ppm
from kiosk.imaging.orders import Print, PrintOrder, Source
from kiosk.imaging.printing import make_print

Codes = NDArray[np.uint8]


def announced(path: Path) -> Source:
    """The file's source as a server would announce it, its size in pixels unknown."""
    data = path.read_bytes()
    return Source(path, hashlib.sha256(data).hexdigest(), len(data), 0, 0)


def encoded(image: Image.Image, format_name: str = "PNG", **options: Any) -> bytes:
    """The image in a file's bytes."""
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def saved(path: Path, picture: Image.Image | NDArray[Any] | bytes, **options: Any) -> Source:
    """Writes the picture in the format of the path's ending (uint16 arrays by OpenCV), and announces it."""
    if isinstance(picture, bytes):
        path.write_bytes(picture)
    elif isinstance(picture, Image.Image):
        picture.save(path, **options)
    elif picture.dtype == np.uint16:
        colours = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
        path_written = cv2.imwrite(
            str(path), picture if picture.ndim == 2 else cv2.cvtColor(picture, colours[picture.shape[2]])
        )
        assert path_written
    else:
        Image.fromarray(picture).save(path, **options)
    return announced(path)


def printed(*sources: Source, size: tuple[int, int], fit: str = "cover") -> Codes:
    """The pixels of a print, read back from its file."""
    return made(*sources, size=size, fit=fit)[1]


def made(*sources: Source, size: tuple[int, int], fit: str = "cover") -> tuple[Print, Codes]:
    """A print, and its pixels read back from its file."""
    done, _ = make_print(PrintOrder(sources, size, fit, sources[0].path.with_suffix(".print.ppm")))
    return done, read_ppm(done.path)


def noise(width: int, height: int, seed: int = 1) -> Codes:
    """Every pixel another colour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def smooth(width: int, height: int, seed: int = 1) -> Codes:
    """Soft forms: what JPEG keeps, and what a few pixels' move does not change."""
    few = np.random.default_rng(seed).random((5, 7, 3)).astype(np.float32)
    large = cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(large * 200 + 25, 0, 255), np.uint8)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 36)) -> Codes:
    """One colour."""
    return np.full((size[1], size[0], 3), colour, np.uint8)
