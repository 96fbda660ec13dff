"""The parser of server-sent events against the WHATWG text (9.2.5 and 9.2.6), at every cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sync.sse import SseComment, SseEvent, SseParser, SseTooLarge

Item = SseEvent | SseComment


def message(data: str, id_: str = "", type_: str = "message") -> SseEvent:
    """An event as the parser should report it."""
    return SseEvent(type_, data, id_)


BOM = b"\xef\xbb\xbf"

# Named after what each shows: the stream, what comes out, the last event id afterwards, and retry.
CASES: dict[str, tuple[bytes, list[Item], str, int | None]] = {
    "the text's first example": (
        b"data: YHOO\ndata: +2\ndata: 10\n\n",
        [message("YHOO\n+2\n10")],
        "",
        None,
    ),
    "the text's example of ids": (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        [
            SseComment("test stream"),
            message("first event", "1"),
            message("second event"),
            message(" third event"),
        ],
        "",
        None,
    ),
    "the text's example of empty data": (b"data\n\ndata\ndata\n\ndata:", [message(""), message("\n")], "", None),
    "the text's example of the space": (b"data:test\n\ndata: test\n\n", [message("test"), message("test")], "", None),
    "line feeds": (b"data:1\n\ndata:2\n\n", [message("1"), message("2")], "", None),
    "carriage returns": (b"data:1\r\rdata:2\r\r", [message("1"), message("2")], "", None),
    "both": (b"data:1\r\n\r\ndata:2\r\n\r\n", [message("1"), message("2")], "", None),
    "all three kinds mixed": (b"data:a\rdata:b\ndata:c\r\n\n", [message("a\nb\nc")], "", None),
    "carriage return, then both": (b"data:1\r\r\ndata:2\r\n\r", [message("1"), message("2")], "", None),
    "line feed, then carriage return: two ends": (b"data:1\n\rdata:2\n\r", [message("1"), message("2")], "", None),
    "a byte order mark at the start": (BOM + b"data:1\n\n", [message("1")], "", None),
    "a second mark is part of the name": (BOM + BOM + b"data:1\n\ndata:2\n\n", [message("2")], "", None),
    "a mark later is part of the name": (b"data:1\n\n" + BOM + b"data:2\n\n", [message("1")], "", None),
    "a mark alone on the first line": (BOM + b"\ndata:1\n\n", [message("1")], "", None),
    "a mark before a comment": (BOM + b":hi\n", [SseComment("hi")], "", None),
    "part of a mark": (b"\xef\xbbdata:1\ndata:2\n\n", [message("2")], "", None),
    "comments": (
        b"data:1\n:\n:\xe2\x98\xba\n: x\n:  y:z\ndata:2\n\n",
        [SseComment(""), SseComment("☺"), SseComment("x"), SseComment(" y:z"), message("1\n2")],
        "",
        None,
    ),
    "the last event is not ended": (b"data:1\n\ndata:2\n", [message("1")], "", None),
    "the last line is not ended": (b"data:1\n\ndata:2", [message("1")], "", None),
    "an id in an event not ended": (
        b"id:1\ndata:1\n\nid:2\ndata:2\n",
        [message("1", "1")],
        "1",
        None,
    ),
    "event types": (
        b"event:a\ndata:1\n\ndata:2\n\nevent: b \ndata:3\n\n",
        [message("1", type_="a"), message("2"), message("3", type_="b ")],
        "",
        None,
    ),
    "an empty type is message": (b"event:\ndata:1\n\nevent\ndata:2\n\n", [message("1"), message("2")], "", None),
    "the last type counts": (b"event:a\nevent:b\ndata:1\n\n", [message("1", type_="b")], "", None),
    "a type without data does not linger": (b"event:a\n\ndata:1\n\n", [message("1")], "", None),
    "an id stays in force": (b"id:7\ndata:1\n\ndata:2\n\n", [message("1", "7"), message("2", "7")], "7", None),
    "an event without data sets the id": (b"id:7\n\ndata:1\n\n", [message("1", "7")], "7", None),
    "an event with only an id": (b"id:7\n\n", [], "7", None),
    "an empty id resets": (b"id:7\ndata:1\n\nid\ndata:2\n\n", [message("1", "7"), message("2")], "", None),
    "an id with NUL is ignored": (
        b"id:1\ndata:1\n\nid:2\0\ndata:2\n\n",
        [message("1", "1"), message("2", "1")],
        "1",
        None,
    ),
    "NUL elsewhere is kept": (b"data:a\0b\nevent:\0\n\n", [message("a\0b", type_="\0")], "", None),
    "an id of letters beyond ASCII": ("id:…☃\ndata:1\n\n".encode(), [message("1", "…☃")], "…☃", None),
    "one space goes, no more": (b"data:  1\ndata:\t2\nid: 3 \n\n", [message(" 1\n\t2", "3 ")], "3 ", None),
    "data of nothing": (b"data:\n\n", [message("")], "", None),
    "data with colons": (b"data:a:b: c\n\n", [message("a:b: c")], "", None),
    "names are exact": (b"Data:1\n data:2\ndata :3\ndataa:4\ndata:5\n\n", [message("5")], "", None),
    "unknown fields": (b"foo:bar\ndata:1\nfoo\n\n", [message("1")], "", None),
    "only unknown fields": (b"foo:bar\n\n\n\n", [], "", None),
    "retry": (b"retry: 10000\ndata:1\n\n", [message("1")], "", 10000),
    "retry counts without an event": (b"retry:500\n", [], "", 500),
    "retry of zeros": (b"retry:000\n", [], "", 0),
    "retry with anything but digits is ignored": (
        b"retry:1000\nretry:1000x\nretry: 1e3\nretry:-1\nretry:+1\nretry:\nretry\nretry:1.5\nretry:  7\n",
        [],
        "",
        1000,
    ),
    "retry in other scripts' digits is ignored": ("retry:٣\nretry:²\n".encode(), [], "", None),
    "retry beyond all measure is ignored": (b"retry:" + b"9" * 5_000 + b"\n", [], "", None),
    "invalid UTF-8 is replaced": (b"data:\xff\xfe|\xe2\x98|\xed\xa0\x80\n\n", [message("��|�|���")], "", None),
    "UTF-8 broken off by a line's end": (b"data:\xf0\x9f\x98\ndata:ok\n\n", [message("�\nok")], "", None),
    "four bytes": ("data:😀\n\n".encode(), [message("😀")], "", None),
    "other line separators are no line ends": (
        "data:a\u2028b\u0085c\x0bd\x0ce\n\n".encode(),
        [message("a\u2028b\u0085c\x0bd\x0ce")],
        "",
        None,
    ),
    "empty lines alone": (b"\n\r\r\n\n", [], "", None),
    "nothing": (b"", [], "", None),
    "a stream of many things, from WPT": (
        b"data:\0\ndata: 2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
        [message("\0\n2\n1\n3\n\n4")],
        "",
        None,
    ),
}


def outcome(parser: SseParser, chunks: list[bytes]) -> tuple[list[Item], str, int | None]:
    """Everything a parser makes of these chunks."""
    items = [item for chunk in chunks for item in parser.feed(chunk)]
    return items, parser.last_event_id, parser.retry_ms


@pytest.mark.parametrize("name", CASES)
def test_the_text(name: str) -> None:
    """A whole stream gives what the WHATWG text says."""
    stream, items, last_event_id, retry_ms = CASES[name]
    assert outcome(SseParser(), [stream]) == (items, last_event_id, retry_ms)


@pytest.mark.parametrize("name", CASES)
def test_the_text_at_every_cut(name: str) -> None:
    """Cut in two anywhere, with an empty chunk between, or into single bytes, it gives the same."""
    stream, items, last_event_id, retry_ms = CASES[name]
    expected = (items, last_event_id, retry_ms)
    for cut in range(len(stream) + 1):
        assert outcome(SseParser(), [stream[:cut], b"", stream[cut:]]) == expected, cut
    assert outcome(SseParser(), [stream[at : at + 1] for at in range(len(stream))]) == expected


LINES = st.sampled_from(
    [
        b"data",
        b"data:",
        b"data: x",
        b"data:\xf0\x9f\x98\x80",
        b"id: 4",
        b"id",
        b"id:\0",
        b"event: e",
        b"retry: 9",
        b":",
        b": c",
        b"",
        BOM,
        b"\xff",
        b"unknown: y",
    ]
)
STREAMS = st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n", b""])), max_size=30).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@given(st.one_of(STREAMS, st.binary(max_size=200)), st.lists(st.integers(0, 400), max_size=8), st.integers(1, 60))
def test_any_cuts_of_any_stream_give_the_same(stream: bytes, cuts: list[int], cap: int) -> None:
    """However a stream is cut, events, id, retry and the moment an event is too large are the same."""
    assert _outcome_with_cap(stream, sorted(cuts), cap) == _outcome_with_cap(stream, [], cap)


def _outcome_with_cap(stream: bytes, cuts: list[int], cap: int) -> tuple[list[Item], bool]:
    parser = SseParser(max_event_bytes=cap)
    items: list[Item] = []
    bounds = [0, *(cut for cut in cuts if cut < len(stream)), len(stream)]
    try:
        for start, end in itertools.pairwise(bounds):
            items += parser.feed(stream[start:end])
    except SseTooLarge as error:
        return items + error.events, True
    return items, False


@given(STREAMS)
def test_a_reference_in_the_texts_own_words_agrees(stream: bytes) -> None:
    """A parser written line by line from the text, on the whole stream at once, gives the same events."""
    assert outcome(SseParser(), [stream])[0] == _reference(stream)


def _reference(stream: bytes) -> list[Item]:
    text = stream.decode("utf-8", errors="replace")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    data, kind, last_id = "", "", ""
    items: list[Item] = []
    for line in text.split("\n")[:-1]:
        if line == "":
            if data:
                items.append(SseEvent(kind or "message", data[:-1], last_id))
            data, kind = "", ""
            continue
        if line.startswith(":"):
            items.append(SseComment(line[2:] if line.startswith(": ") else line[1:]))
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data += value + "\n"
        elif field == "event":
            kind = value
        elif field == "id" and "\0" not in value:
            last_id = value
    return items


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n"])
def test_an_event_over_the_cap_is_refused(ending: bytes) -> None:
    """One line, or many, over the cap raises, ended or not."""
    with pytest.raises(SseTooLarge):
        SseParser(max_event_bytes=100).feed(b"data:" + b"x" * 100 + ending)
    with pytest.raises(SseTooLarge):
        SseParser(max_event_bytes=100).feed(b"data:x\n" * 20 + ending)


def test_the_default_cap_is_a_mebibyte() -> None:
    """An event just below 1 MiB passes, one above does not."""
    assert SseParser().feed(b"data:" + b"x" * 1_048_500 + b"\n\n") == [message("x" * 1_048_500)]
    with pytest.raises(SseTooLarge):
        SseParser().feed(b"data:" + b"x" * 1_048_576)


def test_a_long_life_of_small_events_and_comments_never_meets_the_cap() -> None:
    """The cap bounds one event, not the stream, and comments that ended count no more."""
    parser = SseParser(max_event_bytes=50)
    for _ in range(100):
        assert len(parser.feed(b"data:12345678901234567890\n\n")) == 1
        assert parser.feed(b": still here\n") == [SseComment("still here")]


def test_what_was_complete_before_an_event_too_large_is_not_lost() -> None:
    """The error carries the events that the same chunk had completed."""
    with pytest.raises(SseTooLarge) as caught:
        SseParser(max_event_bytes=20).feed(b"data:1\n\ndata:" + b"x" * 50)
    assert caught.value.events == [message("1")]


def test_a_new_parser_goes_on_with_the_id_of_the_one_before() -> None:
    """After a reconnection the last event id stays in force until the stream names another."""
    parser = SseParser(last_event_id="41")
    assert parser.feed(b"data:1\n\nid:42\ndata:2\n\n") == [message("1", "41"), message("2", "42")]
