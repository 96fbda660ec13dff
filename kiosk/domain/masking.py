"""Secrets out of texts: whatever looks like one, and those known by name, become `***` before a line is written.

Known by their looks: bearer and basic credentials, values after words such as token, password, secret or pin, the name
and password in a URL, AWS access keys, and anything of the exact length and alphabet of our own tokens.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

MASK = "***"
_KNOWN_MIN = 6
_WORDS = ("bearer", "basic", "token", "secret", "passw", "authorization", "cookie", "key", "code", "pin")
_AFTER_WORDS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)((?:token|secret|passw(?:or)?d|authorization|api[_-]?key|access[_-]?key[\w-]*|"
            r"(?:device|user)_?code|\bpin)\\?[\"']?\s*[:=]\s*\\?[\"']?)(?!\s*\*\*\*)[^\s\"'&,;(){}\[\]\\]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(cookie\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\r\n\"'\\]+"), rf"\1{MASK}"),
)
_IN_URL = re.compile(r"(?<=://)[^\s/\"'\\]*@")
# Behind an escape, as JSON has it, something begins as well.
_BEGIN = r"(?:(?<![\w-])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))"
_BY_SHAPE = re.compile(_BEGIN + r"(?:[\w-]{43}|(?:AKIA|ASIA)[A-Z0-9]{16})(?![\w-])", re.ASCII)
_SECRET_VARIABLE = re.compile(r"(?i)(?:AWS|KIOSK|PG|REDIS).*(?:SECRET|TOKEN|PASSWORD|ACCESS_KEY|PROVIDER_KEY|PIN_HASH)")


class Mask:
    """Masks texts; `known` are secrets no pattern would find."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        parts = sorted({secret for secret in known if len(secret) >= _KNOWN_MIN}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, parts))) if parts else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        lower = text.lower()
        if any(word in lower for word in _WORDS):
            for pattern, instead in _AFTER_WORDS:
                text = pattern.sub(instead, text)
        if "@" in text:
            text = _IN_URL.sub(f"{MASK}@", text)
        return self.by_shape(text)

    def by_shape(self, text: str) -> str:
        """Return the text without what is known, or has the shape of a token; enough, and quick, where no words are."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _BY_SHAPE.sub(MASK, text)


def secrets_in(urls: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """Return the passwords in URLs, as written and as meant, and the secrets among the environment's variables."""
    found = []
    for url in urls:
        try:
            password = urlsplit(url).password or ""
        except ValueError:
            continue
        found += [password, unquote(password)]
    return found + [value for name, value in environ.items() if _SECRET_VARIABLE.match(name)]
