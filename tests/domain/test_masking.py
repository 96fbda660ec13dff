"""Secrets in texts, and what only looks like one."""

import pytest

from kiosk.domain.masking import Mask, secrets_in

TOKEN = "Zk3vJ0yq1mW8xU5rT2nB7cL4dF9hG6sAaPeOiKoNuVx"  # 43 characters, as our own
AWS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
DATABASE = "postgresql+psycopg://kiosk:hunter2%2Fplus@db.example/kiosk"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abc.def", "Authorization: *** ***"),
        ("sent Basic Ym9iOmh1bnRlcjIyc2VjcmV0", "sent Basic ***"),
        ("https://bob:hunter22secret@host/x", "https://***@host/x"),
        ("rtsp://:hunter22@cam and ftp://a:b@c", "rtsp://***@cam and ftp://***@c"),
        ("{'token': 'short', 'pin': '314159'}", "{'token': '***', 'pin': '***'}"),
        (f"plain {TOKEN} and AKIAIOSFODNN7EXAMPLE", "plain *** and ***"),
        ("it said hunter2/plus", "it said ***"),
        ("a fault below\nBearer abcdef", "a fault below\nBearer ***"),
    ],
)
def test_a_secret_is_masked(text: str, masked: str) -> None:
    """By its words, its place in a URL, its shape, or because it is known; the words around it stay."""
    assert Mask(secrets_in([DATABASE], AWS))(text) == masked


@pytest.mark.parametrize(
    "harmless",
    [
        "GET /api/admin/tokens 200",
        f"the image {'a' * 64} is missing",
        "job 6f1b6a52-5c0e-5c55-9d0e-5a3ad0c0ffee, try 2: The renderer died.",
        "a transaction is run again: SerializationFailure",
        "Serving on http://127.0.0.1:8710 (process 17)",
        '{"message": "streams: 5, pinned: 3, spin: 4"}',
    ],
)
def test_what_is_no_secret_is_left_alone(harmless: str) -> None:
    """Masks that eat the facts would make logs useless."""
    assert Mask(secrets_in([DATABASE, "sqlite:///x.db", ""], {**AWS, "PATH": "/bin"}))(harmless) == harmless
