"""Reports of plays on the wire: per artwork and display, per artist, per display, per day; as JSON and as CSV.

`first` and `last` are the starts of the first and the last showing counted, `visibleMs` the sum of them all. The server
writes both forms in pieces, the command writes the CSV of what it was sent.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Literal

from kiosk.protocol.base import Timestamp, Wire

ReportBy = Literal["artwork", "artist", "display", "day"]

_ROWS_A_PIECE = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ReportRow(Wire):
    """Plays of one artwork on one display."""

    artwork_id: str
    title: str
    artist: str
    device: str
    plays: int
    visible_ms: int
    first: Timestamp
    last: Timestamp


class ArtistPlays(Wire):
    """Plays of all artworks of one artist."""

    artist: str
    plays: int
    visible_ms: int
    first: Timestamp
    last: Timestamp


class DisplayPlays(Wire):
    """Plays on one display; `device` is empty for callers that are none."""

    device: str
    user: str
    plays: int
    visible_ms: int
    first: Timestamp
    last: Timestamp


class DayPlays(Wire):
    """Plays that began on one day (UTC), such as 2026-11-21."""

    day: str
    plays: int
    visible_ms: int
    first: Timestamp
    last: Timestamp


AnyPlays = ReportRow | ArtistPlays | DisplayPlays | DayPlays
ROW_OF: Mapping[ReportBy, type[AnyPlays]] = {
    "artwork": ReportRow,
    "artist": ArtistPlays,
    "display": DisplayPlays,
    "day": DayPlays,
}


def json_pieces(rows: Iterable[Wire]) -> Iterator[str]:
    """Return the rows as one JSON array, in pieces."""
    yield "["
    separator = ""
    for some in _pieces(rows):
        yield separator + ",".join(row.model_dump_json(by_alias=True) for row in some)
        separator = ","
    yield "]"


def csv_pieces(row_type: type[Wire], rows: Iterable[Wire]) -> Iterator[str]:
    """Return the rows as CSV (RFC 4180) with a header, in pieces.

    A text that a spreadsheet would run as a formula is quoted by an apostrophe.
    """
    header = [field.alias for field in row_type.model_fields.values()]
    values = (row.model_dump(mode="json", by_alias=True).values() for row in rows)
    for some in _pieces(chain([header], ([_harmless(value) for value in row] for row in values))):
        text = io.StringIO()
        csv.writer(text).writerows(some)
        yield text.getvalue()


def _pieces(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    left = iter(rows)
    while some := list(islice(left, _ROWS_A_PIECE)):
        yield some


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
