"""Errors on the wire: `application/problem+json` after RFC 9457, for every fault, whoever finds it.

400 malformed · 401 no or a wrong token · 403 not an administrator · 404 · 405 · 409 · 413 too large · 416 · 422 well
formed but wrong · 429 with Retry-After · 500 · 503 the server cannot right now.
"""

import errno
import logging
import math
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kiosk.domain.errors import BadPicture, KioskError
from kiosk.protocol.service import Problem
from kiosk.server import logs
from kiosk.server.database import DatabaseClosing
from kiosk.server.gate import Busy
from kiosk.server.store_jobs import KeyReused, TooManyJobs
from kiosk.server.store_people import NameTaken, NotFound

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
BUSY_RETRY_AFTER_S = 5.0
STORAGE_RETRY_AFTER_S = 10.0
_DISK_FULL = "53100"  # PostgreSQL's SQLSTATE

_CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "invalid",
}
_STATUS_OF: Mapping[type[KioskError], int] = {
    NotFound: 404,
    NameTaken: 409,
    KeyReused: 422,
    BadPicture: 422,
    TooManyJobs: 429,
    Busy: 503,
    DatabaseClosing: 503,
}
_UNPARSABLE = ("json_invalid", "json_type")


class ApiProblem(Exception):
    """A call that ends with an error reply."""

    def __init__(self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


def retry_after(seconds: float) -> dict[str, str]:
    """Return the header that asks to wait `seconds`, at least one."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def describe(status: int, code: str, detail: str) -> Problem:
    """Return a problem of the request being answered."""
    request = logs.current_request()
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id="" if request is None else request.id,
    )


def reply(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as a response."""
    problem = describe(status, code, detail)
    every = {"Cache-Control": "no-store", **(headers or {})}
    return Response(problem.wire(), status, headers=every, media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Turn every exception a call may end with into a problem."""
    app.exception_handler(ApiProblem)(_on_problem)
    app.exception_handler(KioskError)(_on_kiosk_error)
    app.exception_handler(HTTPException)(_on_http)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(RecursionError)(_on_recursion)
    app.exception_handler(UnicodeEncodeError)(_on_half_character)
    app.exception_handler(ClientDisconnect)(_on_hang_up)
    app.exception_handler(DBAPIError)(_on_database)
    app.exception_handler(PoolTimeout)(_on_no_connection)
    app.exception_handler(OSError)(_on_disk)
    app.exception_handler(Exception)(_on_unexpected)


async def _on_problem(_request: Request, error: ApiProblem) -> Response:
    return reply(error.status, error.code, error.detail, error.headers)


async def _on_kiosk_error(_request: Request, error: KioskError) -> Response:
    status = _STATUS_OF.get(type(error), 500)
    headers = retry_after(error.retry_after_s) if isinstance(error, TooManyJobs) else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = retry_after(BUSY_RETRY_AFTER_S)
    return reply(status, error.code, str(error), headers)


async def _on_http(_request: Request, error: HTTPException) -> Response:
    detail = str(error.detail or HTTPStatus(error.status_code).phrase)
    return reply(error.status_code, _CODES.get(error.status_code, "error"), detail, error.headers)


async def _on_invalid(_request: Request, error: RequestValidationError) -> Response:
    faults = error.errors()
    if any(fault["type"] in _UNPARSABLE for fault in faults):
        return reply(400, "malformed", "The body is not JSON.")
    first = faults[0]
    place = ".".join(str(part) for part in first["loc"])
    return reply(422, "invalid", f"{place}: {first['msg']}.".encode("utf-8", "replace").decode())


async def _on_recursion(_request: Request, _error: RecursionError) -> Response:
    return reply(400, "malformed", "The body is nested too deeply.")


async def _on_half_character(_request: Request, _error: UnicodeEncodeError) -> Response:
    return reply(422, "invalid", "A text holds half a character (a lone surrogate).")


async def _on_hang_up(_request: Request, _error: ClientDisconnect) -> Response:
    return reply(400, "incomplete", "The body ended before it was whole.")


async def _on_database(_request: Request, error: DBAPIError) -> Response:
    if isinstance(error, DataError):
        return reply(422, "invalid", "A value is outside of what the database can hold.")
    if not isinstance(error, OperationalError | InterfaceError):
        log.error("the database refused a statement", exc_info=error)
        return reply(500, "internal", "The server failed on this request.")
    log.error("the database cannot be used: %s", error.orig)
    full = "full" in str(error.orig) or getattr(error.orig, "sqlstate", "") == _DISK_FULL
    code, detail = ("storage_full", "The disk is full.") if full else ("database", "The database cannot be used now.")
    return reply(503, code, detail, retry_after(STORAGE_RETRY_AFTER_S))


async def _on_no_connection(_request: Request, error: PoolTimeout) -> Response:
    log.error("every connection to the database is taken: %s", error)
    return reply(503, "database", "The database cannot be used now.", retry_after(STORAGE_RETRY_AFTER_S))


async def _on_disk(_request: Request, error: OSError) -> Response:
    log.error("the disk cannot be used: %s", error)
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    code, detail = ("storage_full", "The disk is full.") if full else ("storage", "The server's disk cannot be used.")
    return reply(503, code, detail, retry_after(STORAGE_RETRY_AFTER_S))


async def _on_unexpected(_request: Request, _error: Exception) -> Response:
    return reply(500, "internal", "The server failed on this request.")
