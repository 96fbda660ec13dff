"""The display's image cache: files by content hash, and an index that lets an offline start show them.

    <data-dir>/cache/<sha256>.<ext>     one image, verified before it got this name
    <data-dir>/cache/index.json         metadata of the pieces, the newest known queue order, hashes set aside

The folder is safe to empty, or to remove, at any moment: what is missing is fetched again. Images bundled with the
program (`bundled`) answer for their hash without a file here. `download` brings files in, `eviction` says which go. Any
thread may call any method; `load`, `verified`, `evict` and `save` do real work on the disk and belong in a worker.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.domain.artworks import Artwork, Reason
from kiosk.storage.folder import write_atomically
from kiosk.sync.eviction import CachedFile, files_to_delete
from kiosk.sync.remembered import Earlier, read, written
from kiosk.sync.set_aside import SetAside, SetAsideList

_log = logging.getLogger(__name__)

INDEX_NAME = "index.json"
INDEX_FORMAT = 1
EXTENSIONS = frozenset({"jpg", "png", "webp"})
REMEMBERED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What the cache holds: image files and their bytes."""

    pieces: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CachedPiece:
    """A piece that can be shown without a network; `queued` while it was in the newest known queue, not yet shown."""

    artwork: Artwork
    path: Path
    queued: bool


