"""What music a wish may speak of: the last that was heard, filled up from the session where it was uncertain. Pure.

The display keeps this; it works on audioAnalysis records and knows nothing of sound. Speech and noise leave it as it
is, so that a break between two pieces does not show; two minutes after the last music there is none, and no session.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.audio.room import Room
from kiosk.audio.wire import HEARD_EVERY_MAX_S

KEPT_S = 120.0
CERTAIN = 0.3
_FADES = 0.9  # what an earlier analysis still counts after each later one
_LEAST_WEIGHT = 0.1  # one sure record counts for some twenty after it, three to ten minutes


@dataclass(frozen=True, slots=True)
class Session:
    """What the session's music was on the whole: the weight of each key and mode, and of the tempo (log bpm)."""

    keys: Mapping[tuple[str, str], float] = field(default_factory=dict)
    tempo_log: float = 0.0
    tempo_weight: float = 0.0

    def after(self, record: Mapping[str, Any]) -> "Session":
        """Return the session with one more record; only what is certain in it counts."""
        keys = {name: faded for name, weight in self.keys.items() if (faded := _faded(weight))}
        if _is_certain(record, "key", "keyConfidence"):
            name = (record["key"], record["mode"])
            keys[name] = keys.get(name, 0.0) + record["keyConfidence"]
        tempo_log, weight = self.tempo_log, _faded(self.tempo_weight)
        if _is_certain(record, "tempoBpm", "tempoConfidence"):
            confidence = record["tempoConfidence"]
            weight += confidence
            tempo_log += confidence / weight * (math.log(record["tempoBpm"]) - tempo_log)
        return Session(keys, tempo_log, weight)

    def fill(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the record with the session's key and tempo where its own are uncertain or unknown."""
        filled = dict(record)
        if not _is_certain(record, "key", "keyConfidence") and self.keys:
            key, mode = max(self.keys, key=lambda name: self.keys[name])
            filled |= {"key": key, "mode": mode, "keyConfidence": CERTAIN}
        if not _is_certain(record, "tempoBpm", "tempoConfidence") and self.tempo_weight:
            filled |= {"tempoBpm": round(math.exp(self.tempo_log), 1), "tempoConfidence": CERTAIN}
        return filled


@dataclass(frozen=True, slots=True)
class Memory:
    """The last music heard, when (monotonic s), and the session and the room it is seen against."""

    last: Mapping[str, Any] | None = None
    last_s: float = 0.0
    session: Session = field(default_factory=Session)
    room: Room = field(default_factory=Room)

    def after(self, record: Mapping[str, Any], at_s: float) -> "Memory":
        """Return the memory after a record; only music changes it."""
        if record.get("kind") != "music":
            return self
        loudness_dbfs = record.get("loudnessDbfs")
        room, session = self.room, self.session
        if at_s - self.last_s > KEPT_S:
            session = Session()
        if isinstance(loudness_dbfs, float | int):
            passed_s = at_s - self.last_s if self.last is not None else HEARD_EVERY_MAX_S
            room = room.after(loudness_dbfs, min(max(passed_s, 0.0), HEARD_EVERY_MAX_S))
        return replace(self, last=record, last_s=at_s, session=session.after(record), room=room)

    def music(self, at_s: float) -> dict[str, Any] | None:
        """Return the record a wish carries now: loudness as it counts in this room; None when no music is known."""
        if self.last is None or at_s - self.last_s > KEPT_S:
            return None
        filled = self.session.fill(self.last)
        loudness_dbfs = filled.get("loudnessDbfs")
        if isinstance(loudness_dbfs, float | int):
            filled["loudnessDbfs"] = round(self.room.relative_dbfs(loudness_dbfs), 1)
        return filled


def _faded(weight: float) -> float:
    """Return what a weight still is one analysis later, 0 once it is too little to go by."""
    faded = weight * _FADES
    return faded if faded >= _LEAST_WEIGHT else 0.0


def _is_certain(record: Mapping[str, Any], name: str, confidence_name: str) -> bool:
    confidence = record.get(confidence_name)
    return record.get(name) is not None and isinstance(confidence, float | int) and confidence >= CERTAIN
