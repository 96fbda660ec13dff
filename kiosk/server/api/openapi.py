"""`/openapi.json`, complete and true: every call lists every status that can come, each error as problem+json."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kiosk.protocol.pairing import PairingProblem
from kiosk.protocol.service import Problem
from kiosk.server.api.openapi_examples import BODIES
from kiosk.server.api.problems import MEDIA_TYPE

_OPEN = frozenset({"/healthz", "/readyz", "/api/version"})
_PAIRING = "/api/device/"  # open as well, but not without end
_POLL = "/api/device/token"
_ADMIN = ("/api/admin/", "/metrics", "/api/artworks/backfill-impressions")
_SPECIFIC = {
    ("/api/artworks/batch-impressions", "post"): (),
    ("/api/artworks", "get"): (404,),
    ("/api/artworks/{artwork_id}", "patch"): (403, 404),
    ("/api/artworks/{artwork_id}", "delete"): (403, 404),
    ("/api/artworks/{artwork_id}/viewed", "post"): (404,),
    ("/api/artworks/{artwork_id}/vote", "post"): (404,),
    ("/api/artworks/backfill-impressions", "post"): (404,),
    ("/api/generate-art/{job_id}", "get"): (404,),
    ("/api/images/{sha256}", "get"): (404, 416),
    ("/api/admin/backup", "get"): (409,),
    ("/api/admin/rebuild-spans", "post"): (404,),
    ("/api/admin/purge-impressions", "post"): (404,),
    ("/api/admin/users", "post"): (409,),
    ("/api/admin/devices", "post"): (404, 409),
    ("/api/admin/devices/{device_id}", "delete"): (404,),
    ("/api/admin/tokens/{fingerprint}", "delete"): (404,),
}
_WORDS = {
    400: "Malformed",
    401: "No token, or a wrong one",
    403: "Not for this caller to do",
    404: "Not there, or not for this caller",
    409: "The name is taken, or a backup is being made",
    413: "Too large",
    416: "No byte of the range is there",
    422: "Well formed, but wrong",
    429: "Too much; wait as Retry-After says",
    500: "The server failed",
    503: "The server cannot right now",
}


_REF = "#/components/"
_HEADERS = {
    "X-Request-ID": ("What the server's log calls this request: the caller's own id when it is a sane one.", "string"),
    "Retry-After": ("Seconds to wait.", "integer"),
    "WWW-Authenticate": ("How to authenticate.", "string"),
    "ETag": ("The image's SHA-256, in quotes.", "string"),
    "Cache-Control": ("Whether and how long the reply may be kept.", "string"),
    "Accept-Ranges": ("bytes", "string"),
    "Content-Range": ("Which bytes of how many.", "string"),
    "Location": ("Where the job's state is told.", "string"),
    "Preference-Applied": ("The wait that was granted.", "string"),
}
_EVERY_REPLY = ("X-Request-ID", "Cache-Control")
_OF_STATUS: Mapping[str, tuple[str, ...]] = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
_OF_CALL: Mapping[tuple[str, str, str], tuple[str, ...]] = {
    ("/api/images/{sha256}", "get", "200"): ("ETag", "Accept-Ranges"),
    ("/api/images/{sha256}", "get", "206"): ("ETag", "Accept-Ranges", "Content-Range"),
    ("/api/images/{sha256}", "get", "304"): ("ETag",),
    ("/api/images/{sha256}", "get", "416"): ("Content-Range",),
    ("/api/generate-art", "post", "200"): ("Preference-Applied",),
    ("/api/generate-art", "post", "202"): ("Preference-Applied", "Location"),
}
_NOT_ALWAYS = frozenset({"Retry-After", "Preference-Applied"})


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the app's OpenAPI document."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for model in (Problem, PairingProblem):
            schemas[model.__name__] = model.model_json_schema(by_alias=True, mode="serialization")
        components["headers"] = {
            name: {"description": about, "required": name not in _NOT_ALWAYS, "schema": {"type": kind}}
            for name, (about, kind) in _HEADERS.items()
        }
        for path, calls in document["paths"].items():
            for method, call in calls.items():
                _complete(path, method, call)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(path: str, method: str, call: dict[str, Any]) -> None:
    responses = call["responses"]
    responses.pop("422", None)
    for status in sorted(_statuses(path, method, call)):
        schema = "PairingProblem" if (path, status) == (_POLL, 400) else "Problem"
        responses[str(status)] = {
            "description": _WORDS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}schemas/{schema}"}}},
        }
    for status, reply in responses.items():
        reply["headers"] = {
            name: {"$ref": f"{_REF}headers/{name}"}
            for name in (
                *_EVERY_REPLY,
                *_OF_STATUS.get(status, ()),
                *_OF_CALL.get((path, method, status), ()),
            )
        }
    for kind, content in call.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json" and (path, method) in BODIES:
            content["example"] = BODIES[path, method]
    if path in _OPEN or path.startswith(_PAIRING):
        call["security"] = []


def _statuses(path: str, method: str, call: dict[str, Any]) -> set[int]:
    found = {500, 503, *_SPECIFIC.get((path, method), ())}
    if path not in _OPEN:
        found.add(429)
    if path not in _OPEN and not path.startswith(_PAIRING):
        found.add(401)
    if path.startswith(_ADMIN):
        found.add(403)
    if "requestBody" in call:
        found |= {400, 413, 422}
    if call.get("parameters"):
        found.add(422)
    return found
