"""`/openapi.json`, complete and true: every call lists every status that can come, each error as problem+json."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from kiosk.protocol.service import Problem
from kiosk.server.api.problems import MEDIA_TYPE

_OPEN = frozenset({"/healthz", "/readyz", "/api/version"})
_ADMIN = ("/api/admin/", "/metrics", "/api/artworks/backfill-impressions")
_SPECIFIC = {
    ("/api/artworks/batch-impressions", "post"): (),
    ("/api/artworks/{artwork_id}/viewed", "post"): (404,),
    ("/api/artworks/{artwork_id}/vote", "post"): (404,),
    ("/api/artworks/backfill-impressions", "post"): (404,),
    ("/api/generate-art/{job_id}", "get"): (404,),
    ("/api/images/{sha256}", "get"): (404, 416),
    ("/api/admin/users", "post"): (409,),
    ("/api/admin/devices", "post"): (404, 409),
    ("/api/admin/devices/{device_id}", "delete"): (404,),
}
_WORDS = {
    400: "Malformed",
    401: "No token, or a wrong one",
    403: "Not an administrator",
    404: "Not there, or not for this caller",
    409: "The name is taken",
    413: "Too large",
    416: "No byte of the range is there",
    422: "Well formed, but wrong",
    429: "Too much; wait as Retry-After says",
    500: "The server failed",
    503: "The server cannot right now",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the app's OpenAPI document."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = Problem.model_json_schema(by_alias=True)
        for path, calls in document["paths"].items():
            for method, call in calls.items():
                _complete(path, method, call)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(path: str, method: str, call: dict[str, Any]) -> None:
    responses = call["responses"]
    responses.pop("422", None)
    for status in _statuses(path, method, call):
        responses[str(status)] = {
            "description": _WORDS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if path in _OPEN:
        call.pop("security", None)


def _statuses(path: str, method: str, call: dict[str, Any]) -> set[int]:
    found = {500, 503, *_SPECIFIC.get((path, method), ())}
    if path not in _OPEN:
        found |= {401, 429}
    if path.startswith(_ADMIN):
        found.add(403)
    if "requestBody" in call:
        found |= {400, 413, 422}
    if call.get("parameters"):
        found.add(422)
    return found
