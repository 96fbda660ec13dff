"""The tables as a whole: what holds for every one of them."""

from sqlalchemy import BigInteger, Table

from kiosk.server import tables

NAMED = {name: value for name, value in vars(tables).items() if isinstance(value, Table)}


def test_every_table_has_a_name_of_its_own_here() -> None:
    """The package offers each table of the metadata under the table's own name, and lists it."""
    assert {name: table.name for name, table in NAMED.items()} == {name: name for name in tables.metadata.tables}
    assert NAMED.keys() <= set(tables.__all__)


def test_every_time_is_a_whole_number_of_milliseconds() -> None:
    """Columns named for a moment hold 64 bits: 32 would end in 1970, counted in milliseconds."""
    moments = [
        column for table in NAMED.values() for column in table.c if column.name.endswith(("_at", "_until", "_before"))
    ]
    assert len(moments) > 20
    assert [str(column) for column in moments if not isinstance(column.type, BigInteger)] == []
