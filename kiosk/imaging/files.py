"""Files the process makes: binary PPM, PNG, and how they appear, whole or not at all."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.errors import NoPrint
from kiosk.imaging.orders import Fault

Codes = NDArray[np.uint8]


def unfinished(out: Path) -> Path:
    """Return the name that `out` has while it is written; what bears it may be removed when nobody writes."""
    return out.with_name(out.name + ".part")


def write_ppm(out: Path, rgb: Codes) -> None:
    """Write (h, w, 3) 8-bit RGB as a binary PPM (P6); NoPrint when the disk does not take it."""
    height, width = rgb.shape[:2]
    write_whole(out, f"P6\n{width} {height}\n255\n".encode(), np.ascontiguousarray(rgb).data.cast("B"))


def write_png(out: Path, rgb: Codes) -> None:
    """Write (h, w, 3) 8-bit RGB as a PNG."""
    _, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    write_whole(out, data.tobytes())


def write_whole(out: Path, *parts: bytes | memoryview) -> None:
    """Write the parts so that nobody ever sees half a file under its name."""
    part = unfinished(out)
    try:
        with part.open("wb", buffering=0) as file:
            for piece in parts:
                left = memoryview(piece)
                while left:
                    left = left[file.write(left) :]
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise NoPrint(Fault.FAILED, f"{out} cannot be written: {error.strerror}.") from error


def read_ppm(path: Path) -> Codes:
    """Return a print's (h, w, 3) 8-bit RGB; NoPrint when it is gone or no print."""
    try:
        data = path.read_bytes()
        kind, size, top, _ = data[:64].split(b"\n", 3)
        width, height = map(int, size.split())
    except FileNotFoundError as error:
        raise NoPrint(Fault.MISSING, f"There is no print {path}.") from error
    except (OSError, ValueError) as error:
        raise NoPrint(Fault.FAILED, f"{path} is no print: {error}.") from error
    start = len(kind) + len(size) + len(top) + 3
    if (kind, top, len(data) - start) != (b"P6", b"255", width * height * 3):
        raise NoPrint(Fault.FAILED, f"{path} is no print, or half of one.")
    return np.frombuffer(data, np.uint8, offset=start).reshape(height, width, 3)
