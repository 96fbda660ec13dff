"""A local service that speaks as stable-diffusion-webui with --api does: its checks, its answers, its error forms.

After its `modules/api/api.py`: a validation's 422 is FastAPI's own, its handler's errors have four fields, and a
checkpoint it does not know is passed over for the one that is loaded.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from tests.fakes.web import serving
from tests.server.providers.pictures import painted

LOADED = "v1-5-pruned-emaonly"
KNOWN = {"sdxl_base_1.0.safetensors": "sdxl_base_1.0"}


class Txt2Img(BaseModel):
    """The fields of a request that matter here, typed as the service's model has them."""

    prompt: str = ""
    seed: int = -1
    width: int = 512
    height: int = 512
    batch_size: int = 1
    n_iter: int = 1
    send_images: bool = True
    save_images: bool = False
    override_settings: dict[str, Any] | None = None


def handled(status: int, error: str, *, detail: str = "", errors: str = "") -> JSONResponse:
    """An error as its own handler writes it."""
    return JSONResponse({"error": error, "detail": detail, "body": "", "errors": errors}, status)


@dataclass
class Automatic1111Service:
    """The service; `auth` is its --api-auth, `prefix` what older versions put before their base64."""

    url: str = ""
    auth: str = ""
    prefix: str = ""
    requests: list[Txt2Img] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def txt2img(self, asked: Txt2Img, request: Request) -> Response:
        """Paint what is asked."""
        self.requests.append(asked)
        if self.auth:
            wanted = base64.b64encode(self.auth.encode()).decode()
            if request.headers.get("authorization") != f"Basic {wanted}":
                return handled(401, "HTTPException", detail="Incorrect username or password")
        if self.answers:
            return self.answers.pop(0)
        wanted_model = (asked.override_settings or {}).get("sd_model_checkpoint", "")
        model = KNOWN.get(wanted_model, LOADED)
        picture = self.prefix + base64.b64encode(painted(asked.width, asked.height, seed=asked.seed)).decode()
        info = json.dumps({"prompt": asked.prompt, "seed": asked.seed, "sd_model_name": model, "infotexts": ["…"]})
        return JSONResponse({"images": [picture], "parameters": asked.model_dump(), "info": info})


@asynccontextmanager
async def automatic1111_service(*, auth: str = "") -> AsyncIterator[Automatic1111Service]:
    """Run the service for the length of the block."""
    service = Automatic1111Service(auth=auth)
    app = FastAPI()
    app.post("/sdapi/v1/txt2img", response_model=None)(service.txt2img)
    app.get("/sdapi/v1/sd-models")(lambda: [{"title": title, "model_name": name} for title, name in KNOWN.items()])
    async with serving(app) as url:
        service.url = url
        yield service
