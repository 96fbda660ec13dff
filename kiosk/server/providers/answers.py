"""What an answer of a service means: JSON, or which failure. `wire` brings the bytes.

Services word their refusals differently, their statuses agree: 401 and 403 a key, 402 money, 429 patience, 408 and 5xx
a moment later, 3xx and other 4xx a request that will never do. `openai` knows more of its own.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed
from kiosk.sync.backoff import retry_after_of

QUOTED_MAX_CHARS: Final = 200
_BY_STATUS: Final[Mapping[int, Outcome]] = {
    HTTPStatus.UNAUTHORIZED: Outcome.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED: Outcome.EXHAUSTED,
    HTTPStatus.FORBIDDEN: Outcome.UNAUTHORIZED,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: Outcome.MISCONFIGURED,
    HTTPStatus.REQUEST_TIMEOUT: Outcome.UNAVAILABLE,
    HTTPStatus.CONFLICT: Outcome.UNAVAILABLE,
    HTTPStatus.TOO_EARLY: Outcome.UNAVAILABLE,
    HTTPStatus.TOO_MANY_REQUESTS: Outcome.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the names of `headers` are found in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class AnsweredNo(ProviderFailed):
    """A status other than 2xx; `said` is the answer's JSON object, empty when it is none."""

    def __init__(self, outcome: Outcome, message: str, *, retry_after_s: float | None, said: Mapping[str, Any]) -> None:
        super().__init__(outcome, message, retry_after_s=retry_after_s)
        self.said = said


def failure_of(answer: Answer, *, provider: str, secrets: Iterable[str]) -> AnsweredNo:
    """Return the failure that an answer other than 2xx is; what it quotes is short, printable and without `secrets`."""
    status = answer.status
    outcome = _BY_STATUS.get(status, Outcome.UNAVAILABLE if status >= 500 else Outcome.MISCONFIGURED)
    said = answer.json()
    said = said if isinstance(said, dict) else {}
    words = quoted(words_of(said), secrets)
    message = f"{provider} answered {status}{f': {words}' if words else ''}."
    if 300 <= status < 400:
        message = f"{provider} answered {status}, a redirect, which is not followed: name the last address itself."
    return AnsweredNo(outcome, message, retry_after_s=retry_after_of(answer.headers), said=said)


def parsed(answer: Answer, *, provider: str) -> Any:
    """Return the JSON of a 2xx answer; raise ProviderFailed when it is something else, a sign-in page for one."""
    found = answer.json()
    if found is None:
        is_json = "json" in answer.headers.get("content-type", "")
        message = f"{provider} sent what is not JSON ({len(answer.body)} bytes)."
        raise ProviderFailed(Outcome.BAD_ANSWER, message, is_charged=is_json)
    return found


def words_of(said: Mapping[str, Any]) -> str:
    """Return what a refusal says for people, wherever the services put it."""
    error = said.get("error")
    if isinstance(error, dict):
        return " ".join(str(error[name]) for name in ("message", "details") if error.get(name))
    words = [str(said[name]) for name in ("error", "detail", "message", "errors") if said.get(name)]
    return " ".join(words)


def quoted(text: str, secrets: Iterable[str]) -> str:
    """Return a text of a service fit for the log."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, "***")
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:QUOTED_MAX_CHARS].rstrip(".")
