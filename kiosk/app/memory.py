"""What the display remembers between starts, in `state.json`: what it showed, the session, the count of wrong PINs.

Written whole and atomically. A file that does not parse is ignored: the wall starts without its memory.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.domain.artworks import Artwork, Reason
from kiosk.protocol.artworks import Artwork as WireArtwork
from kiosk.storage.folder import DataFolder, write_atomically

log = logging.getLogger(__name__)

SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class Memory:
    """The last piece on the glass, the ids of those before it (newest last), the session, the door's lock-out."""

    last: Artwork | None = None
    shown: tuple[str, ...] = ()
    session_id: str | None = None
    lockout: Mapping[str, Any] = field(default_factory=dict)

    def showing(self, artwork: Artwork, session_id: str | None) -> "Memory":
        """Return the memory with this piece on the glass."""
        others = tuple(known for known in self.shown if known != artwork.id)
        return replace(self, last=artwork, shown=(*others, artwork.id)[-SHOWN_MAX:], session_id=session_id)


def load_memory(folder: DataFolder) -> Memory:
    """Return what was remembered, or an empty memory."""
    try:
        data = json.loads(folder.state_file.read_bytes())
        return Memory(
            last=_read(data["last"]) if data.get("last") else None,
            shown=tuple(str(known) for known in data.get("shown", [])),
            session_id=data.get("sessionId"),
            lockout=dict(data.get("lockout", {})),
        )
    except FileNotFoundError:
        return Memory()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("what the display remembered (%s) cannot be read: %s", folder.state_file, error)
        return Memory()


def save_memory(folder: DataFolder, memory: Memory) -> None:
    """Write the memory; a full disk is logged, the old memory stays."""
    data = {
        "last": None if memory.last is None else _written(memory.last),
        "shown": list(memory.shown),
        "sessionId": memory.session_id,
        "lockout": dict(memory.lockout),
    }
    try:
        write_atomically(folder.state_file, json.dumps(data).encode())
    except OSError as error:
        log.warning("what the display remembers cannot be written to %s: %s", folder.state_file, error)


def _read(item: Mapping[str, Any]) -> Artwork:
    demo = item.get("reason") == Reason.DEMO
    artwork = WireArtwork.model_validate({**item, "reason": "unseen"} if demo else item).to_domain()
    return replace(artwork, reason=Reason.DEMO) if demo else artwork


def _written(artwork: Artwork) -> dict[str, Any]:
    wire = WireArtwork.from_domain(artwork)
    return {**wire.model_dump(mode="json", by_alias=True), "reason": artwork.reason.value}
