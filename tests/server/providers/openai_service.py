"""A local service that speaks as OpenAI's images do: same request checks, same answers, same error objects.

After openai-python's types and the errors quoted in its issues. What it shall answer instead is put into `answers`.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.web import serving
from tests.server.providers.pictures import painted

KEY = "sk-proj-0123456789abcdefghijklmnop"
GPT_SIZES = {"1024x1024", "1536x1024", "1024x1536", "auto"}
GPT_ONLY = {"output_format", "background", "moderation", "output_compression"}


def problem(status: int, message: str, *, code: str | None, kind: str, headers: Any = None) -> JSONResponse:
    """An error as OpenAI words it."""
    told = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(told, status, headers=headers)


def moderated() -> Response:
    """What a prompt that its filter finds gets."""
    words = "Your request was rejected by the safety system. safety_violations=[violence]."
    return problem(400, words, code="moderation_blocked", kind="image_generation_user_error")


def rate_limited(retry_after: str | None = None) -> Response:
    """What who asks too often gets."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    words = "Rate limit reached for gpt-image-1: Limit 5, Used 5, Requested 1."
    return problem(429, words, code="rate_limit_exceeded", kind="input-images", headers=headers)


def overloaded() -> Response:
    """What a service in trouble says."""
    words = "The server had an error while processing your request. Sorry about that!"
    return problem(500, words, code=None, kind="server_error")


@dataclass
class OpenAiService:
    """The service; `requests` are the bodies that came, `keys` what came with them; the first waits for `gate`."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    as_url: str = ""
    gate: asyncio.Event | None = None

    async def generations(self, request: Request) -> Response:
        """Check a request as the service does, and answer it."""
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization"))
        if self.gate is not None and len(self.requests) == 1:
            await self.gate.wait()
        if self.answers:
            return self.answers.pop(0)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            words = f"Incorrect API key provided: {request.headers.get('authorization')}."
            return problem(401, words, code="invalid_api_key", kind="invalid_request_error")
        if fault := self._fault(body):
            return fault
        width, height = (int(side) for side in body["size"].split("x"))
        data = painted(width, height, seed=len(self.requests), format=body.get("output_format", "png").upper())
        item = {"url": self.as_url} if self.as_url else {"b64_json": base64.b64encode(data).decode()}
        usage = {"input_tokens": 50, "output_tokens": 1584, "total_tokens": 1634}
        return JSONResponse({"created": 1_790_000_000, "data": [item], "size": body["size"], "usage": usage})

    @staticmethod
    def _fault(body: dict[str, Any]) -> Response | None:
        model = body.get("model")
        kind = "invalid_request_error"
        if model not in {"gpt-image-1", "gpt-image-1-mini", "dall-e-3"}:
            return problem(404, f"The model '{model}' does not exist.", code="model_not_found", kind=kind)
        known = {"model", "prompt", "n", "size", "quality", "user"}
        known |= GPT_ONLY if model.startswith("gpt-image") else {"response_format", "style"}
        if unknown := sorted(body.keys() - known):
            return problem(400, f"Unknown parameter: '{unknown[0]}'.", code="unknown_parameter", kind=kind)
        sizes = GPT_SIZES if model.startswith("gpt-image") else {"1024x1024", "1792x1024", "1024x1792"}
        if body.get("size") not in sizes:
            return problem(400, f"Invalid value: '{body.get('size')}'.", code="invalid_value", kind=kind)
        return None

    async def models(self, request: Request) -> Response:
        """List the models, for the right key."""
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return problem(401, "Incorrect API key provided.", code="invalid_api_key", kind="invalid_request_error")
        return JSONResponse({"object": "list", "data": [{"id": "gpt-image-1", "object": "model"}]})

    async def file(self, request: Request) -> Response:
        """Send a picture that was answered by its address."""
        self.keys.append(request.headers.get("authorization"))
        return Response(painted(1792, 1024), media_type="image/png")


@asynccontextmanager
async def openai_service() -> AsyncIterator[OpenAiService]:
    """Run the service for the length of the block."""
    service = OpenAiService()
    app = Starlette(
        routes=[
            Route("/v1/images/generations", service.generations, methods=["POST"]),
            Route("/v1/models", service.models),
            Route("/files/{name}", service.file),
        ]
    )
    async with serving(app) as url:
        service.url = f"{url}/v1"
        yield service
