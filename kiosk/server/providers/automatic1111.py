"""AUTOMATIC1111's stable-diffusion-webui, started with --api, and what speaks as it does.

    POST {base}/sdapi/v1/txt2img  {"prompt", "seed", "width", "height", …}
    200  {"images": ["base64", …], "parameters": {…}, "info": "JSON as text"}
    4xx  {"detail": …} of the validation, or {"error", "detail", "body", "errors"} of its own handler

Shapes after its `modules/api/api.py`. Its --api-auth is basic: `generate.provider_key` is then `user:password`.
"""

import json
from typing import Any, Final

from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintedImage, PaintOrder, ProviderFailed
from kiosk.server.providers.received import received
from kiosk.server.providers.sizes import fitted
from kiosk.server.providers.wire import Wire, basic_or_bearer, secrets_of

NAME: Final = "automatic1111"
BASE_URL: Final = "http://127.0.0.1:7860"
PIXELS: Final = 1024 * 1024
STEP_PX: Final = 64
SEED_LIMIT: Final = 2**32 - 1  # torch's generators take no more
_KEEP: Final = "the model that is loaded"


class Automatic1111:
    """Asks for one picture at a time."""

    name = NAME

    def __init__(self, *, url: str = "", key: str = "", model: str = "") -> None:
        self.model = model or _KEEP
        self._checkpoint = model
        self._wire = Wire(
            provider=NAME, base_url=url or BASE_URL, authorization=basic_or_bearer(key), secrets=secrets_of(key)
        )

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture; raise ProviderFailed."""
        asked = request_of(order, self._checkpoint)
        reply = await self._wire.json("POST", "/sdapi/v1/txt2img", body=asked)
        images = reply.get("images") if isinstance(reply, dict) else None
        if not isinstance(images, list) or not images or not isinstance(images[0], str):
            raise ProviderFailed(Outcome.BAD_ANSWER, f"{NAME} sent no picture.", is_charged=True)
        model = _model_in(reply.get("info")) or self.model
        return await received(images[0], provider=NAME, model=model, facts={"seed": asked["seed"]})

    async def look(self) -> str:
        """Return in a few words what is found there; raise ProviderFailed."""
        models = await self._wire.json("GET", "/sdapi/v1/sd-models")
        return f"{NAME} answers, with {len(models) if isinstance(models, list) else 0} models"


def request_of(order: PaintOrder, checkpoint: str) -> dict[str, Any]:
    """Return the body that asks for an order; "" keeps the checkpoint that is loaded."""
    width, height = fitted(order.width_px, order.height_px, pixels=PIXELS, step_px=STEP_PX)
    body = {
        "prompt": order.prompt,
        "seed": order.seed % SEED_LIMIT,
        "width": width,
        "height": height,
        "batch_size": 1,
        "n_iter": 1,
        "send_images": True,
        "save_images": False,
    }
    return body | ({"override_settings": {"sd_model_checkpoint": checkpoint}} if checkpoint else {})


def _model_in(info: Any) -> str:
    """Return the checkpoint's name out of `info`, "" where it is not told."""
    try:
        told = json.loads(info) if isinstance(info, str) else {}
    except (ValueError, RecursionError):
        return ""
    name = told.get("sd_model_name") if isinstance(told, dict) else None
    return name[:100] if isinstance(name, str) and name.isprintable() else ""