class ImageCache:
    """The cache in `folder`, of at most `max_bytes` (what is pinned may pass that). Nothing is read before `load`."""

    def __init__(self, folder: Path, *, max_bytes: int, bundled: Mapping[str, Path] | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._bundled = dict(bundled or {})
        self._lock = threading.Lock()
        self._files: dict[str, CachedFile] = {}
        self._names: dict[str, str] = {}
        self._newest: dict[str, Artwork] = {}
        self._earlier: dict[str, Earlier] = {}
        self._queue: tuple[str, ...] = ()
        self._set_aside = SetAsideList()
        self._uses = 0
        self._unsaved = False

    # ------------------------------------------------------------------ reading
    def load(self) -> None:
        """Read the index and look which files are really there; leftovers of interrupted downloads are deleted."""
        index = self._read_index()
        used = {sha: n for sha, n in _mapping(index.get("used")).items() if isinstance(n, int)}
        with self._lock:
            self._uses = max(used.values(), default=0)
            for path in self._listing():
                sha256, _, extension = path.name.partition(".")
                if len(sha256) == 64 and extension in EXTENSIONS:
                    self._files[sha256] = CachedFile(sha256, path.stat().st_size, used.get(sha256, 0))
                    self._names[sha256] = path.name
                elif path.name.startswith("."):
                    path.unlink(missing_ok=True)
            self._set_aside.read(_mapping(index.get("setAside")))
            artworks = [artwork for item in _list(index.get("artworks")) if (artwork := read(item)) is not None]
            queued = _list(index.get("queue"))
            self._newest = {artwork.id: artwork for artwork in artworks if artwork.id in queued}
            self._earlier = {artwork.id: Earlier.of(artwork) for artwork in artworks if artwork.id not in queued}
            self._queue = tuple(id_ for id_ in queued if id_ in self._newest)

    def find(self, sha256: str) -> Path | None:
        """Return the image of that content hash when its file is there at this moment, and note that it was wanted."""
        if sha256 in self._bundled:
            return self._bundled[sha256]
        with self._lock:
            name = self._names.get(sha256)
            if name is None:
                return None
            path = self._folder / name
            if not path.is_file():
                self._forget(sha256)
                return None
            self._uses += 1
            self._files[sha256] = CachedFile(sha256, self._files[sha256].bytes, self._uses)
            return path

    def verified(self, artwork: Artwork) -> Path | None:
        """Return the piece's image when its length and content hash are right; a wrong file is deleted."""
        path = self.find(artwork.sha256)
        if path is None or artwork.sha256 in self._bundled:
            return path
        try:
            if path.stat().st_size == artwork.bytes and file_sha256(path) == artwork.sha256:
                return path
            _log.warning("%s in the cache is not what it should be; it is fetched again.", path.name)
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s in the cache cannot be read: %s", path.name, error.strerror or error)
        with self._lock:
            self._forget(artwork.sha256)
        return None

    def artworks(self) -> list[CachedPiece]:
        """Return the pieces that can be shown offline: the newest known queue in its order, then those shown before."""
        with self._lock:
            queued = set(self._queue)
            first = [self._newest[id_] for id_ in self._queue]
            then = [artwork for id_, artwork in self._newest.items() if id_ not in queued]
            earlier = [piece.artwork() for piece in self._earlier.values()]
        pieces = []
        for artwork in (*first, *then, *earlier):
            path = self._path_now(artwork)
            if path is not None and self.reason_set_aside(artwork.sha256) is None:
                pieces.append(CachedPiece(artwork, path, artwork.id in queued))
        return pieces

    def usage(self) -> Usage:
        """Return how much the cache holds, as last known."""
        with self._lock:
            return Usage(len(self._files), sum(file.bytes for file in self._files.values()))

    def reason_set_aside(self, sha256: str) -> str | None:
        """Return why the content of that hash must not be shown, or None."""
        return self._set_aside.reason(sha256)

    @property
    def set_aside_hashes(self) -> frozenset[str]:
        """The content hashes that must not be shown."""
        return frozenset(piece.sha256 for piece in self._set_aside.pieces())

    def set_aside_pieces(self) -> tuple[SetAside, ...]:
        """Return what must not be shown, newest first."""
        return self._set_aside.pieces()

    # ------------------------------------------------------------------ changing
    def path_for(self, sha256: str, extension: str) -> Path:
        """Return where an image belongs, in a folder that exists; the temporary file of a download goes beside it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{sha256}.{extension}"

    def added(self, path: Path, size: int) -> None:
        """Note that a verified image now lies at `path`."""
        sha256 = path.name.partition(".")[0]
        with self._lock:
            self._uses += 1
            self._files[sha256] = CachedFile(sha256, size, self._uses)
            self._names[sha256] = path.name
            self._unsaved = True

    def remember(self, queue: Sequence[Artwork]) -> None:
        """Take over the newest known queue; pieces of earlier queues stay known while their image is here."""
        with self._lock:
            fresh = {artwork.id: artwork for artwork in queue if artwork.reason is not Reason.DEMO}
            left = {id_: Earlier.of(artwork) for id_, artwork in self._newest.items() if id_ not in fresh}
            known = [(id_, piece) for id_, piece in (left | self._earlier).items() if piece.sha256 in self._names]
            self._earlier = {id_: piece for id_, piece in known[:REMEMBERED_MAX] if id_ not in fresh}
            self._newest = fresh
            queue_before, self._queue = self._queue, tuple(fresh)
            self._unsaved = self._unsaved or self._queue != queue_before

    def shown(self, artwork_id: str) -> None:
        """Take a piece out of the remembered queue: it has been on the glass."""
        with self._lock:
            self._queue = tuple(id_ for id_ in self._queue if id_ != artwork_id)
            self._unsaved = True

    def removed(self, artwork_id: str) -> None:
        """Forget a piece that is gone; its file leaves with the next eviction."""
        with self._lock:
            self._queue = tuple(id_ for id_ in self._queue if id_ != artwork_id)
            piece = self._newest.pop(artwork_id, None) or self._earlier.pop(artwork_id, None)
            self._unsaved = True
            if piece is not None and piece.sha256 in self._files:
                file = self._files[piece.sha256]
                self._files[piece.sha256] = CachedFile(file.sha256, file.bytes, 0)

    def set_aside(self, sha256: str, reason: str, *, lasting: bool, at: datetime) -> None:
        """Keep the content of that hash off the wall: for good (it cannot be decoded), or until the next start."""
        with self._lock:
            pieces: list[Artwork | Earlier] = [*self._newest.values(), *self._earlier.values()]
            title, id_ = next(((piece.title, piece.id) for piece in pieces if piece.sha256 == sha256), ("", ""))
            when = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._set_aside.add(SetAside(sha256, reason, title, id_, when), lasting=lasting)
            self._unsaved = True

    def evict(self, pinned: Collection[str], *, everything: bool = False) -> None:
        """Delete the least recently used images over the budget, or all but the pinned ones when the disk is full."""
        with self._lock:
            budget = 0 if everything else self._max_bytes
            chosen = files_to_delete(list(self._files.values()), budget_bytes=budget, pinned=pinned)
            names = [self._names[file.sha256] for file in chosen]
            for file in chosen:
                self._forget(file.sha256)
        for file, name in zip(chosen, names, strict=True):  # a slow disk keeps nobody else waiting
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError as error:
                _log.warning("%s cannot be deleted: %s", name, error.strerror or error)
                with self._lock:
                    self._files[file.sha256], self._names[file.sha256] = file, name

    def save(self) -> None:
        """Write the index, atomically, when it has changed or is gone; raises OSError when the disk refuses."""
        file = self._folder / INDEX_NAME
        with self._lock:
            if not self._unsaved and file.exists():
                return
            self._unsaved = False
            queue, newest, earlier = self._queue, list(self._newest.values()), list(self._earlier.values())
            used = {file.sha256: file.last_used for file in self._files.values()}
            set_aside = self._set_aside.written()
        rest = json.dumps({"format": INDEX_FORMAT, "queue": queue, "used": used, "setAside": set_aside})
        artworks = ",".join([*map(written, newest), *(piece.text for piece in earlier)])
        try:
            write_atomically(file, f'{rest[:-1]}, "artworks": [{artworks}]}}'.encode())
        except OSError:
            self._unsaved = True
            raise

    # ------------------------------------------------------------------ within
    def _forget(self, sha256: str) -> None:
        self._files.pop(sha256, None)
        self._names.pop(sha256, None)

    def _path_now(self, artwork: Artwork) -> Path | None:
        if artwork.sha256 in self._bundled:
            return self._bundled[artwork.sha256]
        with self._lock:
            file = self._files.get(artwork.sha256)
            path = self._folder / self._names.get(artwork.sha256, "-")
        return path if file is not None and file.bytes == artwork.bytes and path.is_file() else None

    def _listing(self) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.is_file() and not path.is_symlink()]
        except OSError:
            return []

    def _read_index(self) -> dict[str, Any]:
        try:
            index = json.loads((self._folder / INDEX_NAME).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("The cache's index cannot be read (%s); it is begun anew.", type(error).__name__)
            return {}
        return index if isinstance(index, dict) and index.get("format") == INDEX_FORMAT else {}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
