"""The tempo map of a MIDI file: how long each tempo lasts. Standard MIDI files 1.0, the part of it that tells time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_META, _SET_TEMPO = 0xFF, 0x51
_SYSEX = (0xF0, 0xF7)
_FIRST_TEMPO_US = 500_000


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From this tick on a beat lasts so many µs."""

    tick: int
    beat_us: int


def main_bpm(path: Path, *, until_s: float) -> float:
    """Return the tempo that lasts longest within the first seconds of the file."""
    data = path.read_bytes()
    ticks_a_beat = int.from_bytes(data[12:14], "big")
    changes = [TempoChange(0, _FIRST_TEMPO_US)]
    end = 0
    for track in _tracks(data):
        for tick, beat_us in _events(track):
            end = max(end, tick)
            if beat_us:
                changes.append(TempoChange(tick, beat_us))
    changes.sort(key=lambda change: change.tick)
    lasting_s: defaultdict[int, float] = defaultdict(float)
    left_s = until_s
    for change, following in zip(changes, [*changes[1:], TempoChange(end, 0)], strict=True):
        span_s = min((following.tick - change.tick) * change.beat_us / ticks_a_beat / 1e6, left_s)
        lasting_s[change.beat_us] += span_s
        left_s -= span_s
    return 60e6 / max(lasting_s, key=lambda beat_us: lasting_s[beat_us])


def _tracks(data: bytes) -> Iterator[bytes]:
    place = 8 + int.from_bytes(data[4:8], "big")
    while place < len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "big")
        if data[place : place + 4] == b"MTrk":
            yield data[place + 8 : place + 8 + length]
        place += 8 + length


def _events(track: bytes) -> Iterator[tuple[int, int]]:
    """Yield each event's tick, and the new length of a beat in µs or 0."""
    place, tick, status = 0, 0, 0
    while place < len(track):
        waited, place = _number(track, place)
        tick += waited
        if track[place] & 0x80:
            status = track[place]
            place += 1
        if status == _META:
            kind = track[place]
            length, place = _number(track, place + 1)
            yield tick, int.from_bytes(track[place : place + length], "big") if kind == _SET_TEMPO else 0
            place += length
        elif status in _SYSEX:
            length, place = _number(track, place)
            place += length
        else:
            yield tick, 0
            place += 1 if status & 0xF0 in {0xC0, 0xD0} else 2


def _number(track: bytes, place: int) -> tuple[int, int]:
    """Return a number of variable length and the place after it."""
    value = 0
    while True:
        value = value << 7 | track[place] & 0x7F
        place += 1
        if not track[place - 1] & 0x80:
            return value, place
