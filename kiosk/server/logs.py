"""The server's logs: one line an event on stderr, as text for people or as JSON for programs, secrets masked.

Every line written while a request is answered carries the request's id, wherever it comes from. The envelope round the
API begins a request here and writes its one line at the end; `callers` notes who it is from.

    {"time": "2026-11-21T05:03:00.124Z", "level": "INFO", "logger": "kiosk.server.access", "message": "GET … 200",
     "requestId": "…", "method": "GET", "path": "/api/artworks/next", "route": "…", "status": 200, "ms": 3.1,
     "user": 1, "device": 2}
"""

import itertools
import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from kiosk.domain.ids import new_id
from kiosk.domain.masking import Mask
from kiosk.protocol.base import rfc3339

LogFormat = Literal["text", "json"]

access = logging.getLogger("kiosk.server.access")
_PROCESS = new_id()[:18]  # no two processes', and cheaper than a new one for every request
_numbers = itertools.count(1)
_SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")


@dataclass(slots=True)
class Request:
    """A request under way; `user_id` and `device_id` once its token is known."""

    id: str
    user_id: int | None = None
    device_id: int | None = None


_current: ContextVar[Request | None] = ContextVar("request", default=None)
begin = _current.set
end = _current.reset


def request_id_from(header: bytes | None) -> str:
    """Return the id a client or a proxy sent, when it is a sane one, or a new one."""
    return header.decode() if header is not None and _SANE_ID.fullmatch(header) else f"{_PROCESS}-{next(_numbers):06x}"


def current_request() -> Request | None:
    """Return the request this task works for."""
    return _current.get()


def note_caller(user_id: int, device_id: int | None) -> None:
    """Note whom the current request is from."""
    request = _current.get()
    if request is not None:
        request.user_id, request.device_id = user_id, device_id


def log_request(request: Request, *, method: str, path: str, route: str, status: int, ms: float) -> None:
    """Write the one line of a request that has been answered; without its query, which may be private."""
    access.info(
        "%s %s %d",
        method,
        path,
        status,
        extra={
            "method": method,
            "path": path,
            "route": route,
            "status": status,
            "ms": round(ms, 1),
            "user": request.user_id,
            "device": request.device_id,
        },
    )


def set_up(format: LogFormat, stream: TextIO, mask: Mask, *, verbose: bool = False, with_access: bool = True) -> None:
    """Send what happens to `stream`: our news and everybody's warnings, or all there is when `verbose`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(mask) if format == "json" else TextLines(mask))
    handler.addFilter(WithRequest())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kiosk").setLevel(logging.DEBUG if verbose else logging.INFO)
    access.setLevel(logging.INFO if with_access else logging.WARNING)


class WithRequest(logging.Filter):
    """Adds the id of the request to every record; lets all of them pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id."""
        request = _current.get()
        record.requestId = None if request is None else request.id
        return True


class TextLines(logging.Formatter):
    """A line for people: what happened, and at its end the time it took, who asked, and the request's id."""

    def __init__(self, mask: Mask) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._mask = mask

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        """Add what JSON lines have in members of their own; mask secrets, and keep it one line."""
        line = super().formatMessage(record)
        told = {name: getattr(record, name, None) for name in ("ms", "user", "device", "requestId")}
        line += "".join(f" {name}={value}" for name, value in told.items() if value is not None)
        return _printable(_masked(line, record, self._mask))

    def format(self, record: logging.LogRecord) -> str:
        """Mask secrets in tracebacks too, and indent those, so that nobody else begins a line."""
        line, _, traceback = super().format(record).partition("\n")
        below = [_printable(part) for part in self._mask(traceback).split("\n")] if traceback else []
        return "\n  ".join([line, *below])


class JsonLines(JsonFormatter):
    """A JSON object a line; members without a value are left out."""

    def __init__(self, mask: Mask) -> None:
        renamed = {"levelname": "level", "name": "logger", "exc_info": "exception"}
        super().__init__(["levelname", "name", "message"], rename_fields=renamed)
        self._mask = mask

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Begin with the time."""
        log_data["time"] = rfc3339(datetime.fromtimestamp(record.created, UTC))
        super().add_fields(log_data, record, message_dict)

    def format(self, record: logging.LogRecord) -> str:
        """Mask secrets wherever they are in the line, which stays JSON."""
        return _masked(super().format(record), record, self._mask)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what has no value."""
        return {name: value for name, value in log_data.items() if value is not None}


def _printable(text: str) -> str:
    r"""Return a text with everything escaped that is not to be seen or moves what is: `\n`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _masked(line: str, record: logging.LogRecord, mask: Mask) -> str:
    """The line of a request holds what we chose and a path; any other may hold anything."""
    return mask.by_shape(line) if record.name == access.name else mask(line)
