"""Pieces drawn into files, with no server: one, or a folder of them no two of which are alike.

Beside each picture of a folder lies its record: title, explanation, genome. `kiosk gallery --from` reads them, and so
does the next run into the same folder, which goes on where this one ended.
"""

import argparse
import hashlib
import json
import secrets
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from tqdm import tqdm

from kiosk.app.clock import SystemClock
from kiosk.cli.output import emit, say
from kiosk.cli.records import parsed
from kiosk.domain.errors import BadGenome, KioskError, UsageError
from kiosk.generator.compose import compose
from kiosk.generator.genome import SEED_LIMIT, Genome, genome_from_dict
from kiosk.generator.render import RenderedPiece, check_size, render_job, render_piece
from kiosk.generator.titles import ARTIST, explain, prompt_of, summary_of, title_of
from kiosk.protocol.base import rfc3339
from kiosk.storage.folder import write_atomically

FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
DEFAULT_SIZE_PX = (1920, 1080)
TICK_S = 0.5
_HINT = "Use a genome that `kiosk generate` printed, or a .flam3 file."


def draw_one(arguments: argparse.Namespace, analysis: Mapping[str, Any] | None) -> None:
    """Draw the piece that was asked for, exactly; with the ending .flam3 write a flame as other programs read it."""
    target: Path = arguments.out.resolve()
    ending = target.suffix.lower()
    if ending not in FORMATS and ending != ".flam3":
        raise UsageError(f"{target.name} is no picture's name.", hint="End it in .png, .jpg, .webp or .flam3.")
    if not target.parent.is_dir():
        raise KioskError(f"The folder {target.parent} does not exist.", hint="Make it first.")
    width_px, height_px = _size(arguments)
    genome = next(_genomes(arguments, analysis))
    if ending == ".flam3":
        _write_flam3(arguments, target, genome)
        return
    with _progress(arguments, 1) as bar:
        piece = render_piece(genome, width_px, height_px, format=FORMATS[ending])
        bar.update()
    _write(target, piece.data)
    if arguments.json:
        emit(_told_of(target, piece, genome))
    else:
        say(f"{target}: {genome.style}, seed {genome.seed}, {width_px}x{height_px}, {piece.seconds:.1f} s")
        if arguments.audio is not None:
            say(explain(genome, piece.signature))


def _write_flam3(arguments: argparse.Namespace, target: Path, genome: Genome) -> None:
    from kiosk.generator.flam3 import HEIGHT_PX, WIDTH_PX, write_flam3  # brings numba in

    started_s = time.perf_counter()
    data = write_flam3(genome).encode()
    seconds = time.perf_counter() - started_s
    _write(target, data)
    if arguments.json:
        emit(_told(target, hashlib.sha256(data).hexdigest(), (WIDTH_PX, HEIGHT_PX), seconds, genome))
    else:
        say(f"{target}: {genome.style}, seed {genome.seed}")


def draw_folder(arguments: argparse.Namespace, analysis: Mapping[str, Any] | None) -> None:
    """Draw `--count` pieces into the folder `--out`, each apart from all that lie there; whole files only."""
    folder: Path = arguments.out.resolve()
    if folder.suffix.lower() in (*FORMATS, ".flam3") or folder.is_file():
        raise UsageError(f"{folder.name} is no folder's name.", hint="With --count, --out names a folder.")
    width_px, height_px = _size(arguments)
    genomes = _genomes(arguments, analysis)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise KioskError(
            f"{folder} cannot be made: {error.strerror or error}.", hint="Make its parent first."
        ) from error
    titles, recent = _there(folder)
    pieces: list[dict[str, Any]] = []
    with _progress(arguments, arguments.count) as bar:
        for genome, _ in zip(genomes, range(arguments.count), strict=False):
            piece = render_job(genome.to_json(), width_px, height_px, "jpeg", recent)
            drawn = genome_from_dict(json.loads(piece.genome))
            title = title_of(drawn, titles, signature=piece.signature)
            path = _free(folder, _slug(title))
            _write(path, piece.data)
            _write(path.with_suffix(".json"), _record(path, piece, drawn, title))
            titles.append(title)
            recent.append(piece.signature)
            pieces.append({**_told_of(path, piece, drawn), "title": title})
            bar.update()
    if arguments.json:
        emit({"folder": str(folder), "pieces": pieces})
    else:
        say("\n".join(f"{piece['path']}: {piece['title']} ({piece['style']})" for piece in pieces))


