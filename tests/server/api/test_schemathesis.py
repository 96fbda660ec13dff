"""The description against the server, by schemathesis: what it says is sent back is what comes, whatever is asked.

Every call but the endless stream, as a display, as an administrator and as nobody, from a fixed seed.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kiosk.server.api.openapi import describe
from kiosk.server.api.openapi_examples import BODIES
from kiosk.server.main import OpenedApp, open_app
from kiosk.server.options import ServerOptions
from tests.server.harness import client_of, options_on

Operation = APIOperation[Any, Any, Any, Any]
STREAM = "/api/artworks/stream"
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedApp]:
    """The API on a folder of its own, with the bundled pieces to ask about."""
    with open_app(ServerOptions(**{**as_fields(tmp_path_factory.mktemp("folder")), "with_demo": True})) as opened:
        yield opened


def as_fields(folder: Path) -> dict[str, Any]:
    """The options of a test as keyword arguments."""
    options = options_on(folder)
    return {name: getattr(options, name) for name in options.__slots__}


def test_the_description_is_valid(opened: OpenedApp) -> None:
    """It is an OpenAPI 3.1 document, and its examples are of calls there are."""
    document = describe(opened.app)  # type: ignore[arg-type]
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    for path, method in BODIES:
        assert "requestBody" in document["paths"][path][method]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("who", "examples"), [("display", 15), ("administrator", 15), ("nobody", 3)])
def test_what_comes_is_what_is_described(opened: OpenedApp, who: str, examples: int) -> None:
    """No fault of the server, no status, media type, header or body that the description does not have."""
    tokens = {"display": opened.device_token, "administrator": opened.admin_token}
    headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
    schema = schemathesis.openapi.from_dict(describe(opened.app)).exclude(path=STREAM)  # type: ignore[arg-type]
    schema.app = opened.app
    known = things_there_are(opened)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        hold_to_its_description(found.ok(), headers, examples, known)


def things_there_are(opened: OpenedApp) -> list[dict[str, str]]:
    """Pieces to ask about, by the names of path parameters."""

    async def page() -> list[dict[str, str]]:
        async with client_of(opened.device_token, transport=httpx.ASGITransport(opened.app)) as client:
            found = (await client.get("/api/artworks/next")).raise_for_status().json()["artworks"]
        return [{"artwork_id": piece["id"], "sha256": piece["sha256"]} for piece in found]

    return asyncio.run(page())


def hold_to_its_description(
    operation: Operation, headers: dict[str, str], examples: int, known: list[dict[str, str]]
) -> None:
    """Ask one call, the example of its description first; half of the time about something that is there."""

    @seed(4)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(), st.none() | st.sampled_from(known))
    def holds(case: Case[Any], thing: dict[str, str] | None) -> None:
        case.path_parameters |= {name: thing[name] for name in case.path_parameters if thing and name in thing}
        if operation.path == "/api/generate-art":
            case.headers["Prefer"] = "wait=0"
        case.call_and_validate(headers=headers, checks=CHECKS)

    holds()
