"""Signatures of all pieces, in a column of their own; until now those of generated pieces lay in their provenance.

Revision ID: 0003
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = "signature"
ARTWORKS = sa.table("artworks", sa.column("id"), sa.column("provenance"), sa.column(NAME))
ROWS_A_BATCH = 1_000


def upgrade() -> None:
    op.add_column("artworks", sa.Column(NAME, sa.Text(), nullable=True))
    _rewrite(ARTWORKS.c.provenance.contains(f'"{NAME}"'), _taken_out)
    signed = sa.text("signature IS NOT NULL AND removed_at IS NULL")
    op.create_index("ix_artworks_signed", "artworks", ["origin", "id"], sqlite_where=signed, postgresql_where=signed)


def downgrade() -> None:
    op.drop_index("ix_artworks_signed", table_name="artworks")
    _rewrite(ARTWORKS.c.signature.is_not(None), _put_back)
    op.drop_column("artworks", NAME)


def _taken_out(row: sa.Row[Any]) -> dict[str, Any]:
    provenance = json.loads(row.provenance)
    signature = provenance.pop(NAME, None)
    return {"provenance": json.dumps(provenance), NAME: signature if isinstance(signature, str) else None}


def _put_back(row: sa.Row[Any]) -> dict[str, Any]:
    return {"provenance": json.dumps({**json.loads(row.provenance), NAME: row.signature}), NAME: None}


def _rewrite(concerned: sa.ColumnElement[bool], change: Callable[[sa.Row[Any]], dict[str, Any]]) -> None:
    """Change the rows of a condition, in batches by their key."""
    connection, last = op.get_bind(), 0
    query = sa.select(ARTWORKS).where(concerned).order_by(ARTWORKS.c.id).limit(ROWS_A_BATCH)
    store = sa.update(ARTWORKS).where(ARTWORKS.c.id == sa.bindparam("of"))
    while rows := connection.execute(query.where(ARTWORKS.c.id > last)).all():
        last = rows[-1].id
        connection.execute(store, [{"of": row.id, **change(row)} for row in rows])
