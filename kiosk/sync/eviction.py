"""Which cached files go when the cache is over its budget. Pure; `cache` keeps the list and deletes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CachedFile:
    """One image file: its content hash, length in bytes, and when it was last wanted (a counter, not a time of day)."""

    sha256: str
    bytes: int
    last_used: int


def files_to_delete(files: Sequence[CachedFile], *, budget_bytes: int, pinned: Collection[str]) -> list[CachedFile]:
    """Return the least recently used files whose removal brings the total to `budget_bytes`, in order of removal.

    `pinned` hashes (on the glass, or next up) are never among them, even when the budget cannot be met then.
    """
    excess = sum(file.bytes for file in files) - budget_bytes
    chosen: list[CachedFile] = []
    for file in sorted(files, key=lambda file: (file.last_used, file.sha256)):
        if excess <= 0:
            break
        if file.sha256 not in pinned and file.bytes > 0:
            chosen.append(file)
            excess -= file.bytes
    return chosen
