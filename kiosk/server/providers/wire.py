"""HTTP to a service outside: the only module of the server that speaks it as a client.

Everything that comes is bounded in size, is read as it is (no compression), and is judged by `answers`. The key goes to
the address in the settings alone: no redirect is followed, and a picture that lies elsewhere is fetched without it.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from kiosk.protocol.http import httpx
from kiosk.server.providers.answers import Answer, failure_of, parsed
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed

PICTURE_MAX_BYTES: Final = 32 * 1024 * 1024
JSON_MAX_BYTES: Final = PICTURE_MAX_BYTES * 4 // 3 + 256 * 1024
ERROR_MAX_BYTES: Final = 64 * 1024
CONNECT_LIMIT_S: Final = 5.0
# The request is over there, and what came of it nobody here knows.
_ANSWER_LOST: Final = (httpx.ReadError, httpx.RemoteProtocolError)
_LOOPBACK: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")


def bearer(key: str) -> str:
    """Return the Authorization header for a key, "" for none."""
    return f"Bearer {key}" if key else ""


def basic_or_bearer(key: str) -> str:
    """Return the Authorization header for `user:password`, or for any other key; "" for none."""
    return f"Basic {base64.b64encode(key.encode()).decode()}" if ":" in key else bearer(key)


def secrets_of(key: str) -> tuple[str, ...]:
    """Return what of a key no message may hold: the key, and the password of `user:password`."""
    return key, key.partition(":")[2]


class Wire:
    """Calls on one service. `secrets`, and what `authorization` shows, are kept out of every message.

    The caller bounds the time.
    """

    def __init__(self, *, provider: str, base_url: str, authorization: str = "", secrets: tuple[str, ...] = ()) -> None:
        self._provider = provider
        self._base_url = base_url.rstrip("/")
        self._authorization = {"Authorization": authorization} if authorization else {}
        self.secrets = (*secrets, authorization.rpartition(" ")[2])
        self._tls = httpx.create_ssl_context()

    async def json(self, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a 2xx answer to `body`; raise ProviderFailed for everything else."""
        answer = await self._call(method, f"{self._base_url}{path}", json=body, max_bytes=JSON_MAX_BYTES)
        return await asyncio.to_thread(parsed, answer, provider=self._provider)

    async def tell(self, path: str, body: Mapping[str, Any]) -> None:
        """Post something whose answer says nothing; raise ProviderFailed unless it is 2xx."""
        await self._call("POST", f"{self._base_url}{path}", json=body, max_bytes=ERROR_MAX_BYTES)

    async def picture(self, path: str, params: Mapping[str, str]) -> bytes:
        """Return the bytes of a file the service has; raise ProviderFailed."""
        url = f"{self._base_url}{path}"
        return (await self._call("GET", url, params=params, max_bytes=PICTURE_MAX_BYTES)).body

    async def picture_at(self, url: str) -> bytes:
        """Return the bytes at an address the service named: its own, or any over TLS; raise ProviderFailed."""
        try:
            is_own = _origin(url) == _origin(self._base_url)
            is_fine = url.isprintable() and (is_own or (urlsplit(url).scheme == "https" and urlsplit(url).hostname))
        except ValueError:
            is_own = is_fine = False
        if not is_fine:
            message = f"{self._provider} named an address for its picture that is not fetched."
            raise ProviderFailed(Outcome.BAD_ANSWER, message, is_charged=True)
        return (await self._call("GET", url, max_bytes=PICTURE_MAX_BYTES, with_key=is_own)).body

    async def _call(self, method: str, url: str, *, max_bytes: int, with_key: bool = True, **request: Any) -> Answer:
        headers = {"Accept-Encoding": "identity", "User-Agent": "gallery-kiosk"}
        if with_key:
            headers |= self._authorization
        async with self._answering(method, url, headers=headers, **request) as response:
            is_success = response.is_success
            body, is_whole = await _read(response, max_bytes if is_success else ERROR_MAX_BYTES)
            answer = Answer(response.status_code, response.headers, body)
        if not is_success:
            raise failure_of(answer, provider=self._provider, secrets=self.secrets)
        if not is_whole or "content-encoding" in response.headers:
            message = f"{self._provider} sent an answer that is cut off, packed or longer than {max_bytes} bytes."
            raise ProviderFailed(Outcome.BAD_ANSWER, message, is_charged=True)
        return answer

    @asynccontextmanager
    async def _answering(self, method: str, url: str, **request: Any) -> AsyncIterator[httpx.Response]:
        """Yield the answer once its head is here."""
        async with httpx.AsyncClient(
            verify=self._tls,
            follow_redirects=False,
            mounts=dict.fromkeys(_LOOPBACK),  # no proxy stands between us and this machine
            timeout=httpx.Timeout(None, connect=CONNECT_LIMIT_S),
        ) as http:
            try:
                response = await http.send(http.build_request(method, url, **request), stream=True)
            except UnicodeError:
                message = (
                    f"{self._provider} cannot be sent what the settings or the workflow hold: it is no plain text."
                )
                raise ProviderFailed(Outcome.MISCONFIGURED, message) from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                # Of the error only its kind: its words may quote what was sent.
                message = f"{self._provider} could not be asked: {_trouble(error, url)}."
                is_charged = method == "POST" and isinstance(error, _ANSWER_LOST)
                raise ProviderFailed(Outcome.UNAVAILABLE, message, is_charged=is_charged) from None
            try:
                yield response
            finally:
                await response.aclose()


def _trouble(error: Exception, url: str) -> str:
    """Say what went wrong; of the address the host and the port only, for the rest may hold a key."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return f"nobody answers at {httpx.URL(url).netloc.decode()}"
    return type(error).__name__


async def _read(response: httpx.Response, max_bytes: int) -> tuple[bytes, bool]:
    """Return a body up to `max_bytes`, and whether that is all of it."""
    body = bytearray()
    chunks: Any = response.aiter_raw()  # an asynchronous generator, which httpx does not say
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                body += chunk
                if len(body) > max_bytes:
                    return bytes(body[:max_bytes]), False
    except (httpx.HTTPError, httpx.StreamError):
        return bytes(body), False
    return bytes(body), True


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
