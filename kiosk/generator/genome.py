"""The genome: everything needed to render a piece again, as a plain value and as JSON. Pure.

Grammar of the JSON (an object, all keys required):

    {"version": 1, "style": "flow", "seed": 42,
     "palette": {"hue": 262.0, "scheme": "analogous", "ground": "dark", "chroma": 0.5, "contrast": 0.5,
                 "lightness": 0.5, "spread": 0.5},
     "genes": {"density": 0.4, …},            numbers 0-1
     "structure": {"field": "vortices", …},   words a style knows
     "parents": [],                           ids of the artworks it descends from
     "audio": {"energy": 3, "key": "E", …}}   the quantised features, null where unknown

and, where artists were asked for, "asked": ["Monet", …] as they were named, and "artist": "Claude Monet" whose manner
the piece has; in a flame that was read from a file, its `.flam3` text as "flame". Made by `compose`, read by the
styles; stored with the artwork as its provenance.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk.domain.errors import BadGenome

GENOME_VERSION = 1
SEED_LIMIT = 2**53  # JSON readers with only doubles keep every smaller integer exact
SCHEMES = ("analogous", "complement", "split", "triad", "mono")
GROUNDS = ("dark", "deep", "paper", "tint")
FLAME_LIMIT = 65_536  # characters
_MAX_ENTRIES = 64
_OPTIONAL = ("artist", "asked", "flame")
_HINT = "Use a genome as `kiosk generate --json` prints it, unchanged."


@dataclass(frozen=True, slots=True)
class PaletteGenes:
    """The colour part: `hue` is an OKLCH angle in degrees [0, 360), the numbers are 0-1, the words as listed above."""

    hue: float
    scheme: str
    ground: str
    chroma: float
    contrast: float
    lightness: float
    spread: float

    def __post_init__(self) -> None:
        if not 0 <= self.hue < 360:
            raise BadGenome(f"palette.hue is {self.hue!r}, not in [0, 360).", hint=_HINT)
        _check_word("palette.scheme", self.scheme, SCHEMES)
        _check_word("palette.ground", self.ground, GROUNDS)
        for name in ("chroma", "contrast", "lightness", "spread"):
            _check_unit(f"palette.{name}", getattr(self, name))


@dataclass(frozen=True, slots=True)
class Genome:
    """One piece, before it is drawn. Checked on creation; raises `BadGenome`."""

    style: str
    seed: int
    palette: PaletteGenes
    genes: Mapping[str, float]
    structure: Mapping[str, str]
    parents: tuple[str, ...] = ()
    audio: Mapping[str, int | str | None] = field(default_factory=dict)
    version: int = GENOME_VERSION
    artist: str = ""
    asked: tuple[str, ...] = ()
    flame: str = ""

    def __post_init__(self) -> None:
        if self.version != GENOME_VERSION:
            raise BadGenome(
                f"The genome has version {self.version!r}; this program reads {GENOME_VERSION}.", hint=_HINT
            )
        if not self.style:
            raise BadGenome("The genome names no style.", hint=_HINT)
        if not 0 <= self.seed < SEED_LIMIT:
            raise BadGenome(
                f"seed is {self.seed}, not in [0, 2^53).", hint="Use a seed between 0 and 9007199254740991."
            )
        if len(self.flame) > FLAME_LIMIT:
            raise BadGenome(f"flame has {len(self.flame)} characters, over {FLAME_LIMIT}.", hint=_HINT)
        for name, value in self.genes.items():
            _check_unit(f"genes.{name}", value)

    def gene(self, name: str, default: float = 0.5) -> float:
        """Return the gene `name` (0-1), or `default` for a genome made before that gene existed."""
        return float(self.genes.get(name, default))

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """Return the structure word `name`, or the first of `known` for a genome without it. Raises `BadGenome`."""
        word = self.structure.get(name, known[0])
        _check_word(f"structure.{name}", word, known)
        return word

    def geometry_key(self) -> str:
        """Return the text all logical random streams start from: seed, style and music."""
        audio = ",".join(f"{name}={self.audio[name]}" for name in sorted(self.audio))
        return f"{self.seed}/{self.style}/{audio}"

    def stream_seed(self, purpose: str) -> int:
        """Return a 64-bit seed for the logical random stream `purpose`; streams are independent of each other."""
        digest = hashlib.blake2b(f"{self.geometry_key()}/{purpose}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object described above."""
        optional = {"artist": self.artist, "asked": list(self.asked), "flame": self.flame}
        return {
            "version": self.version,
            "style": self.style,
            "seed": self.seed,
            "palette": {name: getattr(self.palette, name) for name in PaletteGenes.__dataclass_fields__},
            "genes": dict(self.genes),
            "structure": dict(self.structure),
            "parents": list(self.parents),
            "audio": dict(self.audio),
            **{name: value for name, value in optional.items() if value},
        }

    def to_json(self) -> str:
        """Return the JSON text: keys sorted, no spaces, so equal genomes have equal text."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)


def genome_from_json(text: str | bytes) -> Genome:
    """Parse a genome from its JSON text. Raises `BadGenome` with one line that names the faulty place."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadGenome(f"The genome is not JSON: {error}.", hint=_HINT) from None
    return genome_from_dict(data)


