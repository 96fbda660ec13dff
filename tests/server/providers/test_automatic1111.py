"""AUTOMATIC1111 over real sockets."""

import pytest
from fastapi.responses import JSONResponse

from kiosk.server.providers.automatic1111 import SEED_LIMIT, Automatic1111
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintOrder, ProviderFailed
from tests.server.providers.automatic1111_service import LOADED, automatic1111_service, handled
from tests.server.providers.pictures import order

pytestmark = pytest.mark.anyio


async def test_a_picture_comes_with_its_seed_and_its_model() -> None:
    """Sides in steps of 64 within a megapixel, a seed within torch's range; the model told is the one that painted."""
    async with automatic1111_service() as service:
        big = PaintOrder(order().genome, "blue silk", 2**40 + 5, 1920, 1080)
        image = await Automatic1111(url=service.url).make(big)
    (asked,) = service.requests
    assert (asked.width, asked.height, asked.prompt, asked.batch_size) == (1344, 768, "blue silk", 1)
    assert (image.width_px, image.height_px) == (1344, 768)
    assert asked.seed == (2**40 + 5) % SEED_LIMIT
    assert (image.model, image.facts["seed"]) == (LOADED, asked.seed)


async def test_a_checkpoint_is_asked_for_and_the_truth_is_told() -> None:
    """A checkpoint of the settings is asked for; where the service passes it over, the provenance says which it was."""
    async with automatic1111_service() as service:
        known = await Automatic1111(url=service.url, model="sdxl_base_1.0.safetensors").make(order())
        unknown = await Automatic1111(url=service.url, model="nothing.safetensors").make(order())
    assert (known.model, unknown.model) == ("sdxl_base_1.0", LOADED)


async def test_a_data_url_is_a_picture_too() -> None:
    """Older versions wrote `data:image/png;base64,` first."""
    async with automatic1111_service() as service:
        service.prefix = "data:image/png;base64,"
        assert (await Automatic1111(url=service.url).make(order())).media_type == "image/png"


async def test_its_own_sign_in_is_basic() -> None:
    """`user:password` opens what --api-auth shut, and any other does not; neither shows in a message."""
    async with automatic1111_service(auth="wall:very-secret") as service:
        image = await Automatic1111(url=service.url, key="wall:very-secret").make(order())
        assert image.media_type == "image/png"
        with pytest.raises(ProviderFailed, match="Incorrect username or password") as caught:
            await Automatic1111(url=service.url, key="wall:not-this-one").make(order())
    assert caught.value.outcome is Outcome.UNAUTHORIZED
    assert "not-this-one" not in str(caught.value)


VALIDATION = JSONResponse({"detail": [{"loc": ["body", "seed"], "msg": "not an integer", "type": "type_error"}]}, 422)
ANSWERS = {
    "validation": (VALIDATION, Outcome.MISCONFIGURED),
    "started without --api": (JSONResponse({"detail": "Not Found"}, 404), Outcome.MISCONFIGURED),
    "out of memory": (handled(500, "OutOfMemoryError", errors="CUDA out of memory."), Outcome.UNAVAILABLE),
    "no picture": (JSONResponse({"images": [], "parameters": {}, "info": "{}"}), Outcome.BAD_ANSWER),
    "null": (JSONResponse({"images": [None], "info": "no JSON"}), Outcome.BAD_ANSWER),
}


async def test_each_refusal_is_understood() -> None:
    """FastAPI's validation, a missing route, its own handler's errors, and an answer without a picture."""
    found = {}
    async with automatic1111_service() as service:
        for name, (answer, _) in ANSWERS.items():
            service.answers.append(answer)
            with pytest.raises(ProviderFailed) as caught:
                await Automatic1111(url=service.url).make(order())
            found[name] = caught.value.outcome
    assert found == {name: expected for name, (_, expected) in ANSWERS.items()}


async def test_its_password_is_in_no_message() -> None:
    """A refusal that quotes the password alone is quoted without it."""
    async with automatic1111_service() as service:
        service.answers.append(JSONResponse({"detail": "bad password hunter22 for bob"}, 401))
        with pytest.raises(ProviderFailed, match=r"bad password \*\*\* for bob"):
            await Automatic1111(url=service.url, key="bob:hunter22").make(order())


async def test_a_look_counts_its_models() -> None:
    """The look asks for the list of models."""
    async with automatic1111_service() as service:
        assert await Automatic1111(url=service.url).look() == "automatic1111 answers, with 1 models"
