"""What the wall hears, as `kiosk status` and people are told. Pure.

off        nothing listens: the settings forbid it, or the wall sleeps
muted      nothing listens: somebody muted it
starting   the listening process has said nothing yet
missing    the microphone is not there; it is looked for
silent     the device is open and gives nothing at all
listening  the device is open
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kiosk.audio.wire import CLIPPED_MOST

SoundState = Literal["off", "muted", "starting", "missing", "silent", "listening"]
IS_OPEN = frozenset({"listening", "silent"})


@dataclass(frozen=True, slots=True)
class Sound:
    """How it stands with listening. `record` is the last audioAnalysis of this device, None before the first."""

    state: SoundState = "off"
    device: str = ""
    reason: str = ""
    overruns: int = 0
    reopened: int = 0
    record: Mapping[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        """True while a device is open."""
        return self.state in IS_OPEN

    @property
    def words(self) -> str:
        """How it stands, in one line for people."""
        match self.state:
            case "off":
                return f"Not listening{': ' if self.reason else ''}{self.reason}"
            case "muted":
                return "Muted; the microphone is closed"
            case "starting":
                return "Starting to listen"
            case "missing":
                return self.reason
            case "silent":
                return f"Listening to {self.device}: it gives nothing at all"
            case "listening":
                heard = heard_words(self.record or {})
                return f"Listening to {self.device}{': ' if heard else ''}{heard}"

    def as_json(self) -> dict[str, Any]:
        """Return the member `audio` of the status."""
        record = self.record or {}
        return {
            "state": self.state,
            "text": self.words,
            "device": self.device,
            "reason": self.reason,
            "kind": record.get("kind"),
            "tempoBpm": record.get("tempoBpm"),
            "key": record.get("key"),
            "mode": record.get("mode"),
            "overruns": self.overruns,
            "reopened": self.reopened,
        }


def heard_words(record: Mapping[str, Any]) -> str:
    """Return what an audioAnalysis record says, for people: "music in D minor, 92 bpm"; nothing for none."""
    words = _kind_words(record)
    return f"{words}, clipped: turn the input down" if (record.get("clippedRatio") or 0) > CLIPPED_MOST else words


def _kind_words(record: Mapping[str, Any]) -> str:
    kind = record.get("kind")
    if kind != "music":
        return str(kind or "")
    key, tempo_bpm = record.get("key"), record.get("tempoBpm")
    named = f"music in {key} {record.get('mode') or ''}".strip().replace("#", "♯") if key else "music"
    return named if tempo_bpm is None else f"{named}, {tempo_bpm:.0f} bpm"
