"""What calls depend on: the services, and who is calling, which is judged before anything of a body is read."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from kiosk.server import logs
from kiosk.server.api.problems import ApiProblem, retry_after
from kiosk.server.auth import Principal
from kiosk.server.tries import TooOften
from kiosk.server.wiring import Services

_bearer = HTTPBearer(auto_error=False, description="The token of a display or an administrator.")


def services_of(request: Request) -> Services:
    """Return the services of this app."""
    services: Services = request.app.state.services
    return services


async def _services(request: Request) -> Services:
    return services_of(request)  # asynchronous, because FastAPI sends plain functions through a thread


def address_of(request: Request) -> str:
    """Return the address a request came from; with trusted proxies, the one they name."""
    return request.client.host if request.client else ""


async def principal_of(request: Request, token: str) -> Principal | None:
    """Return whom a token speaks for, or None; TooOften after too many wrong ones from the request's address.

    A good token never waits. One that was wrong before is not looked up again while its address has to wait.
    """
    services, address = services_of(request), address_of(request)
    wait_s = services.wrong_tokens.wait_s(address) if services.authenticator.was_wrong(token) else None
    found = None if wait_s is not None else await services.authenticator.principal(token)
    if found is None and wait_s is None:
        wait_s = services.wrong_tokens.count(address)
    if wait_s is not None:
        raise TooOften("Too many wrong tokens.", wait_s)
    return found


class CallerFirst(APIRoute):
    """A route that judges the caller, where its call depends on one, before it reads the body.

    It notes first when the request came: ages in it count from there, however long judging and reading take.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the judgement before it."""
        handle = super().get_route_handler()
        wanted = set(_calls_of(self.dependant))
        if caller not in wanted:
            return handle

        async def judge_and_handle(request: Request) -> Response:
            request.state.came_ms = services_of(request).now_ms()
            principal = request.state.caller = await _judge(request)
            if administrator in wanted:
                await administrator(principal)
            return await handle(request)

        return judge_and_handle


async def caller(request: Request, _described: Annotated[object, Depends(_bearer)]) -> Principal:
    """Return whom the bearer token speaks for, as `CallerFirst` has found."""
    principal: Principal = request.state.caller
    return principal


async def administrator(principal: Annotated[Principal, Depends(caller)]) -> Principal:
    """Return the caller when they are an administrator; 403 otherwise."""
    if not principal.is_admin:
        raise ApiProblem(403, "forbidden", "This call needs an administrator's token.")
    return principal


async def _came_ms(request: Request) -> int:
    """Return when the request came, as `CallerFirst` has noted it: by this server's clock, ms since 1970."""
    came_ms: int = request.state.came_ms
    return came_ms


Caller = Annotated[Principal, Depends(caller)]
CameMs = Annotated[int, Depends(_came_ms)]
Administrator = Annotated[Principal, Depends(administrator)]
TheServices = Annotated[Services, Depends(_services)]


async def _judge(request: Request) -> Principal:
    """Return whom the bearer token speaks for; 401 without a good one, 429 after too many wrong ones."""
    credentials = await _bearer(request)
    if credentials is None or not credentials.credentials:
        raise ApiProblem(401, "unauthorized", "This call needs a bearer token.", headers={"WWW-Authenticate": "Bearer"})
    try:
        found = await principal_of(request, credentials.credentials)
    except TooOften as error:
        raise ApiProblem(429, "too_many_wrong_tokens", error.message, headers=retry_after(error.wait_s)) from error
    if found is not None:
        logs.note_caller(found.user_id, found.device_id)
        return found
    raise ApiProblem(
        401,
        "unauthorized",
        "This token is unknown or was revoked.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _calls_of(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    yield dependant.call
    for part in dependant.dependencies:
        yield from _calls_of(part)
