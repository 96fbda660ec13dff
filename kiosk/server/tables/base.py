"""What all tables share: the kinds of their keys, and the names of what stands behind them."""

from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Integer, MetaData, Row, String

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what it calls INTEGER
Uuid = String(36)
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
