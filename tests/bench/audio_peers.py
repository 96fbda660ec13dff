"""The peers' side of the audio bench, run by the Python of their own environment, where aubio, librosa, music21 are.

python audio_peers.py scores FOLDER COUNT    chorales as MIDI files in FOLDER, and FOLDER/keys.json {name: [key, mode]}
python audio_peers.py estimate               {WAV path: "tempo" or "key"} in JSON on stdin; {path: {...}} on stdout

Their estimates are made as their documentation shows it: aubio's tempo by the median distance of its beats, librosa's
by `beat_track`, librosa's key by the mean of `chroma_cqt` against the profiles of Krumhansl and Kessler.
"""

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
PROGRAMS = (0, 19, 48, 52, 6, 73, 24, 68)  # piano, organ, strings, choir, harpsichord, flute, guitar, oboe
HOP = 512


def scores(folder: Path, count: int) -> None:
    """Write the first chorales, in the order of their names' hashes, whose key is beyond doubt.

    That is: the key signature and the last note of the bass agree on a major key or its relative minor.
    """
    music21: Any = import_module("music21")
    paths = [Path(path) for path in music21.corpus.getComposer("bach") if Path(path).stem.startswith("bwv")]
    keys: dict[str, tuple[str, str]] = {}
    for path in sorted(paths, key=lambda path: hashlib.sha256(path.stem.encode()).digest()[1:]):
        if len(keys) == count:
            break
        try:
            score = music21.corpus.parse(str(path))
            sharps = next(iter(score.recurse().getElementsByClass("KeySignature"))).sharps
            last = list(score.parts[-1].recurse().notes)[-1].pitches[0].pitchClass
        except (StopIteration, IndexError, music21.exceptions21.Music21Exception):
            continue
        major = sharps * 7 % 12
        if last not in {major, (major + 9) % 12}:
            continue
        keys[path.stem] = (NOTES[last], "major" if last == major else "minor")
        program = PROGRAMS[hashlib.sha256(path.stem.encode()).digest()[5] % len(PROGRAMS)]
        for part in score.parts:
            part.removeByClass("Instrument")
            instrument = music21.instrument.Instrument()
            instrument.midiProgram = program
            part.insert(0, instrument)
        score.write("midi", str(folder / f"{path.stem}.mid"))
    (folder / "keys.json").write_text(json.dumps(keys), "utf-8")


def estimate(path: str, what: str) -> dict[str, object]:
    """Return what aubio and librosa hear in a WAV file of 44.1 kHz, mono: their tempi, or librosa's key."""
    librosa: Any = import_module("librosa")
    np: Any = import_module("numpy")
    samples, rate_hz = librosa.load(path, sr=None)
    half = librosa.resample(samples, orig_sr=rate_hz, target_sr=rate_hz // 2)
    if what == "tempo":
        tempo = np.atleast_1d(librosa.beat.beat_track(y=half, sr=rate_hz // 2)[0])[0]
        return {"aubio": _aubio_bpm(samples, rate_hz), "librosa": float(tempo)}
    chroma = librosa.feature.chroma_cqt(y=half, sr=rate_hz // 2).mean(axis=1)
    likeness = [
        (np.corrcoef(np.roll(profile, note), chroma)[0, 1], NOTES[note], mode)
        for note in range(12)
        for profile, mode in ((MAJOR, "major"), (MINOR, "minor"))
    ]
    return {"key": max(likeness)[1:]}


def _aubio_bpm(samples: Any, rate_hz: int) -> float:
    aubio: Any = import_module("aubio")
    np: Any = import_module("numpy")
    tracker = aubio.tempo("default", 2 * HOP, HOP, rate_hz)
    beats_s = [
        tracker.get_last_s() for start in range(0, len(samples) - HOP, HOP) if tracker(samples[start : start + HOP])
    ]
    return float(60 / np.median(np.diff(beats_s))) if len(beats_s) > 2 else 0.0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["scores", folder, count]:
            scores(Path(folder), int(count))
        case ["estimate"]:
            print(json.dumps({path: estimate(path, what) for path, what in json.load(sys.stdin).items()}))
        case _:
            sys.exit(__doc__)
