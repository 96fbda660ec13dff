"""OpenAI's images, and services that speak as it does.

    POST {base}/images/generations  {"model", "prompt", "n": 1, "size", …}
    200  {"created", "data": [{"b64_json": "…"} or {"url": "…"}], "usage"?}
    4xx  {"error": {"message", "type", "param", "code"}}

Shapes after openai-python's `types/image_generate_params.py` and `images_response.py`. GPT image models always answer
in base64 and take `output_format`; the others are asked for base64 by `response_format`.
"""

from collections.abc import Mapping
from typing import Any, Final

from kiosk.server.providers.answers import AnsweredNo
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintedImage, PaintOrder, ProviderFailed
from kiosk.server.providers.received import received
from kiosk.server.providers.sizes import Size, nearest
from kiosk.server.providers.wire import Wire, bearer

NAME: Final = "openai"
BASE_URL: Final = "https://api.openai.com/v1"
MODEL: Final = "gpt-image-1"
PROMPT_MAX_CHARS: Final = 1_000  # of the model that takes least
_SIZES: Final[Mapping[str, tuple[Size, ...]]] = {
    "dall-e-2": ((1024, 1024),),
    "dall-e-3": ((1024, 1024), (1792, 1024), (1024, 1792)),
}
_OTHER_SIZES: Final[tuple[Size, ...]] = ((1024, 1024), (1536, 1024), (1024, 1536))
_NO_CREDIT: Final = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "project_spend_limit_exceeded",
        "quota_exceeded",
    }
)
_MODERATED: Final = frozenset({"moderation_blocked", "content_policy_violation", "image_generation_user_error"})


class OpenAiImages:
    """Asks for one picture at a time."""

    name = NAME

    def __init__(self, *, url: str = "", key: str = "", model: str = "") -> None:
        self.model = model or MODEL
        self._lacks_key = not url and not key
        self._wire = Wire(provider=NAME, base_url=url or BASE_URL, authorization=bearer(key), secrets=(key,))

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture; raise ProviderFailed."""
        if self._lacks_key:
            raise ProviderFailed(Outcome.UNAUTHORIZED, "generate.provider_key is empty.")
        try:
            reply = await self._wire.json("POST", "/images/generations", body=request_of(order, self.model))
        except AnsweredNo as error:
            raise _narrowed(error) from None
        picture = await self._picture(reply)
        return await received(picture, provider=NAME, model=self.model)

    async def look(self) -> str:
        """Return in a few words what is found there, by a call that costs nothing; raise ProviderFailed."""
        if self._lacks_key:
            raise ProviderFailed(Outcome.UNAUTHORIZED, "generate.provider_key is empty.")
        await self._wire.json("GET", "/models")
        return f"{NAME} answers, model {self.model}"

    async def _picture(self, reply: Any) -> bytes | str:
        data = reply.get("data") if isinstance(reply, dict) else None
        first = data[0] if isinstance(data, list) and data else None
        if isinstance(first, dict):
            if isinstance(first.get("b64_json"), str) and first["b64_json"]:
                return str(first["b64_json"])
            if isinstance(first.get("url"), str) and first["url"]:
                return await self._fetched(first["url"])
        raise ProviderFailed(Outcome.BAD_ANSWER, f"{NAME} sent no picture.", is_charged=True)

    async def _fetched(self, url: str) -> bytes | str:
        if url.startswith("data:"):
            return url
        try:
            return await self._wire.picture_at(url)
        except ProviderFailed as error:  # painted, and so charged for, however the way to it ended
            raise ProviderFailed(Outcome.BAD_ANSWER, error.message, is_charged=True) from None


def request_of(order: PaintOrder, model: str) -> dict[str, Any]:
    """Return the body that asks `model` for an order."""
    width, height = nearest(order.width_px, order.height_px, _SIZES.get(model, _OTHER_SIZES))
    body = {"model": model, "prompt": order.prompt[:PROMPT_MAX_CHARS], "n": 1, "size": f"{width}x{height}"}
    if model.startswith(("gpt-image", "chatgpt-image")):
        return body | {"output_format": "jpeg", "background": "opaque"}
    return body | {"response_format": "b64_json"}


def _narrowed(error: AnsweredNo) -> ProviderFailed:
    """Return the failure that the error's own code makes of a status: a 429 may be money, a 400 the moderation."""
    told = error.said.get("error")
    named = (told.get("code"), told.get("type")) if isinstance(told, dict) else ()
    codes = {code for code in named if isinstance(code, str)}
    outcome = error.outcome
    if codes & _NO_CREDIT:
        outcome = Outcome.EXHAUSTED
    elif outcome in {Outcome.MISCONFIGURED, Outcome.UNAUTHORIZED} and codes & _MODERATED:
        outcome = Outcome.REFUSED
    return ProviderFailed(outcome, error.message, retry_after_s=error.retry_after_s)
