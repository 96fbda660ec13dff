"""The catalogue over HTTP."""

from pathlib import Path

import pytest

from tests.server.harness import kiosk_on, problem_of, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


async def test_all_pieces_newest_first_page_by_page(tmp_path: Path) -> None:
    """Pages of two bring each of five pieces once, the last added first, and the last page leads nowhere."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        added = [(await upload(display, number))["id"] for number in range(5)]
        found: list[str] = []
        before: str | None = None
        for expected in (2, 2, 1):
            params = {"limit": 2} | ({"before": before} if before else {})
            page = (await display.get("/api/artworks", params=params)).raise_for_status().json()
            assert len(page["artworks"]) == expected
            found += [piece["id"] for piece in page["artworks"]]
            before = page["next"]
        assert before is None
        assert found == added[::-1]
        assert not (await display.get("/api/artworks", params={"origin": "generated"})).json()["artworks"]


async def test_a_removed_piece_and_another_users_private_one_are_not_in_it(tmp_path: Path) -> None:
    """The catalogue has what the caller may see, nothing else, and does not go on from what it may not."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as ours:
        mine, gone = await upload(ours, 1, private="true"), await upload(ours, 2)
        (await ours.delete(f"/api/artworks/{gone['id']}")).raise_for_status()
        assert [piece["id"] for piece in (await ours.get("/api/artworks")).json()["artworks"]] == [mine["id"]]
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await theirs.get("/api/artworks")).json() == {"artworks": [], "next": None}
            refused = await theirs.get("/api/artworks", params={"before": mine["id"]})
            assert (refused.status_code, problem_of(refused)["code"]) == (404, "not_found")
