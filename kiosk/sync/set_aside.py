"""Pictures that must not be shown, by the hash of their content, with what is known of them (pure).

Some are set aside for good, and outlive a restart: their content cannot be decoded, now or ever. Others only until the
next start: a server insisted on wrong bytes, and may be mended. Neither is tried again meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEPT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class SetAside:
    """One content hash and why it is not shown; title and artwork are empty when unknown, `at` is RFC 3339 UTC."""

    sha256: str
    reason: str
    title: str = ""
    artwork_id: str = ""
    at: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as `kiosk status --json` and the cache's index have it."""
        return {
            "sha256": self.sha256,
            "reason": self.reason,
            "title": self.title,
            "artworkId": self.artwork_id,
            "at": self.at,
        }


class SetAsideList:
    """Both kinds; a thousand of each, the newest. The caller guards it against other threads."""

    def __init__(self) -> None:
        self._lasting: dict[str, SetAside] = {}
        self._refused: dict[str, SetAside] = {}

    def add(self, piece: SetAside, *, lasting: bool) -> None:
        """Set a piece aside; whoever was first has named the reason."""
        kept = self._lasting if lasting else self._refused
        kept.setdefault(piece.sha256, piece)
        while len(kept) > KEPT_MAX:
            del kept[next(iter(kept))]

    def reason(self, sha256: str) -> str | None:
        """Return why the content of that hash must not be shown, or None."""
        piece = self._lasting.get(sha256) or self._refused.get(sha256)
        return None if piece is None else piece.reason

    def pieces(self) -> tuple[SetAside, ...]:
        """Return all of them, newest first as far as is known."""
        both = {**self._refused, **self._lasting}
        return tuple(sorted(both.values(), key=lambda piece: piece.at, reverse=True))

    def written(self) -> dict[str, dict[str, str]]:
        """Return what the index keeps."""
        return {sha256: piece.as_json() for sha256, piece in self._lasting.items()}

    def read(self, index: Mapping[str, Any]) -> None:
        """Take over what an index kept; entries of an older program are a reason alone."""
        for sha256, entry in index.items():
            if isinstance(entry, str):
                self.add(SetAside(sha256, entry), lasting=True)
            elif isinstance(entry, dict):
                texts = [str(entry.get(name, "")) for name in ("reason", "title", "artworkId", "at")]
                self.add(SetAside(sha256, *texts), lasting=True)
