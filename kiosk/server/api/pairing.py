"""Pairing over HTTP, after RFC 8628: a wall asks for codes, then polls for its token. No token is needed for either.

Bodies may be JSON or, as the RFC has them, forms. What is wrong with a poll is told as a problem that has the RFC's
member `error` too. `pair_page` is where the administrator answers.
"""

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from kiosk.protocol.pairing import GRANT_TYPE, DeviceCode, DeviceToken, PairingProblem
from kiosk.server.api.callers import TheServices, address_of
from kiosk.server.api.links import page_url
from kiosk.server.api.problems import MEDIA_TYPE, ApiProblem, describe, retry_after
from kiosk.server.pairing import EXPIRES_S, INTERVAL_S, Paired
from kiosk.server.store_pairings import Refusal
from kiosk.server.store_people import NAME_MAX, clean_name
from kiosk.server.tries import TooOften

router = APIRouter(prefix="/api/device", tags=["pairing"])

DEFAULT_NAME = "Display"
_DETAILS = {
    Refusal.PENDING: "Nobody has entered the code yet.",
    Refusal.SLOW_DOWN: "This was asked too soon; wait five seconds longer between two polls from now on.",
    Refusal.EXPIRED: "The code has expired. Ask for a new one.",
    Refusal.DENIED: "An administrator refused this display.",
    Refusal.INVALID: "This device code is unknown, or was used already.",
}
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


def _described(properties: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties) if is_required else []}
    return {"requestBody": {"required": is_required, "content": {kind: {"schema": schema} for kind in (_JSON, _FORM)}}}


@router.post("/code", openapi_extra=_described({"name": {"type": "string", "maxLength": NAME_MAX}}, is_required=False))
async def device_code(services: TheServices, request: Request) -> DeviceCode:
    """Begin a pairing for a wall, by the name it would like to have."""
    asked = (await _fields(request)).get("name", "")
    name = clean_name(asked) if asked else DEFAULT_NAME
    if name is None:
        raise ApiProblem(422, "invalid", f"A name has 1 to {NAME_MAX} printable characters.")
    try:
        codes = await services.pairing.start(name=name, address=address_of(request))
    except TooOften as error:
        raise ApiProblem(429, error.code, error.message, headers=retry_after(error.wait_s)) from error
    page = page_url(request, services.options.public_url)
    return DeviceCode(
        device_code=codes.device_code,
        user_code=codes.user_code,
        verification_uri=page,
        verification_uri_complete=f"{page}?code={codes.user_code}",
        expires_in=EXPIRES_S,
        interval=INTERVAL_S,
    )


@router.post(
    "/token",
    response_model=DeviceToken,
    openapi_extra=_described(
        {"device_code": {"type": "string"}, "grant_type": {"type": "string", "enum": [GRANT_TYPE]}}, is_required=True
    ),
)
async def device_token(services: TheServices, request: Request) -> Response:
    """Return the display's token once an administrator has approved, the first time it is asked for."""
    try:
        fields = await _fields(request)
    except ApiProblem as error:
        return _refused("invalid_request", error.detail)
    if fields.get("grant_type") != GRANT_TYPE:
        return _refused("unsupported_grant_type", f"grant_type has to be {GRANT_TYPE}.")
    code, address = fields.get("device_code", ""), address_of(request)
    if services.pairing.was_unknown(code) and (wait_s := services.wrong_tokens.wait_s(address)) is not None:
        raise _too_many_wrong(wait_s)
    outcome = await services.pairing.poll(code)
    if isinstance(outcome, Paired):
        token = DeviceToken(
            access_token=outcome.token,
            device=outcome.device,
            user=outcome.user,
        )
        return Response(token.wire(), media_type=_JSON)
    if outcome is Refusal.INVALID and (wait_s := services.wrong_tokens.count(address)) is not None:
        raise _too_many_wrong(wait_s)
    return _refused(outcome, _DETAILS[outcome])


def _too_many_wrong(wait_s: float) -> ApiProblem:
    return ApiProblem(429, "too_many_wrong_tokens", "Too many wrong codes.", headers=retry_after(wait_s))


def _refused(error: str, detail: str) -> Response:
    problem = PairingProblem(**describe(400, error, detail).model_dump(), error=error)
    return Response(problem.wire(), 400, headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)


async def _fields(request: Request) -> dict[str, str]:
    """Return the texts of a JSON object or a form; 400 when the body is neither."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    body = await request.body()
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ApiProblem(400, "malformed", "The body is not JSON.") from error
    if not isinstance(value, dict) or any(not isinstance(text, str) for text in value.values()):
        raise ApiProblem(400, "malformed", "The body is not a JSON object of texts.")
    return value
