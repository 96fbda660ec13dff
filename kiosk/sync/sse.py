r"""An incremental parser of server-sent events: bytes in, events and comments out. Pure.

Stands between `client.stream` (which yields chunks as the network cuts them) and `service` (which acts on events). Its
counterpart on the server writes the same grammar, from the WHATWG HTML text, "9.2.5 Parsing an event stream":

    stream   = [ BOM ] *event
    event    = *( comment / field ) end-of-line
    comment  = ":" *any-char end-of-line
    field    = name [ ":" [ space ] *any-char ] end-of-line        ; data, event, id, retry; others are ignored
    end-of-line = CR LF / LF / CR

    >>> SseParser().feed(b"id: 7\nevent: art-ready\ndata: {}\n\n: still here\n")
    [SseEvent(type='art-ready', data='{}', id='7'), SseComment(text='still here')]
"""

import re
from dataclasses import dataclass

_BOM = b"\xef\xbb\xbf"
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_RETRY_DIGITS_MAX = 4_000  # Python converts no longer digit strings; no wait is that long


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One dispatched event. `type` is "message" unless the stream named one; `id` is the last event id in force."""

    type: str
    data: str
    id: str


@dataclass(frozen=True, slots=True)
class SseComment:
    """A comment line without its colon and one space after it; servers send them to show that they live."""

    text: str


class SseTooLarge(ValueError):
    """An event is longer than the cap. The stream cannot be followed further: drop the connection.

    `events` holds what the same `feed` had completed before, so that no chunking loses anything.
    """

    def __init__(self, max_event_bytes: int, events: "list[SseEvent | SseComment]") -> None:
        super().__init__(f"A server-sent event is longer than {max_event_bytes} bytes.")
        self.events = events


class SseParser:
    """Parses one stream, in chunks of any size: where the chunks are cut never changes what comes out.

    `last_event_id` is what a reconnection sends as Last-Event-ID (a new parser takes it over from the one before);
    `retry_ms` the server's wish for the time before it, or None. What an unfinished event holds is bounded by
    `max_event_bytes`: the bytes of its lines, a line's end counted as one, comments counted only until they end.
    """

    def __init__(self, max_event_bytes: int = 1_048_576, *, last_event_id: str = "") -> None:
        self.last_event_id = last_event_id
        self.retry_ms: int | None = None
        self._max_event_bytes = max_event_bytes
        self._id_buffer = last_event_id
        self._type = ""
        self._data: list[str] = []
        self._event_bytes = 0
        self._line = bytearray()
        self._skip_line_feed = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[SseEvent | SseComment]:
        """Return what `chunk` completes, in order; an event cut off by the end of the stream never appears.

        Raises SseTooLarge when the event being read passes the cap.
        """
        parsed: list[SseEvent | SseComment] = []
        start = 0
        if self._skip_line_feed and chunk:
            start = 1 if chunk.startswith(b"\n") else 0
            self._skip_line_feed = False
        for end in _END_OF_LINE.finditer(chunk, start):
            self._gather(chunk[start : end.start()], parsed)
            start = end.end()
            item = self._take_line()
            if item is not None:
                parsed.append(item)
        self._gather(chunk[start:], parsed)
        self._skip_line_feed = self._skip_line_feed or chunk.endswith(b"\r")
        return parsed

    def _gather(self, piece: bytes, parsed: list[SseEvent | SseComment]) -> None:
        if self._event_bytes + len(self._line) + len(piece) > self._max_event_bytes:
            raise SseTooLarge(self._max_event_bytes, parsed)
        self._line += piece

    def _take_line(self) -> SseEvent | SseComment | None:
        raw = bytes(self._line)
        self._line.clear()
        if self._at_start:
            self._at_start = False
            raw = raw.removeprefix(_BOM)
        if not raw:
            return self._dispatch()
        name, _, value = raw.decode("utf-8", errors="replace").partition(":")
        value = value.removeprefix(" ")
        if not name:
            return SseComment(value)
        self._event_bytes += len(raw) + 1
        self._take_field(name, value)
        return None

    def _take_field(self, name: str, value: str) -> None:
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._type = value
            case "id" if "\0" not in value:
                self._id_buffer = value
            case "retry" if value.isascii() and value.isdigit() and len(value) <= _RETRY_DIGITS_MAX:
                self.retry_ms = int(value)
            case _:
                pass

    def _dispatch(self) -> SseEvent | None:
        """End the event: its id stays in force even when, without data, nothing is dispatched."""
        self.last_event_id = self._id_buffer
        event = SseEvent(self._type or "message", "\n".join(self._data), self.last_event_id) if self._data else None
        self._type = ""
        self._data = []
        self._event_bytes = 0
        return event
