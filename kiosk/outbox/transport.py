"""Carries batches of impressions to the server over HTTP: `POST /api/artworks/batch-impressions`.

The counterpart is `kiosk.server.api`. Faults come out as `outcomes`, never as exceptions; the token is in the
Authorization header only. Answers that are no kiosk server's (sign-in pages, proxies) count as no answer.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from kiosk.outbox.outcomes import Answered, BatchRefused, Outcome, TryLater
from kiosk.protocol.base import Wire
from kiosk.protocol.http import httpx
from kiosk.protocol.impressions import BatchReply, Impression

BATCH_FAULTS: Final = frozenset({400, 409, 413, 422})
REPLY_MAX_BYTES: Final = 4 * 1024 * 1024
_LOOPBACK: Final = ("all://127.0.0.1", "all://[::1]", "all://localhost")


class _Batch(Wire):
    impressions: list[Impression]


class HttpTransport:
    """The server at `base_url`. `retry_after` reads the wait in seconds a reply's headers ask for, or None.

    One exchange lasts at most `timeout_s`. `transport_app` is an ASGI app called in this process instead of a socket.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        retry_after: Callable[[Mapping[str, str]], float | None],
        timeout_s: float = 15.0,
        transport_app: Any = None,
    ) -> None:
        self._retry_after = retry_after
        self._timeout_s = timeout_s
        self._base_url = ""
        self._token = ""
        self.point_to(base_url, token)
        self._transport_app = transport_app
        self._http: httpx.AsyncClient | None = None

    def point_to(self, base_url: str, token: str) -> None:
        """Send later batches to another address."""
        self._base_url = base_url.rstrip("/")
        self._token = token

    async def aclose(self) -> None:
        """Close every connection."""
        if self._http is not None:
            await self._http.aclose()

    async def send(self, batch: Sequence[Impression]) -> Outcome:
        """Deliver `batch` and say what became of it."""
        try:
            async with asyncio.timeout(self._timeout_s):
                status, headers, body = await self._post(_Batch(impressions=list(batch)).wire())
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, ValueError) as error:
            return TryLater(f"The server does not take impressions ({type(error).__name__}).")
        return self._outcome(status, headers, body)

    async def _post(self, content: bytes) -> tuple[int, Mapping[str, str], bytes]:
        if self._http is None:  # not before: reading the system's certificates takes long
            self._http = await asyncio.to_thread(self._open)
        request = self._http.build_request(
            "POST",
            f"{self._base_url}/api/artworks/batch-impressions",
            content=content,
            headers={"Authorization": f"Bearer {self._token}"} if self._token else {},
        )
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            chunks: Any = response.aiter_raw()
            async with contextlib.aclosing(chunks):
                async for chunk in chunks:
                    body += chunk
                    if len(body) > REPLY_MAX_BYTES:
                        raise ValueError("an answer without end")
            return response.status_code, response.headers, bytes(body)
        finally:
            await response.aclose()

    def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=None if self._transport_app is None else httpx.ASGITransport(app=self._transport_app),
            follow_redirects=False,
            mounts=dict.fromkeys(_LOOPBACK),  # no proxy stands between us and ourselves
            timeout=httpx.Timeout(self._timeout_s, connect=min(self._timeout_s, 5.0)),
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json", "User-Agent": "gallery-kiosk"},
            limits=httpx.Limits(max_connections=2, keepalive_expiry=4.0),
        )

    def _outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        foreign = kind == "text/html"
        if 200 <= status < 300:
            try:
                reply = BatchReply.model_validate_json(body)
            except ValidationError:
                return TryLater(f"The server answered with {kind or 'something unknown'}, not as a kiosk server does.")
            return _answered(reply)
        if status in BATCH_FAULTS and not foreign:
            return BatchRefused(status, f"The server refused the batch ({status}).")
        return TryLater(f"The server does not take impressions ({status}).", self._retry_after(headers))


def _answered(reply: BatchReply) -> Answered:
    rejected = {result.id: result.reason or "refused" for result in reply.results if result.status == "rejected"}
    named = {result.id for result in reply.results if result.status != "rejected"}
    return Answered(taken=frozenset((named | set(reply.ids)) - rejected.keys()), rejected=rejected)
