"""Upkeep over HTTP: for administrators, for one user or all, and nothing is written by looking."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kiosk.domain.ids import new_id
from kiosk.server import store_spans
from kiosk.server.tables import spans
from tests.server.harness import Kiosk, impression, kiosk_on, problem_of, queue_of, send, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]

BACKFILL, REBUILD, PURGE = (
    "/api/artworks/backfill-impressions",
    "/api/admin/rebuild-spans",
    "/api/admin/purge-impressions",
)


def differs(kiosk: Kiosk, user: int) -> bool:
    """Whether a user's spans are not what they must be."""
    return bool(kiosk.services.database.read_now(lambda connection: store_spans.differences(connection, user=user)))


@pytest.mark.parametrize(("path", "body"), [(BACKFILL, {}), (REBUILD, {}), (PURGE, {"before": "2026-01-01T00:00:00Z"})])
async def test_upkeep_is_for_administrators_and_known_users(tmp_path: Path, path: str, body: dict[str, Any]) -> None:
    """A display's token is 403; an unknown user, is 404."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.admin() as admin:
        assert (await display.post(path, json=body)).status_code == 403
        for name in (new_id(), "nobody", ""):
            reply = await admin.post(path, json={**body, "userId": name})
            assert reply.status_code == 404, name
            problem_of(reply)
        assert (await admin.post(path, json={**body, "userId": "\u0000"})).status_code in {404, 422}
        assert (await admin.post(path, json=body)).status_code == 200


async def test_rebuilding_mends_what_a_check_only_finds(tmp_path: Path) -> None:
    """Spans that say too much are told by a check, mended by a rebuild, of the user named alone."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.admin() as admin:
        await kiosk.new_user("mara")
        for number in range(3):
            piece = await upload(display, number)
            await send(display, impression(piece["id"]))
        broken = update(spans).where(spans.c.lane == 0).values(hi=2**60 - 1)
        kiosk.services.database.write_now(lambda connection: connection.execute(broken))
        for _ in range(2):
            found = (await admin.post(REBUILD, json={"check": True})).json()
            assert [(user["name"], user["differs"]) for user in found["users"]] == [("mara", True), ("wall", True)]
            assert found["written"] is False
        mended = (await admin.post(REBUILD, json={"userId": "wall"})).json()
        wall = mended["users"][0]
        assert (wall["name"], wall["stored"], wall["due"], wall["differs"]) == ("wall", 3, 3, True)
        assert (differs(kiosk, 1), differs(kiosk, 2)) == (False, True)
        assert (await admin.post(REBUILD, json={})).json()["users"][0]["differs"] is True
        assert [user["differs"] for user in (await admin.post(REBUILD, json={})).json()["users"]] == [False, False]


async def test_what_is_purged_is_unseen_again(tmp_path: Path) -> None:
    """Only what was seen before the time, only of the user named; plays stay counted."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.admin() as admin:
        old, young = [await upload(display, number) for number in range(2)]
        await send(display, impression(old["id"]))
        kiosk.clock.advance(3_600)
        await send(display, impression(young["id"]))
        assert await queue_of(display) == []
        half_past = "2026-01-01T00:30:00Z"
        await kiosk.new_user("mara")
        assert (await admin.post(PURGE, json={"before": half_past, "userId": "mara"})).json() == {"purged": 0}
        assert (await admin.post(PURGE, json={"before": half_past})).json() == {"purged": 1}
        assert await queue_of(display) == [(old["id"], "unseen")]
        assert (await display.get("/api/usage")).json()["impressions"] == 2
        assert not differs(kiosk, 1)
