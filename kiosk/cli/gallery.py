"""`kiosk gallery OUT.html`: a page of pieces with their explanations, of a server or of a folder of made pieces."""

import argparse
import asyncio
import io
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from kiosk.app.clock import SystemClock
from kiosk.cli.gallery_html import Plate, page
from kiosk.cli.output import emit, say
from kiosk.cli.records import parsed
from kiosk.cli.server_access import server_of
from kiosk.domain.errors import BadGenome, BadPicture, KioskError, ServerRefused, UsageError
from kiosk.domain.ids import demo_id
from kiosk.generator.genome import Genome, genome_from_dict
from kiosk.generator.styles import STYLES
from kiosk.generator.swatches import swatches_of
from kiosk.generator.titles import explain
from kiosk.imaging.copies import small_copy
from kiosk.protocol.artworks import CATALOGUE_LIMIT_MAX, Artwork
from kiosk.storage.folder import write_atomically
from kiosk.sync.client import ApiClient

LONG_SIDE_PX = 1120
QUALITY = 82
_FAULTS = (OSError, ValueError, SyntaxError, BadPicture, Image.DecompressionBombError)
_GONE = (404, 410)


def run(arguments: argparse.Namespace) -> int:
    """Write the page."""
    target: Path = arguments.out.resolve()
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{target.name} is no page's name.", hint="End it in .html.")
    if not target.parent.is_dir():
        raise KioskError(f"The folder {target.parent} does not exist.", hint="Make it first.")
    if arguments.from_ is None:
        plates, gone = asyncio.run(_of_server(arguments))
    else:
        plates, gone = _of_folder(arguments.from_.resolve(), arguments.limit, quiet=_is_quiet(arguments))
    if not plates:
        raise KioskError("There is no piece to show.", hint="Make some with `kiosk generate`, or import pictures.")
    document = page(plates, title=arguments.title, today=SystemClock().now().date()).encode()
    try:
        write_atomically(target, document, mode=0o644)
    except OSError as error:
        raise KioskError(f"{target} cannot be written: {error.strerror or error}.", hint="Choose another.") from error
    if arguments.json:
        emit({"path": str(target), "pieces": len(plates), "bytes": len(document), "gone": gone})
    else:
        for name in gone:
            say(f"{name}: removed meanwhile, the page goes without it")
        say(f"{target}: {len(plates)} pieces, {len(document) / 1e6:.1f} MB")
    return 0


async def _of_server(arguments: argparse.Namespace) -> tuple[list[Plate], list[str]]:
    """Return the newest pieces, and the titles of those that were removed before their picture was read."""
    plates: list[Plate] = []
    gone: list[str] = []
    async with server_of(arguments) as client:
        artworks = await _newest(client, arguments.limit)
        for artwork in tqdm(artworks, unit="piece", disable=_is_quiet(arguments), leave=False):
            try:
                async with client.download(artwork.image_url) as body:
                    data = b"".join([chunk async for chunk in body.chunks])
                plates.append(_plate(artwork.id, _words(artwork), data))
            except ServerRefused as error:
                if error.status not in _GONE:
                    raise
                gone.append(artwork.title)
            except _FAULTS as error:
                raise KioskError(f"The picture of {artwork.title} cannot be read: {error}.") from error
    return plates, gone


async def _newest(client: ApiClient, limit: int) -> list[Artwork]:
    found: list[Artwork] = []
    before: str | None = None
    while len(found) < limit:
        reply = await client.catalogue_page(limit=min(limit - len(found), CATALOGUE_LIMIT_MAX), before=before)
        found += reply.artworks
        before = reply.next
        if before is None:
            break
    return found


def _of_folder(folder: Path, limit: int, *, quiet: bool) -> tuple[list[Plate], list[str]]:
    """Return the pieces that `kiosk generate --count` wrote, pictures with their records beside them, and the names of
    records of which one or the other is not there any more.
    """
    if not folder.is_dir():
        raise KioskError(f"The folder {folder} does not exist.", hint="Name one that `kiosk generate --count` filled.")
    plates: list[Plate] = []
    gone: list[str] = []
    for record in tqdm(sorted(folder.glob("*.json"))[:limit], unit="piece", disable=quiet, leave=False):
        try:
            words = parsed(record.read_bytes())
            plates.append(_plate(words["sha256"], words, (folder / words["file"]).read_bytes()))
        except FileNotFoundError:
            gone.append(record.name)
        except (*_FAULTS, KeyError, TypeError) as error:
            raise KioskError(f"{record} is no record of a piece, or its picture cannot be read: {error!r}.") from error
    return plates, gone


def _plate(piece_id: str, words: Mapping[str, Any], data: bytes) -> Plate:
    picture, size = _reduced(data)
    genome = _genome(words.get("genome"))
    return Plate(
        id=piece_id,
        title=str(words["title"]),
        artist=str(words.get("artist") or ""),
        style=str(words.get("style") or ""),
        made_on=_date(words.get("createdAt")),
        explanation=str(words.get("explanation") or (explain(genome) if genome else "")),
        picture=picture,
        width_px=size[0],
        height_px=size[1],
        colours=swatches_of(genome) if genome else (),
        parents=genome.parents if genome else (),
    )


def _words(artwork: Artwork) -> dict[str, Any]:
    """Return what `kiosk generate` writes beside a file; a bundled piece has no date: it is older than the wall."""
    wire = artwork.model_dump(mode="json", by_alias=True)
    if artwork.id == demo_id(artwork.sha256):
        del wire["createdAt"]
    return {**wire, **{name: artwork.provenance.get(name) for name in ("genome", "explanation")}}


def _genome(data: object) -> Genome | None:
    try:
        genome = genome_from_dict(data)
    except BadGenome:
        return None  # imported, or of another version: the page does without its colours
    return genome if genome.style in STYLES else None


def _reduced(data: bytes) -> tuple[bytes, tuple[int, int]]:
    copy = small_copy(data, LONG_SIDE_PX)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue(), copy.size


def _date(text: object) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if isinstance(text, str) else None
    except ValueError:
        return None


def _is_quiet(arguments: argparse.Namespace) -> bool:
    return bool(arguments.json) or not sys.stderr.isatty()
