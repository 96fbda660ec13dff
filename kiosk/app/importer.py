"""Bringing pictures in: which files are meant, and what the server said of each. Every named file gets an answer."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kiosk.domain.errors import BadPicture, ServerRefused
from kiosk.sync.client import ApiClient

UPLOAD_MAX_BYTES = 64 * 1024 * 1024
_REFUSALS = frozenset({400, 409, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file: added or already there (then `artwork_id` and `sha256`), or refused (then `reason`)."""

    path: Path
    outcome: Literal["added", "present", "refused"]
    artwork_id: str = ""
    sha256: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the pictures are to be filed; a title holds for a single file, otherwise each is named after its file."""

    title: str | None = None
    artist: str | None = None
    private: bool = False


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files meant by `paths`: files as named, folders with everything in them, in order, each once."""
    return list(dict.fromkeys(file for path in paths for file in _expand(path)))


async def import_pictures(client: ApiClient, files: Sequence[Path], wishes: Wishes) -> AsyncIterator[Imported]:
    """Upload each file and yield what became of it.

    Raises ServerUnreachable or ServerRefused when the server itself cannot take anything.
    """
    title = wishes.title if len(files) == 1 else None
    for path in files:
        if path.exists() and not path.is_file():  # reading a pipe or a device would never end
            yield Imported(path, "refused", reason="It is neither a file nor a folder.")
            continue
        if path.is_file() and path.stat().st_size > UPLOAD_MAX_BYTES:
            yield Imported(path, "refused", reason=f"It is larger than {UPLOAD_MAX_BYTES // 1024**2} MiB.")
            continue
        try:
            artwork, is_new = await client.upload(path, title=title, artist=wishes.artist, private=wishes.private)
        except BadPicture as error:
            yield Imported(path, "refused", reason=error.message)
        except ServerRefused as error:
            if error.status not in _REFUSALS:
                raise
            yield Imported(path, "refused", reason=error.detail)
        else:
            yield Imported(path, "added" if is_new else "present", artwork.id, artwork.sha256)


def _expand(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in entry.relative_to(path).parts)
        if entry.is_file() and not hidden:
            yield entry
