"""OpenAI's images over real sockets: what is asked, what comes, and what each refusal means."""

import asyncio

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from kiosk.server.providers.openai import OpenAiImages, request_of
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed
from tests.server.providers.openai_service import (
    KEY,
    OpenAiService,
    moderated,
    openai_service,
    overloaded,
    problem,
    rate_limited,
)
from tests.server.providers.pictures import order

pytestmark = pytest.mark.anyio


def provider(service: OpenAiService, *, key: str = KEY, model: str = "") -> OpenAiImages:
    """The provider, pointed at the service."""
    return OpenAiImages(url=service.url, key=key, model=model)


async def test_a_picture_comes_and_is_what_was_asked_for() -> None:
    """The prompt, one picture, the known size nearest to the wall's shape, the key as a bearer; and back an image."""
    async with openai_service() as service:
        image = await provider(service).make(order())
    assert service.keys == [f"Bearer {KEY}"]
    assert service.requests == [
        {
            "model": "gpt-image-1",
            "prompt": order().prompt,
            "n": 1,
            "size": "1536x1024",
            "output_format": "jpeg",
            "background": "opaque",
        }
    ]
    assert (image.width_px, image.height_px, image.media_type) == (1536, 1024, "image/jpeg")
    assert (image.provider, image.model) == ("openai", "gpt-image-1")
    assert image.provenance()["model"] == "gpt-image-1"


async def test_an_older_model_is_asked_in_its_own_words() -> None:
    """What GPT image models do not take, the others need: base64 asked for, and their own sizes."""
    async with openai_service() as service:
        image = await provider(service, model="dall-e-3").make(order(width_px=1080, height_px=1920))
    assert service.requests[0]["response_format"] == "b64_json"
    assert (image.width_px, image.height_px) == (1024, 1792)
    assert request_of(order(width_px=1000, height_px=990), "dall-e-2")["size"] == "1024x1024"


async def test_a_picture_by_its_address_is_fetched() -> None:
    """A service that answers with an address of its own is followed there."""
    async with openai_service() as service:
        service.as_url = service.url.replace("/v1", "/files/a.png")
        image = await provider(service, model="dall-e-3").make(order())
    assert (image.width_px, image.height_px) == (1792, 1024)


async def test_an_address_elsewhere_without_tls_is_not_fetched() -> None:
    """A picture named on another plain address is not called for: nothing arrives there, and it counts as charged."""
    async with openai_service() as service, openai_service() as elsewhere:
        service.as_url = elsewhere.url.replace("/v1", "/files/a.png")
        with pytest.raises(ProviderFailed) as caught:
            await provider(service, model="dall-e-3").make(order())
        assert (caught.value.outcome, caught.value.is_charged) == (Outcome.BAD_ANSWER, True)
        assert elsewhere.keys == []


NO_CREDIT = problem(429, "You exceeded your current quota.", code="insufficient_quota", kind="insufficient_quota")
HARD_LIMIT = problem(400, "Billing hard limit.", code="billing_hard_limit_reached", kind="invalid_request_error")
POLICY = problem(400, "Your request was rejected.", code="content_policy_violation", kind="invalid_request_error")
UNVERIFIED = problem(403, "Your organization must be verified.", code=None, kind="invalid_request_error")
ODD_CODE = JSONResponse({"error": {"message": "No.", "type": ["invalid"], "code": {"number": 5}}}, 400)
NOT_CHARGED, CHARGED = False, True
ANSWERS: dict[str, tuple[Response, tuple[Outcome, bool, float | None]]] = {
    "moderation": (moderated(), (Outcome.REFUSED, NOT_CHARGED, None)),
    "policy": (POLICY, (Outcome.REFUSED, NOT_CHARGED, None)),
    "too often": (rate_limited("17"), (Outcome.RATE_LIMITED, NOT_CHARGED, 17.0)),
    "too often, no hint": (rate_limited(), (Outcome.RATE_LIMITED, NOT_CHARGED, None)),
    "no credit": (NO_CREDIT, (Outcome.EXHAUSTED, NOT_CHARGED, None)),
    "hard limit": (HARD_LIMIT, (Outcome.EXHAUSTED, NOT_CHARGED, None)),
    "not verified": (UNVERIFIED, (Outcome.UNAUTHORIZED, NOT_CHARGED, None)),
    "overloaded": (overloaded(), (Outcome.UNAVAILABLE, NOT_CHARGED, None)),
    "503": (Response(status_code=503, headers={"Retry-After": "5"}), (Outcome.UNAVAILABLE, NOT_CHARGED, 5.0)),
    "sign-in page": (HTMLResponse("<html>Sign in</html>"), (Outcome.BAD_ANSWER, NOT_CHARGED, None)),
    "gateway's page": (HTMLResponse("<html>Bad gateway</html>", 502), (Outcome.UNAVAILABLE, NOT_CHARGED, None)),
    "no picture": (JSONResponse({"created": 1, "data": []}), (Outcome.BAD_ANSWER, CHARGED, None)),
    "no base64": (JSONResponse({"data": [{"b64_json": "no base64!"}]}), (Outcome.BAD_ANSWER, CHARGED, None)),
    "HTML as base64": (JSONResponse({"data": [{"b64_json": "PGh0bWw+"}]}), (Outcome.BAD_ANSWER, CHARGED, None)),
    "a code that is none": (ODD_CODE, (Outcome.MISCONFIGURED, NOT_CHARGED, None)),
    "no address": (
        Response('{"data": [{"url": "https://a.test/\\ud800"}]}', media_type="application/json"),
        (Outcome.BAD_ANSWER, CHARGED, None),
    ),
    "a list": (JSONResponse([1, 2]), (Outcome.BAD_ANSWER, CHARGED, None)),
}


async def test_each_refusal_is_understood() -> None:
    """Status and error code together say what it is; only what may have been painted is charged."""
    found = {}
    async with openai_service() as service:
        for name, (answer, _) in ANSWERS.items():
            service.answers.append(answer)
            with pytest.raises(ProviderFailed) as caught:
                await provider(service).make(order())
            found[name] = (caught.value.outcome, caught.value.is_charged, caught.value.retry_after_s)
    assert found == {name: expected for name, (_, expected) in ANSWERS.items()}


async def test_the_key_is_in_no_message() -> None:
    """A service that quotes the key in its refusal is quoted without it."""
    wrong = "sk-wrong-but-still-a-secret"
    async with openai_service() as service:
        with pytest.raises(ProviderFailed) as caught:
            await provider(service, key=wrong).make(order())
    assert caught.value.outcome is Outcome.UNAUTHORIZED
    assert "Incorrect API key provided" in caught.value.message
    assert wrong not in str(caught.value)


async def test_an_unknown_model_is_a_fault_of_the_settings() -> None:
    """A model the service does not have is told as such, by a look at no cost or by the first order."""
    async with openai_service() as service:
        with pytest.raises(ProviderFailed, match="does not exist") as caught:
            await provider(service, model="gpt-image-99").make(order())
        assert caught.value.outcome is Outcome.MISCONFIGURED
        assert await provider(service).look() == "openai answers, model gpt-image-1"
        with pytest.raises(ProviderFailed):
            await provider(service, key="wrong-key").look()


async def test_without_a_key_the_real_one_is_not_called() -> None:
    """No key and no address of one's own: refused here, no connection is opened."""
    with pytest.raises(ProviderFailed, match="provider_key is empty") as caught:
        await asyncio.wait_for(OpenAiImages().make(order()), 60)
    assert caught.value.outcome is Outcome.UNAUTHORIZED
