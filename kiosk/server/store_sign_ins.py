"""Sign-ins of administrators at the pages: an opaque random id in a cookie, kept as SHA-256, until it expires.

In the database, so that every server process behind a proxy knows them, and bound to the admin token they were made
with: that token's end is theirs. `api.pair_page` is the caller.
"""

from sqlalchemy import Connection, delete, select

from kiosk.server.store_people import hash_token
from kiosk.server.tables import sign_ins


def add(connection: Connection, *, sign_in: str, token: str, now_ms: int, expires_at: int) -> None:
    """Keep a sign-in made with `token`; those that have expired go."""
    connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now_ms))
    values = {"sha256": hash_token(sign_in), "token_sha256": hash_token(token), "expires_at": expires_at}
    connection.execute(sign_ins.insert().values(values))


def token_sha256_of(connection: Connection, *, sign_in: str, now_ms: int) -> str | None:
    """Return the SHA-256 of the token a sign-in was made with, or None when it is unknown or has expired."""
    query = select(sign_ins.c.token_sha256).where(
        sign_ins.c.sha256 == hash_token(sign_in), sign_ins.c.expires_at > now_ms
    )
    return connection.execute(query).scalar_one_or_none()


def end(connection: Connection, *, sign_in: str) -> None:
    """Forget a sign-in."""
    connection.execute(delete(sign_ins).where(sign_ins.c.sha256 == hash_token(sign_in)))
