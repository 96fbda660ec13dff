"""The description is true: whatever is asked, the status that comes is one it names, and no fault of the server."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.ids import new_id
from kiosk.server.api.openapi import describe
from kiosk.server.main import open_app
from tests.server.harness import client_of, options_on

texts = st.text(max_size=12) | st.sampled_from(
    ["", "0", "-1", "wall", new_id(), "2026-01-01", "\x00", "\ud800", "9" * 30]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def names_in(schema: Any) -> set[str]:
    """Every property named anywhere in a schema."""
    if isinstance(schema, dict):
        own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
        return own.union(*map(names_in, schema.values()))
    return set().union(*map(names_in, schema)) if isinstance(schema, list) else set()


def sendable(text: str) -> str:
    """A text as a URL can hold it."""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("as_admin", [False, True])
@pytest.mark.timeout(300)
def test_every_status_that_comes_is_described(tmp_path: Path, as_admin: bool) -> None:
    """Random parameters, headers and bodies, built from the described names, on every call but the endless one."""
    with open_app(options_on(tmp_path)) as opened:
        assert isinstance(opened.app, FastAPI)
        described = describe(opened.app)
        paths, body_names = described["paths"], st.sampled_from(sorted(names_in(described["components"])))
        calls = [
            (path, method, call)
            for path, methods in paths.items()
            for method, call in methods.items()
            if path != "/api/artworks/stream"
        ]
        token = opened.admin_token if as_admin else opened.device_token

        async def ask(path: str, method: str, call: Any, data: st.DataObject) -> None:
            filled = re.sub(r"\{\w+\}", lambda _: quote(sendable(data.draw(texts)) or "x", safe=""), path)
            query = {
                parameter["name"]: sendable(data.draw(texts))
                for parameter in call.get("parameters", ())
                if parameter["in"] == "query" and data.draw(st.booleans())
            }
            headers = {
                parameter["name"]: re.sub(r"[^!-~]", "x", data.draw(texts))
                for parameter in call.get("parameters", ())
                if parameter["in"] == "header" and parameter["name"] != "prefer" and data.draw(st.booleans())
            } | {"Prefer": "wait=0"}
            content = None
            if "requestBody" in call:
                body = data.draw(st.dictionaries(body_names, values, max_size=5) | values)
                content = data.draw(st.just(json.dumps(body).encode()) | st.binary(max_size=20))
                headers["Content-Type"] = data.draw(st.sampled_from(["application/json", "multipart/form-data", "x/y"]))
            transport = httpx.ASGITransport(opened.app)
            async with client_of(token, transport=transport) as client:
                reply = await client.request(method, filled, params=query, headers=headers, content=content)
            moved = reply.status_code in {404, 405} and "{" in path  # the parameter made it another path
            assert moved or str(reply.status_code) in call["responses"], (method, filled, reply.status_code, reply.text)
            assert reply.status_code < 500, reply.text

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(calls), st.data())
        def every_status_is_described(chosen: tuple[str, str, Any], data: st.DataObject) -> None:
            asyncio.run(ask(*chosen, data))

        every_status_is_described()
