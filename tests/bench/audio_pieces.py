"""The pieces and sounds of the audio bench, none of them ours, and what is true of each.

Tempo: Debian's openttd-openmsx, played by fluidsynth, with the tempo map of the MIDI file; the loops of
sonic-pi-samples, repeated, each a whole number of beats long. Key: Bach's chorales from music21. Speech: espeak-ng's
voices. A name whose SHA-256 begins with an even byte belongs to the half that was tuned on, the others are held out.
"""

import hashlib
import json
import shutil
import subprocess
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.audio.decode import RATE_HZ, decode
from tests.bench.midi import main_bpm

LISTENED_S = 60
PACKAGES = {
    "fluidsynth": "fluidsynth",
    "espeak-ng": "espeak-ng",
    "/usr/share/sounds/sf2/TimGM6mb.sf2": "timgm6mb-soundfont",
    "/usr/share/games/openttd/baseset/openmsx": "openttd-openmsx",
    "/usr/share/sonic-pi/samples": "sonic-pi-samples",
}
SOUNDFONT, OPENMSX, SONIC_PI = list(PACKAGES)[2:]
PEERS = ("aubio", "librosa", "music21")
LOOPS_BEATS = {
    "loop_3d_printer": 16, "loop_amen": 4, "loop_amen_full": 16, "loop_breakbeat": 4, "loop_compus": 16,
    "loop_drone_g_97": 8, "loop_electric": 4, "loop_garzul": 16, "loop_industrial": 2, "loop_mehackit1": 4,
    "loop_mehackit2": 4, "loop_mika": 16, "loop_perc1": 4, "loop_perc2": 4, "loop_safari": 16, "loop_tabla": 16,
    "loop_weirdo": 8,
}  # fmt: skip
VOICES = ("en", "en-us", "de", "fr", "es", "it", "ru", "hi")
TEXT = (
    "Good evening, ladies and gentlemen, and welcome to the gallery. The exhibition that you are about to see was put "
    "together over the last eleven years. Please do not touch the pictures, however close they may seem. There is a "
    "small bar at the end of the hall. If you have any questions, ask one of us!"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sound, mono at 44.1 kHz, and what is true of it; `bpm` or `key` where that is known."""

    name: str
    samples: NDArray[np.float32]
    bpm: float | None = None
    key: tuple[str, str] | None = None

    @property
    def held_out(self) -> bool:
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1


def install() -> None:
    """Install the Debian packages that are missing; raises CalledProcessError where that is not allowed."""
    missing = [package for name, package in PACKAGES.items() if not (shutil.which(name) or Path(name).exists())]
    if missing:
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", *missing], check=True, stdout=subprocess.DEVNULL
        )


def peers_python(folder: Path) -> Path:
    """Make an environment for the peers, thrown away after the bench, and return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return python


def tempo_pieces(part: int, *, seconds: int = LISTENED_S) -> Iterator[Piece]:
    """Yield the first minute of each piece of known tempo, or as many `seconds`; of all or of every `part`th."""
    for path in sorted(Path(OPENMSX).glob("*.mid"))[::part]:
        yield Piece(path.stem, played(path, seconds=seconds), bpm=main_bpm(path, until_s=seconds))
    for name, beats in list(LOOPS_BEATS.items())[::part]:
        loop = decode(Path(SONIC_PI) / f"{name}.flac").samples
        times = 1 + seconds * RATE_HZ // len(loop)
        samples = np.tile(loop, times)[: seconds * RATE_HZ]
        yield Piece(name, samples, bpm=60 * beats * RATE_HZ / len(loop))


def key_pieces(folder: Path, peers: Path, count: int) -> Iterator[Piece]:
    """Yield chorales, each by one of eight instruments."""
    program = Path(__file__).with_name("audio_peers.py")
    subprocess.run([peers, program, "scores", folder, str(count)], check=True, stdout=subprocess.DEVNULL)
    for name, (note, mode) in json.loads((folder / "keys.json").read_text("utf-8")).items():
        yield Piece(name, played(folder / f"{name}.mid"), key=(note, mode))


def spoken(folder: Path) -> Iterator[Piece]:
    """Yield the same text in eight voices."""
    for voice in VOICES:
        path = folder / f"{voice}.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-w", path, TEXT], check=True)
        yield Piece(f"espeak-{voice}", decode(path).samples)


def played(midi: Path, *, seconds: int = LISTENED_S) -> NDArray[np.float32]:
    """Return the first seconds of a MIDI file, played by fluidsynth, silence at its end left out."""
    options = ["-ni", "-q", "-g", "0.4", "-r", str(RATE_HZ), "-O", "s16", "-T", "raw", "-F", "/dev/stdout"]
    wanted = 4 * seconds * RATE_HZ
    with subprocess.Popen(
        ["fluidsynth", *options, SOUNDFONT, midi], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as player:
        assert player.stdout is not None
        data = player.stdout.read(wanted)  # some files never end
        player.kill()
    stereo = np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2).astype(np.float32) / 32_768
    mono: NDArray[np.float32] = stereo.mean(axis=1)
    sounding = np.flatnonzero(np.abs(mono) > 1e-3)
    return mono[: int(sounding[-1]) + 1] if sounding.size else mono