def genome_from_dict(data: object) -> Genome:
    """Build a genome from the JSON object described above. Raises `BadGenome`."""
    record = _mapping("The genome", data)
    _check_keys("The genome", record, tuple(Genome.__dataclass_fields__), optional=_OPTIONAL)
    palette = _mapping("palette", record["palette"])
    _check_keys("palette", palette, tuple(PaletteGenes.__dataclass_fields__))
    return Genome(
        version=_integer("version", record["version"]),
        style=_word("style", record["style"]),
        seed=_integer("seed", record["seed"]),
        palette=PaletteGenes(
            hue=_number("palette.hue", palette["hue"]),
            scheme=_word("palette.scheme", palette["scheme"]),
            ground=_word("palette.ground", palette["ground"]),
            chroma=_number("palette.chroma", palette["chroma"]),
            contrast=_number("palette.contrast", palette["contrast"]),
            lightness=_number("palette.lightness", palette["lightness"]),
            spread=_number("palette.spread", palette["spread"]),
        ),
        genes={k: _number(f"genes.{k}", v) for k, v in _mapping("genes", record["genes"]).items()},
        structure={k: _word(f"structure.{k}", v) for k, v in _mapping("structure", record["structure"]).items()},
        parents=_words("parents", record["parents"]),
        audio={k: _feature(f"audio.{k}", v) for k, v in _mapping("audio", record["audio"]).items()},
        artist=_word("artist", record.get("artist", "")),
        asked=_words("asked", record.get("asked", [])),
        flame=_text("flame", record.get("flame", "")),
    )


def _mapping(where: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadGenome(f"{where} must be a JSON object, not {type(value).__name__}.", hint=_HINT)
    if len(value) > _MAX_ENTRIES:
        raise BadGenome(f"{where} has {len(value)} entries; at most {_MAX_ENTRIES} are allowed.", hint=_HINT)
    return value


def _check_keys(
    where: str, value: Mapping[str, object], names: tuple[str, ...], *, optional: tuple[str, ...] = ()
) -> None:
    missing = [name for name in names if name not in value and name not in optional]
    unknown = sorted(set(value) - set(names))
    if missing:
        raise BadGenome(f"{where} lacks {', '.join(missing)}.", hint=_HINT)
    if unknown:
        raise BadGenome(f"{where} has unknown keys: {', '.join(unknown)}.", hint=_HINT)


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > SEED_LIMIT:
        raise BadGenome(f"{where} must be a number, not {value!r}.", hint=_HINT)
    return float(value)


def _integer(where: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadGenome(f"{where} must be a whole number, not {value!r}.", hint=_HINT)
    return value


def _word(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_ENTRIES:
        raise BadGenome(f"{where} must be a short text, not {value!r}.", hint=_HINT)
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadGenome(f"{where} must be a text, not {type(value).__name__}.", hint=_HINT)
    return value


def _words(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_ENTRIES or not all(isinstance(word, str) for word in value):
        raise BadGenome(f"{where} must be a list of at most {_MAX_ENTRIES} texts.", hint=_HINT)
    return tuple(value)


def _feature(where: str, value: object) -> int | str | None:
    if value is None or isinstance(value, str):
        return value if value is None else _word(where, value)
    number = _integer(where, value)
    if abs(number) > SEED_LIMIT:
        raise BadGenome(f"{where} is out of all range.", hint=_HINT)
    return number


def _check_unit(where: str, value: float) -> None:
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise BadGenome(f"{where} is {value!r}, not in 0-1.", hint=_HINT)


def _check_word(where: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadGenome(f"{where} is {value!r}; known are {', '.join(known)}.", hint=_HINT)