def _genomes(arguments: argparse.Namespace, analysis: Mapping[str, Any] | None) -> Iterator[Genome]:
    """Yield genomes as the command line wants them, for ever: a genome's variations, or one composed for each seed."""
    if arguments.genome is not None:
        from kiosk.generator.diversity import variation  # brings numba in

        read = _read_genome(arguments.genome)
        if read.flame and arguments.count is not None:
            raise UsageError("A flame from a file is one picture, and has no variations.", hint="Leave --count out.")
        first = read if arguments.seed is None else replace(read, seed=arguments.seed)
        for number in range(SEED_LIMIT):
            yield variation(first, number)
    seed = secrets.randbelow(SEED_LIMIT) if arguments.seed is None else arguments.seed
    while True:
        yield compose(analysis, seed, arguments.style)
        seed = (seed + 1) % SEED_LIMIT


def _read_genome(path: Path) -> Genome:
    """Read a genome: by itself, in a record or an artwork, or as a .flam3 file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadGenome(f"{path} cannot be read: {error.strerror or error}.") from error
    if path.suffix.lower() == ".flam3" or data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        from kiosk.generator.flam3 import read_flam3  # brings numba in

        return read_flam3(data)
    try:
        found = parsed(data)
    except ValueError as error:
        raise BadGenome(f"{path} is no genome: it is not JSON ({error}).", hint=_HINT) from None
    for name in ("provenance", "genome"):
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    return genome_from_dict(found)


def _size(arguments: argparse.Namespace) -> tuple[int, int]:
    width_px, height_px = arguments.size or DEFAULT_SIZE_PX
    check_size(width_px, height_px)
    return width_px, height_px


def _there(folder: Path) -> tuple[list[str], list[str]]:
    """Return titles and signatures of the pieces that lie in the folder; other files are passed over."""
    records = list(_records(folder.glob("*.json")))
    return (
        [str(record["title"]) for record in records if "title" in record],
        [str(record["signature"]) for record in records if record.get("signature")],
    )


def _records(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in sorted(paths):
        try:
            record = parsed(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(record, dict):
            yield record


def _record(path: Path, piece: RenderedPiece, genome: Genome, title: str) -> bytes:
    record = {
        "file": path.name,
        "title": title,
        "artist": ARTIST,
        "style": genome.style,
        "summary": summary_of(genome, piece.signature),
        "explanation": explain(genome, piece.signature),
        "prompt": prompt_of(genome),
        "createdAt": rfc3339(SystemClock().now()),
        "sha256": piece.sha256,
        "width": piece.width_px,
        "height": piece.height_px,
        "engineVersion": piece.engine_version,
        "signature": piece.signature,
        "genome": genome.to_dict(),
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _told_of(path: Path, piece: RenderedPiece, genome: Genome) -> dict[str, Any]:
    return _told(path, piece.sha256, (piece.width_px, piece.height_px), piece.seconds, genome)


def _told(path: Path, sha256: str, size_px: tuple[int, int], seconds: float, genome: Genome) -> dict[str, Any]:
    return {
        "path": str(path),
        "sha256": sha256,
        "width": size_px[0],
        "height": size_px[1],
        "style": genome.style,
        "seed": genome.seed,
        "seconds": round(seconds, 3),
        "genome": genome.to_dict(),
    }


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data, mode=0o644)
    except OSError as error:
        raise KioskError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Choose another place with --out."
        ) from error


def _slug(title: str) -> str:
    letters = "".join(sign if sign.isalnum() else " " for sign in title.lower().replace("#", " sharp "))
    return "-".join(letters.split()) or "piece"


def _free(folder: Path, name: str) -> Path:
    """Return a path of that name at which no picture lies."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(path for path in (folder / f"{one}.jpg" for one in chain([name], numbered)) if not path.exists())


@contextmanager
def _progress(arguments: argparse.Namespace, total: int) -> Iterator["tqdm[Any]"]:
    """Show a bar on a terminal; its clock runs while a piece is drawn."""
    quiet = arguments.json or not sys.stderr.isatty()
    is_over = threading.Event()

    def tick(bar: "tqdm[Any]") -> None:
        while not is_over.wait(TICK_S):
            bar.refresh()

    with tqdm(total=total, desc="drawing", unit="piece", disable=quiet, leave=False) as bar:
        clock = threading.Thread(target=tick, args=(bar,), daemon=True)
        if not quiet:
            clock.start()
        try:
            yield bar
        finally:
            is_over.set()
            if not quiet:
                clock.join()
