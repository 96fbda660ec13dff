"""Opens the image store that `server.images_url` names: a folder, or a bucket of an object store.

An adapter is loaded when it is chosen: a wall starts without the libraries of a fleet.
"""

import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kiosk.domain.errors import KioskError
from kiosk.server.images import ImageStore
from kiosk.server.images_folder import ImageFolder


def open_store(url: str, default_folder: Path) -> ImageStore:
    """Return the store at `file:///FOLDER` or `s3://BUCKET/PREFIX`; "" means `default_folder`.

    Raises KioskError in one clear line when the address means nothing, or its store cannot be reached.
    """
    if not url:
        return ImageFolder(default_folder)
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and len(parts.path) > 1:
        return ImageFolder(_usable(Path(unquote(parts.path))))
    if parts.scheme == "s3" and parts.netloc and "@" not in parts.netloc:
        from kiosk.server.images_bucket import ImageBucket

        return ImageBucket.open(url)
    raise KioskError(
        "Images cannot be kept there: server.images_url names neither a folder nor a bucket.",
        hint="Leave it empty, or write file:///FOLDER or s3://BUCKET/PREFIX; credentials belong in the environment.",
        code="images_url",
    )


def _usable(folder: Path) -> Path:
    """Return a folder that was named, made where it is missing; KioskError unless files can be put there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise KioskError(
            f"Images cannot be kept in {folder}: {error.strerror or error}.",
            hint="server.images_url names a folder that this program may write to.",
            code="images_url",
        ) from error
    return folder
