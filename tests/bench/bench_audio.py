"""What is heard, beside aubio and librosa: tempo, key, what is no music, how far confidences can be trusted, the cost.

All hear the same first minute of the same pieces; `audio_pieces` says which, and what is true of them. The figures of
the held-out half count: nothing was tuned on it.
"""

import json
import subprocess
import time
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from kiosk.audio.analyse import analyse
from kiosk.audio.decode import RATE_HZ
from kiosk.audio.record import AudioAnalysis
from tests.audio import sounds
from tests.bench.audio_pieces import Piece, install, key_pieces, peers_python, spoken, tempo_pieces
from tests.bench.harness import Figure, Options

NAME = "audio"
CHORALES = 70
QUICK_CHORALES = 12
QUICK_PART = 4
TOLERANCE = 0.04
OCTAVES = (1.0, 2.0, 0.5, 3.0, 1 / 3)
BELIEVED = 0.3
SLIDING_S = 20
RUNS = 15


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece, what we hear in it, and what the peers do."""

    piece: Piece
    ours: AudioAnalysis
    theirs: Mapping[str, Any]


def run(options: Options) -> Iterable[Figure]:
    """Yields the counts for both halves, then what is no music, then the cost."""
    install()
    with TemporaryDirectory() as base:
        folder = Path(base)
        peers = peers_python(folder / "peers")
        tempi = list(tempo_pieces(QUICK_PART if options.quick else 1))
        keys = list(key_pieces(folder, peers, QUICK_CHORALES if options.quick else CHORALES))
        heard = _heard([*tempi, *keys], peers, folder)
        for held_out in (True, False):
            half = [each for each in heard if each.piece.held_out == held_out]
            yield from _tempo_figures([each for each in half if each.piece.bpm], _half_name(held_out))
            yield from _key_figures([each for each in half if each.piece.key], _half_name(held_out))
        yield Figure(
            name="music called music", value=_share([each.ours.kind == "music" for each in heard]), unit="of 1"
        )
        silent = [analyse(piece.samples) for piece in spoken(folder)]
        yield Figure(
            name="voices of espeak-ng called speech", value=_share([it.kind == "speech" for it in silent]), unit="of 1"
        )
        others = [analyse(noise) for noise in _noises()]
        yield Figure(name="noises called noise", value=_share([it.kind == "noise" for it in others]), unit="of 1")
        guesses = [it.tempo_bpm is not None or it.key is not None for it in [*silent, *others]]
        yield Figure(name="guesses of tempo or key for speech and noise", value=sum(guesses), unit="", goal="0")
        yield from _cost(tempi[0])


def _heard(pieces: Sequence[Piece], peers: Path, folder: Path) -> list[Heard]:
    paths = {}
    for piece in pieces:
        paths[piece.name] = path = folder / f"{piece.name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            file.writeframes((np.clip(piece.samples, -1, 1) * 32_767).astype("<i2").tobytes())
    command = [str(peers), "-W", "ignore", str(Path(__file__).with_name("audio_peers.py")), "estimate"]
    asked = json.dumps({str(paths[piece.name]): "tempo" if piece.bpm else "key" for piece in pieces})
    done = subprocess.run(command, input=asked, check=True, stdout=subprocess.PIPE, text=True)
    theirs = json.loads(done.stdout)
    return [Heard(piece, analyse(piece.samples), theirs[str(paths[piece.name])]) for piece in pieces]


def _tempo_figures(heard: Sequence[Heard], half: str) -> Iterable[Figure]:
    def right(bpm: Callable[[Heard], float], octaves: Sequence[float]) -> int:
        return sum(
            any(abs(bpm(each) / ((each.piece.bpm or 0) * octave) - 1) < TOLERANCE for octave in octaves)
            for each in heard
        )

    def ours(each: Heard) -> float:
        return each.ours.tempo_bpm or 0.0

    for rival in ("aubio", "librosa"):
        for what, octaves in (("tempo within 4 %", OCTAVES[:1]), ("tempo within 4 %, or its octaves", OCTAVES)):
            yield Figure(
                name=f"{what}, {half}",
                value=right(ours, octaves),
                unit=f"of {len(heard)}",
                rival=rival,
                rival_value=right(lambda each, rival=rival: each.theirs[rival], octaves),  # type: ignore[misc]
                goal="not less" if rival == "aubio" and octaves == OCTAVES[:1] else None,
            )
    believed = [each for each in heard if each.ours.tempo_confidence >= BELIEVED]
    yield _trust("tempo", half, [abs(ours(each) / (each.piece.bpm or 1) - 1) < TOLERANCE for each in believed])


def _key_figures(heard: Sequence[Heard], half: str) -> Iterable[Figure]:
    right = [(each.ours.key, each.ours.mode) == each.piece.key for each in heard]
    yield Figure(
        name=f"key and mode, {half}",
        value=sum(right),
        unit=f"of {len(heard)}",
        rival="librosa",
        rival_value=sum(tuple(each.theirs["key"]) == each.piece.key for each in heard),
        goal="not less",
    )
    yield _trust(
        "key", half, [hit for hit, each in zip(right, heard, strict=True) if each.ours.key_confidence >= BELIEVED]
    )


def _trust(what: str, half: str, hits: Sequence[bool]) -> Figure:
    return Figure(
        name=f"right of the {len(hits)} with {what} confidence >= {BELIEVED}, {half}",
        value=_share(hits),
        unit="of 1",
        goal=">= 0.7",
    )


def _noises() -> Iterable[sounds.Samples]:
    for seed in range(3):
        for exponent in (0.0, 0.5, 1.0):
            yield sounds.coloured(exponent, seed=seed)
        yield sounds.knocks(per_s=4, lasting_s=0.004, seed=seed)
        yield sounds.knocks(per_s=120, lasting_s=0.03, seed=seed)
    yield sounds.hum()
    yield sounds.tones({440: 0.5})


def _cost(piece: Piece) -> Iterable[Figure]:
    window = piece.samples[: SLIDING_S * RATE_HZ]
    cpu_s = []
    for _ in range(RUNS):
        begun_s = time.process_time()
        analyse(window)
        cpu_s.append(time.process_time() - begun_s)
    yield Figure(name=f"CPU time for a window of {SLIDING_S} s", value=1000 * median(cpu_s), unit="ms")
    yield Figure(name="CPU time, of real time", value=100 * median(cpu_s) / SLIDING_S, unit="%", goal="< 1")


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _half_name(held_out: bool) -> str:
    return "held out" if held_out else "tuned on"
