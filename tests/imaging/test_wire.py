"""Orders and results as lines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.imaging.orders import (
    Fault,
    Look,
    LookOrder,
    Motion,
    MotionOrder,
    Order,
    Print,
    PrintOrder,
    Refusal,
    Result,
    Source,
)
from kiosk.imaging.wire import order_from, result_from, to_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
PATHS = st.builds(Path, TEXTS)
COUNTS = st.integers(0, 2**63)
SIZES = st.tuples(COUNTS, COUNTS)
SHARES = st.floats(0, 1)
SOURCES = st.builds(Source, PATHS, TEXTS, COUNTS, COUNTS, COUNTS)
NUMBERS = st.integers(-(2**15), 2**15)
ORDERS = (
    st.builds(PrintOrder, st.lists(SOURCES, max_size=2).map(tuple), SIZES, TEXTS, PATHS)
    | st.builds(MotionOrder, PATHS, PATHS, PATHS)
    | st.builds(LookOrder, TEXTS, st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), st.none() | PATHS, NUMBERS)
)
RESULTS = (
    st.builds(Print, PATHS, SIZES, st.lists(SHARES).map(tuple), st.integers(0, 2**64 - 1))
    | st.builds(Motion, PATHS)
    | st.builds(Look, st.integers(0, 2**64 - 1), SHARES)
    | st.builds(Refusal, st.sampled_from(Fault), TEXTS, COUNTS)
)


@given(ORDERS)
def test_an_order_arrives_as_it_was_sent(order: Order) -> None:
    """One line, whatever its texts hold."""
    line = to_line(order)
    assert line.count(b"\n") == 1
    assert order_from(line) == order


@given(RESULTS)
def test_a_result_arrives_as_it_was_sent(result: Result) -> None:
    """One line, whatever its texts hold."""
    line = to_line(result)
    assert line.count(b"\n") == 1
    assert result_from(line) == result


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"{}", b'{"is": 3}', b'{"is": "Print"}', b'{"is": "PrintOrder"}', b'{"is":"X"}']
)
def test_anything_else_is_an_error(line: bytes) -> None:
    """Nonsense is a ValueError, at both ends."""
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one too
        order_from(line)
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        result_from(line)
