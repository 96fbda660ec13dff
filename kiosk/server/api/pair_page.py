"""The page at /pair, where a signed-in administrator answers a wall that asks to be let in. Plain forms, no script.

    GET /pair -> sign in -> POST /pair/sign-in -> GET /pair?code=… -> POST /pair/decision -> done

The sign-in is an opaque random id in a cookie that only this page gets and no other site can send; the forms carry a
hash of it, so a page elsewhere can neither answer for somebody nor sign them out. Faults are said on the page itself.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kiosk.domain.errors import KioskError
from kiosk.server import store_people, store_sign_ins
from kiosk.server.api import pair_html
from kiosk.server.api.callers import TheServices, address_of, principal_of
from kiosk.server.api.links import page_path, page_url
from kiosk.server.api.pair_html import Answer, Asked, Choice
from kiosk.server.api.problems import retry_after
from kiosk.server.moments import from_ms
from kiosk.server.pairing import SECRET_BYTES, parse_code, shown_code
from kiosk.server.store_pairings import State
from kiosk.server.store_people import NAME_MAX
from kiosk.server.tables import AnyRow
from kiosk.server.tries import TooOften
from kiosk.server.wiring import Services

router = APIRouter(prefix="/pair", include_in_schema=False)

COOKIE = "kiosk_sign_in"
SIGN_IN_S = 1_800
_ENDED = "Your sign-in has ended. Sign in again."
_ANSWERED = {
    State.APPROVED: "This code was approved already.",
    State.CLAIMED: "This code was approved already.",
    State.DENIED: "This code was refused already.",
}


class _Visit(NamedTuple):
    """A request of somebody signed in."""

    path: str
    csrf: str
    address: str


@router.get("")
async def show(services: TheServices, request: Request, code: str = "") -> Response:
    """Show what comes next: the sign-in, the field for the code, or the display that asks."""
    visit = await _visit(services, request)
    if visit is None:
        return _html(pair_html.sign_in(page_path(services.options.public_url), code=code[:20]))
    if not code.strip():
        return _html(pair_html.enter_code(visit.path, csrf=visit.csrf))
    found = await _find(services, visit, code)
    if isinstance(found, Response):
        return found
    return await _confirm(services, visit, found, Answer(found.device_name, "", ""))


@router.post("/sign-in")
async def sign_in(services: TheServices, request: Request) -> Response:
    """Take an admin token and set the cookie; the token itself is not kept."""
    form, path = await _form(request), page_path(services.options.public_url)
    token, code = form.get("token", "").strip(), form.get("code", "")[:20]
    try:
        principal = await principal_of(request, token)
    except TooOften as error:
        page = pair_html.sign_in(path, code=code, problem=_wait(error.message, error.wait_s))
        return _html(page, 429, retry_after(error.wait_s))
    if principal is None:
        return _html(pair_html.sign_in(path, code=code, problem="This token is unknown or was revoked."), 403)
    if not principal.is_admin:
        problem = "This token belongs to a display. An administrator's token is needed here."
        return _html(pair_html.sign_in(path, code=code, problem=problem), 403)
    new, now_ms = secrets.token_urlsafe(SECRET_BYTES), services.now_ms()
    await services.database.write(
        lambda connection: store_sign_ins.add(
            connection, sign_in=new, token=token, now_ms=now_ms, expires_at=now_ms + SIGN_IN_S * 1_000
        )
    )
    response = RedirectResponse(path + ("?" + urlencode({"code": code}) if code else ""), 303)
    is_secure = page_url(request, services.options.public_url).startswith("https:")
    response.set_cookie(COOKIE, new, max_age=SIGN_IN_S, path=path, secure=is_secure, httponly=True, samesite="strict")
    return response


@router.post("/sign-out")
async def sign_out(services: TheServices, request: Request) -> Response:
    """Forget the sign-in."""
    form, visit = await _form(request), await _visit(services, request)
    path = page_path(services.options.public_url)
    response = RedirectResponse(path, 303)
    if visit is not None and _is_ours(visit, form):
        await services.database.write(
            lambda connection: store_sign_ins.end(connection, sign_in=request.cookies[COOKIE])
        )
        response.delete_cookie(COOKIE, path=path)
    return response


@router.post("/decision")
async def decide(services: TheServices, request: Request) -> Response:
    """Approve or refuse the display that shows this code."""
    form, visit = await _form(request), await _visit(services, request)
    if visit is None or not _is_ours(visit, form):
        page = pair_html.sign_in(page_path(services.options.public_url), code=form.get("code", "")[:20], problem=_ENDED)
        return _html(page, 403)
    found = await _find(services, visit, form.get("code", ""))
    if isinstance(found, Response):
        return found
    answer = Answer(form.get("name", ""), form.get("user", ""), form.get("new_user", ""))
    try:
        if form.get("decision") != "approve":
            await services.pairing.refuse(found.user_code)
            return _html(pair_html.refused(visit.path, csrf=visit.csrf))
        name = store_people.clean_name(answer.name)
        user = answer.user or store_people.clean_name(answer.new_user)
        if name is None or user is None:
            whose = "the display" if name is None else "the new user"
            problem = f"Give {whose} a name of 1 to {NAME_MAX} printable characters."
            return await _confirm(services, visit, found, answer, problem)
        owner = await services.pairing.approve(found.user_code, user=user, is_new=not answer.user, name=name)
    except KioskError as error:
        return await _confirm(services, visit, found, answer, error.message)
    return _html(pair_html.approved(visit.path, csrf=visit.csrf, device=name, user=owner.name))


async def _visit(services: Services, request: Request) -> _Visit | None:
    """Return the visit when its cookie belongs to a sign-in that holds, of an admin token that does."""
    cookie, now_ms = request.cookies.get(COOKIE, ""), services.now_ms()
    if not cookie:
        return None
    digest = await services.database.read(
        lambda connection: store_sign_ins.token_sha256_of(connection, sign_in=cookie, now_ms=now_ms)
    )
    principal = await services.authenticator.principal_of(digest) if digest is not None else None
    if principal is None or not principal.is_admin:
        return None
    csrf = hashlib.sha256(b"form of " + cookie.encode()).hexdigest()
    return _Visit(page_path(services.options.public_url), csrf, address_of(request))


async def _find(services: Services, visit: _Visit, code: str) -> AnyRow | Response:
    """Return the open pairing with this code, or the page that asks for another one and says why."""

    def again(problem: str, status: int, headers: dict[str, str] | None = None) -> Response:
        return _html(
            pair_html.enter_code(visit.path, csrf=visit.csrf, code=code[:20], problem=problem), status, headers
        )

    try:
        found = await services.pairing.find(code, address=visit.address)
    except TooOften as error:
        return again(_wait(error.message, error.wait_s), 429, retry_after(error.wait_s))
    if found is None:
        if parse_code(code) is None:
            return again("A code has eight letters, and none of A, E, I, O, U and Y.", 422)
        return again("No display shows this code. Is every letter right?", 404)
    if found.state != State.PENDING:
        return again(_ANSWERED[State(found.state)], 409)
    if found.expires_at <= services.now_ms():
        return again("This code has expired. Start kiosk pair again and enter the new one.", 410)
    return found


async def _confirm(services: Services, visit: _Visit, found: AnyRow, answer: Answer, problem: str = "") -> Response:
    users = await services.database.read(store_people.list_users)
    if not problem and len(users) == 1:
        answer = answer._replace(user=users[0].public_id)
    began = from_ms(found.created_at)
    minutes = (services.clock.now() - began) // timedelta(minutes=1)
    ago = "just now" if minutes < 1 else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    page = pair_html.confirm(
        visit.path,
        csrf=visit.csrf,
        asked=Asked(shown_code(found.user_code), found.device_name, found.address, f"{ago} ({began:%H:%M} UTC)"),
        users=[Choice(user.public_id, user.name) for user in users],
        answer=answer,
        problem=problem,
    )
    return _html(page, 422 if problem else 200)


def _is_ours(visit: _Visit, form: dict[str, str]) -> bool:
    return hmac.compare_digest(visit.csrf.encode(), form.get("csrf", "").encode())


def _wait(what: str, wait_s: float) -> str:
    return f"{what} Wait {max(1, round(wait_s))} seconds, then try again."


def _html(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(page, status, {**pair_html.headers(), **(headers or {})})


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
