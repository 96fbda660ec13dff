"""The bundled demo pieces: makes `resources/demo/` anew with `python -m kiosk.generator.demo OUTDIR`.

The list below was picked by eye from many seeds; the pictures and `demo.json` follow from it alone. Nobody heard the
music they are composed for, and their words say so.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from kiosk.domain.errors import KioskError
from kiosk.generator.compose import compose
from kiosk.generator.dither import to_srgb8
from kiosk.generator.encode import MEDIA_TYPES, encode
from kiosk.generator.genome import Genome
from kiosk.generator.render import ENGINE_VERSION
from kiosk.generator.signatures import signature_text
from kiosk.generator.styles import style_named
from kiosk.generator.titles import ARTIST, explain, prompt_of, summary_of, title_of

WIDTH_PX, HEIGHT_PX = 1920, 1080
QUALITY = 86  # eight pieces stay under 5 MB
_FEATURES = ("loudnessDbfs", "brightnessHz", "onsetsPerS", "tempoBpm", "key", "mode")
_PIECES = (  # style, seed, then the features above
    ("flow", 212, -25.5, 1098.8, 3.1, 162.8, "A", "major"),
    ("watercolour", 0, -30.0, 800.0, 1.0, 67.0, "A", "minor"),
    ("attractor", 3, -11.0, 2800.0, 5.3, 150.0, "E", "major"),
    ("silk", 231, -16.7, 1641.0, 3.1, 123.9, "C", "minor"),
    ("flame", 203, -25.0, 1200.0, 2.0, 60.0, "D", "minor"),
    ("ebru", 4, -13.0, 2300.0, 4.6, 134.0, "F#", "minor"),
    ("flow", 234, -25.5, 2698.4, 2.6, 71.6, "D#", "major"),
    ("loom", 4, -13.0, 2300.0, 4.6, 134.0, "F#", "minor"),
)


def demo_genomes() -> list[Genome]:
    """Return the genomes of the demo pieces, in the order they are shown."""
    return [compose(dict(zip(_FEATURES, features, strict=True)), seed, style) for style, seed, *features in _PIECES]


def make_demo(folder: Path) -> list[dict[str, Any]]:
    """Render all demo pieces and their `demo.json` into `folder`; return the records of that file."""
    folder.mkdir(parents=True, exist_ok=True)
    records: list[dict[str, Any]] = []
    for number, genome in enumerate(demo_genomes(), start=1):
        linear = style_named(genome.style)(genome, WIDTH_PX, HEIGHT_PX)
        picture = to_srgb8(linear, genome.stream_seed("dither"))
        data, signature = encode(picture, "jpeg", QUALITY), signature_text(picture)
        name = f"demo-{number}.jpg"
        (folder / name).write_bytes(data)
        records.append(
            {
                "file": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "width": WIDTH_PX,
                "height": HEIGHT_PX,
                "mediaType": MEDIA_TYPES["jpeg"],
                "title": title_of(genome, [record["title"] for record in records], signature=signature),
                "artist": ARTIST,
                "prompt": prompt_of(genome),
                "style": genome.style,
                "engineVersion": ENGINE_VERSION,
                "provenance": {
                    "genome": genome.to_dict(),
                    "imagined": True,
                    "summary": f"imagined music, {summary_of(genome, signature)}",
                    "explanation": f"Imagined music, {explain(genome, signature)}",
                },
            }
        )
    text = json.dumps(records, ensure_ascii=False, indent=1)
    (folder / "demo.json").write_text(text + "\n", encoding="utf-8")
    return records


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m kiosk.generator.demo OUTDIR\n")
        return 2
    try:
        records = make_demo(Path(arguments[0]))
    except (OSError, KioskError) as error:
        sys.stderr.write(f"The demo pieces could not be made: {error}\n")
        return 1
    for record in records:
        sys.stdout.write(f"{record['file']}  {record['title']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
