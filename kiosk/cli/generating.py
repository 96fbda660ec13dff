"""`kiosk generate`: with --out a picture drawn here into a file; otherwise a new piece from the display's server."""

import argparse
import secrets
from dataclasses import replace
from pathlib import Path

from kiosk.cli.display_client import ask_display
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import BadGenome, KioskError, UsageError
from kiosk.generator.compose import compose
from kiosk.generator.genome import SEED_LIMIT, Genome, genome_from_json
from kiosk.generator.render import check_size, render_piece
from kiosk.generator.styles import STYLES
from kiosk.storage.folder import DataFolder, write_atomically

FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
DEFAULT_SIZE_PX = (1920, 1080)


def run(arguments: argparse.Namespace) -> int:
    """Make one piece."""
    if arguments.style is not None and arguments.style not in STYLES:
        raise UsageError(f"There is no style '{arguments.style}'.", hint=f"Known styles are {', '.join(STYLES)}.")
    if arguments.out is not None:
        return _render(arguments)
    if arguments.genome is not None or arguments.size is not None:
        raise UsageError("--genome and --size go with --out.", hint="For example: --out piece.png --size 3840x2160")
    folder = DataFolder(data_dir(arguments))
    artwork = ask_display(folder, "generate", style=arguments.style, seed=arguments.seed)
    if arguments.json:
        emit(artwork)
    else:
        say(f"{artwork['title']} ({artwork['style']}) is on its way to the wall.")
    return 0


def _render(arguments: argparse.Namespace) -> int:
    target: Path = arguments.out.resolve()
    file_format = FORMATS.get(target.suffix.lower())
    if file_format is None:
        raise UsageError(f"{target.name} is no picture's name.", hint="End it in .png, .jpg or .webp.")
    if not target.parent.is_dir():
        raise KioskError(f"The folder {target.parent} does not exist.", hint="Make it first.")
    width_px, height_px = arguments.size or DEFAULT_SIZE_PX
    check_size(width_px, height_px)
    genome = _genome(arguments)
    piece = render_piece(genome, width_px, height_px, format=file_format)
    try:
        write_atomically(target, piece.data, mode=0o644)
    except OSError as error:
        raise KioskError(
            f"{target} cannot be written: {error.strerror or error}.", hint="Choose another place with --out."
        ) from error
    if arguments.json:
        emit(
            {
                "path": str(target),
                "sha256": piece.sha256,
                "width": piece.width_px,
                "height": piece.height_px,
                "style": genome.style,
                "seed": genome.seed,
                "seconds": round(piece.seconds, 3),
                "genome": genome.to_dict(),
            }
        )
    else:
        say(f"{target}: {genome.style}, seed {genome.seed}, {width_px}x{height_px}, {piece.seconds:.1f} s")
    return 0


def _genome(arguments: argparse.Namespace) -> Genome:
    if arguments.genome is None:
        seed = secrets.randbelow(SEED_LIMIT) if arguments.seed is None else arguments.seed
        return compose(None, seed, arguments.style)
    if arguments.style is not None:
        raise UsageError("--style and --genome exclude one another.", hint="The genome names its style.")
    try:
        text = arguments.genome.read_bytes()
    except OSError as error:
        raise BadGenome(f"{arguments.genome} cannot be read: {error.strerror or error}.") from error
    genome = genome_from_json(text)
    return genome if arguments.seed is None else replace(genome, seed=arguments.seed)
