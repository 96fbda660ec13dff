"""What calls depend on: the services, and who is calling."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kiosk.server.api.problems import ApiProblem, retry_after
from kiosk.server.auth import Principal
from kiosk.server.wiring import Services

_bearer = HTTPBearer(auto_error=False, description="The token of a display or an administrator.")


def services_of(request: Request) -> Services:
    """Return the services of this app."""
    services: Services = request.app.state.services
    return services


async def caller(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Return whom the bearer token speaks for; 401 without a good one, 429 after too many wrong ones."""
    if credentials is None or not credentials.credentials:
        raise ApiProblem(401, "unauthorized", "This call needs a bearer token.", headers={"WWW-Authenticate": "Bearer"})
    found = await services.authenticator.principal(credentials.credentials)
    if found is not None:
        return found
    wait_s = services.wrong_tokens.count(request.client.host if request.client else "")
    if wait_s is not None:
        raise ApiProblem(429, "too_many_wrong_tokens", "Too many wrong tokens.", headers=retry_after(wait_s))
    raise ApiProblem(
        401,
        "unauthorized",
        "This token is unknown or was revoked.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


async def administrator(principal: Annotated[Principal, Depends(caller)]) -> Principal:
    """Return the caller when they are an administrator; 403 otherwise."""
    if not principal.is_admin:
        raise ApiProblem(403, "forbidden", "This call needs an administrator's token.")
    return principal


Caller = Annotated[Principal, Depends(caller)]
Administrator = Annotated[Principal, Depends(administrator)]
TheServices = Annotated[Services, Depends(services_of)]
