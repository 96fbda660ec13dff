"""The tables anybody would begin with, and the query anybody would write: text keys, a join against what was seen.

They hold what the server's tables hold, to the last impression.
"""

import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import text

from tests.bench.dataset import SQLITE, Stock
from tests.bench.postgres_server import driver_url

OBVIOUS = text(
    "SELECT a.* FROM plain_artworks a LEFT JOIN plain_impressions i ON i.artwork_id = a.id AND i.user_id = :user"
    " WHERE i.artwork_id IS NULL AND (a.is_public OR a.created_by = :user) ORDER BY a.created_at DESC LIMIT :limit"
)
TABLES = """
CREATE TABLE plain_artworks (id {uuid} PRIMARY KEY, created_by TEXT, is_public BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL, image_url TEXT, title TEXT, prompt TEXT, provenance TEXT);
CREATE TABLE plain_impressions (user_id TEXT NOT NULL, artwork_id {uuid} NOT NULL, viewed_at BIGINT NOT NULL);
INSERT INTO plain_artworks
    SELECT {cast}, NULL, true, created_at, '/api/images/' || sha256, title, prompt, provenance FROM artworks a;
INSERT INTO plain_impressions SELECT u.name, {cast}, i.viewed_at FROM impressions i
    JOIN users u ON u.id = i.user_id JOIN artworks a ON a.id = i.artwork_id;
CREATE UNIQUE INDEX plain_impressions_user_id_artwork_id ON plain_impressions (user_id, artwork_id);
CREATE INDEX plain_artworks_created_at ON plain_artworks (created_at)
"""


def add_plain_tables(stock: Stock) -> None:
    """Add them to a filled database, filled from it."""
    if stock.kind == SQLITE:
        with closing(sqlite3.connect(stock.file, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-1000000")
            connection.executescript(TABLES.format(uuid="TEXT", cast="a.public_id"))
        return
    with psycopg.connect(driver_url(stock.database_url), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(TABLES.format(uuid="UUID", cast="a.public_id::uuid"))
        connection.execute("VACUUM ANALYZE plain_artworks, plain_impressions")
