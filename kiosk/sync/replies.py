"""What an answer of the server means: a model, or one of the two errors. Pure; `client` brings the bytes.

Walls hang in networks whose routers answer for the server: sign-in pages with status 200, error pages of proxies.
Whatever does not look like a kiosk server's answer is `ServerUnreachable`; a refusal of its own is `ServerRefused`.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from kiosk.domain.errors import KioskError, ServerRefused, ServerUnreachable
from kiosk.sync.backoff import retry_after_of

T = TypeVar("T")

_DETAIL_MAX_CHARS = 300
_FOREIGN_HINT = "Is server.url right, and does this network want a sign-in first?"
_ANSWERED_FOR_ITSELF = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


def shown_url(url: str) -> str:
    """Return `url` fit for messages: scheme, host, port and path, without user, password, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def parse_reply(body: bytes, headers: Mapping[str, str], model: TypeAdapter[T], *, server: str) -> T:
    """Return the model in a reply of status 2xx; raise ServerUnreachable when it is not what a kiosk server says."""
    if not _is_json(headers):
        raise foreign_answer(headers, server=server)
    try:
        return model.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ServerUnreachable(
            f"{server} answered in a shape this program does not know ({place}: {first['msg']}).",
            hint="Are display and server of the same version?",
        ) from None


def refusal(status: int, body: bytes, headers: Mapping[str, str], *, server: str, secret: str) -> KioskError:
    """Return the error for a reply that is not 2xx; `secret` is kept out of its text."""
    if 300 <= status < 400:
        return ServerUnreachable(
            f"{server} answered with a redirect ({status}), which a kiosk server never does.", hint=_FOREIGN_HINT
        )
    problem = _problem(body) if _is_json(headers) else None
    if problem is None and status < 500 and status not in _ANSWERED_FOR_ITSELF:
        return foreign_answer(headers, server=server, status=status)
    detail = str((problem or {}).get("detail") or (problem or {}).get("title") or _phrase(status))
    if secret:
        detail = detail.replace(secret, "[token]")
    detail = " ".join(detail.split())[:_DETAIL_MAX_CHARS].rstrip(".")
    code = (problem or {}).get("code")
    return ServerRefused(
        f"{server} refused: {detail} ({status}).",
        status=status,
        detail=f"{detail}.",
        retry_after_s=retry_after_of(headers),
        hint="Check server.token." if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} else "",
        code=code if isinstance(code, str) and code else None,
    )


def foreign_answer(headers: Mapping[str, str], *, server: str, status: int = 200) -> ServerUnreachable:
    """Return the error for an answer that is no kiosk server's."""
    kind = media_type(headers) or "something without a type"
    return ServerUnreachable(
        f"{server} answered with {kind} (status {status}), not as a kiosk server does.", hint=_FOREIGN_HINT
    )


def media_type(headers: Mapping[str, str]) -> str:
    """Return the Content-Type without its parameters, lower-case; "" when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_json(headers: Mapping[str, str]) -> bool:
    kind = media_type(headers)
    return kind == "application/json" or kind.endswith("+json")


def _problem(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "without a reason"
