"""A picture's bytes, read once, and the proof that they are the announced ones: length first, then SHA-256."""

import hashlib
from typing import Final

from kiosk.imaging.errors import NoPrint
from kiosk.imaging.orders import Fault, Source

MAX_BYTES: Final = 256 * 1024 * 1024  # a file of 40 megapixels at 16 bit, not compressed at all


def read_verified(source: Source) -> bytes:
    """Return the file's bytes; NoPrint when there are none, or others than announced."""
    limit = source.bytes or MAX_BYTES
    try:
        with source.path.open("rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NoPrint(Fault.MISSING, f"There is no file {source.path}.") from error
    except OSError as error:
        raise NoPrint(Fault.FAILED, f"{source.path} cannot be read: {error.strerror}.") from error
    if source.bytes and len(data) != source.bytes:
        found = f"more than {limit}" if len(data) > limit else str(len(data))
        raise NoPrint(Fault.CHANGED, f"The file has {found} bytes, {source.bytes} were announced.")
    if len(data) > MAX_BYTES:
        raise NoPrint(Fault.UNFIT, f"The file has more than {MAX_BYTES // 1_000_000} MB.")
    if source.sha256 and _sha256(data) != source.sha256:
        raise NoPrint(Fault.CHANGED, "The file's SHA-256 is not the announced one.")
    return data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
