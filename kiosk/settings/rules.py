"""What a text of a setting must look like, as functions that return it or raise ValueError with the reason.

The reason completes the sentence "<key>: ..." and never repeats the value, which may be a secret.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

UNUSABLE_PIN_HASH = "!"
LINK_MAX = 200

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_PIN_HASH = re.compile(r"\$argon2id\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_DATABASE_SCHEMES = ("postgresql", "postgresql+psycopg", "sqlite")


def check_url(text: str) -> str:
    """Accept an empty text or an http(s) address with a host and no credentials, query or fragment."""
    if not text:
        return text
    reason = "must be an address such as http://gallery.local:8080, or empty"
    _one_word(text, reason)
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(reason) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine:
        raise ValueError(reason)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must hold no user name, query or fragment; the token has its own setting")
    return text.rstrip("/")


def check_database_url(text: str) -> str:
    """Accept an empty text or a PostgreSQL or SQLite address as SQLAlchemy writes it."""
    if not text:
        return text
    reason = "must be an address such as postgresql+psycopg://user:secret@host/kiosk, or empty"
    _one_word(text, reason)
    scheme, separator, rest = text.partition("://")
    if scheme not in _DATABASE_SCHEMES or not separator or not rest:
        raise ValueError(reason)
    return text


def check_redis_url(text: str) -> str:
    """Accept an empty text or a Redis address."""
    if not text:
        return text
    reason = "must be an address such as redis://host:6379/0, or empty"
    _one_word(text, reason)
    scheme, separator, rest = text.partition("://")
    if scheme not in {"redis", "rediss", "unix"} or not separator or not rest:
        raise ValueError(reason)
    return text


def check_store_url(text: str) -> str:
    """Accept an empty text, the address of a folder, or that of a bucket; keys have their place in the environment."""
    if not text:
        return text
    reason = "must be an address such as s3://bucket/prefix or file:///srv/kiosk/images, or empty"
    _one_word(text, reason)
    parts = urlsplit(text)
    is_folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
    if not is_folder and not (parts.scheme == "s3" and parts.hostname):
        raise ValueError(reason)
    if parts.username is not None:
        raise ValueError("must hold no keys; those belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    return text.rstrip("/")


def check_link_template(text: str) -> str:
    """Accept an empty text or an http(s) address of at most 200 characters that has `{id}` in its path or query."""
    if not text:
        return text
    reason = "must be an address with {id} in it, such as https://gallery.example/works/{id}, or empty"
    _one_word(text, reason)
    host, _, rest = text.replace("://", "\0", 1).partition("\0")[2].partition("/")
    filled = text.replace("{id}", "0")
    if not text.startswith(("http://", "https://")) or not host or "{" in host or "{id}" not in rest:
        raise ValueError(reason)
    if len(text) > LINK_MAX or "{" in filled or "}" in filled:
        raise ValueError(reason)
    return text


def check_ip_address(text: str) -> str:
    """Accept an IPv4 or IPv6 address in figures: a name would have to be asked for."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("must be an address in figures such as 0.0.0.0, 127.0.0.1 or ::1") from None


def check_token(text: str) -> str:
    """Accept an empty text or one word of printable ASCII, as it goes into an HTTP header."""
    if text:
        _one_word(text, "must be one word without spaces")
    return text


def check_pin_hash(text: str) -> str:
    """Accept an empty text (no PIN), an argon2id hash, or the mark of a hash that no PIN opens."""
    if text and text != UNUSABLE_PIN_HASH and not _PIN_HASH.fullmatch(text):
        raise ValueError("must be the argon2id hash that `kiosk settings set operator.pin_hash <PIN>` writes, or empty")
    return text


def check_time_of_day(text: str) -> str:
    """Accept an empty text or a time of day from 00:00 to 23:59."""
    if text and not _TIME_OF_DAY.fullmatch(text):
        raise ValueError("must be a time such as 22:30, or empty")
    return text


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Accept names of 1 to 80 characters without control characters; at most 50 of them."""
    if len(names) > 50:
        raise ValueError("must be at most 50 names")
    for name in names:
        if not name.strip() or len(name) > 80 or not name.isprintable():
            raise ValueError("must be names of 1 to 80 characters")
    return tuple(name.strip() for name in names)


def _one_word(text: str, reason: str) -> None:
    if len(text) > 2_000 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(reason)
