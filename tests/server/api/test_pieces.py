"""Pictures in and out over HTTP."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from kiosk.domain.ids import new_id
from tests.server.harness import jpeg, kiosk_on, picture, problem_of, queue_of, upload

pytestmark = pytest.mark.anyio


async def test_an_upload_is_an_artwork(tmp_path: Path) -> None:
    """201 with the artwork: its sizes, its names, its bytes; fresh for who added it."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.post(
            "/api/artworks",
            files={"file": ("Blue Hour.jpg", picture(1))},
            data={"artist": "  Mara\tLind\x00 "},
        )
        assert reply.status_code == 201
        artwork = reply.json()
        assert (artwork["title"], artwork["artist"], artwork["origin"]) == ("Blue Hour", "Mara Lind", "imported")
        assert (artwork["width"], artwork["height"], artwork["mediaType"]) == (32, 18, "image/jpeg")
        assert artwork["bytes"] == len(picture(1))
        assert await queue_of(display) == [(artwork["id"], "fresh")]
        assert (await display.get(artwork["imageUrl"])).content == picture(1)


async def test_the_same_bytes_again_are_there_already(tmp_path: Path) -> None:
    """200 with the first artwork, also when it comes 10 times at once; another user sees the public one too."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        files = {"file": ("a.jpg", picture(1))}
        replies = await asyncio.gather(*(display.post("/api/artworks", files=files) for _ in range(10)))
        assert sorted(reply.status_code for reply in replies) == [200] * 9 + [201]
        assert len({reply.json()["id"] for reply in replies}) == 1
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            assert (await theirs.post("/api/artworks", files=files)).status_code == 200


async def test_a_private_piece_betrays_nothing(tmp_path: Path) -> None:
    """Bytes that lie in somebody's private lane are new to everybody else."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as ours:
        mine = await upload(ours, 1, private="true")
        async with kiosk.client(await kiosk.new_user("mara")) as theirs:
            reply = await theirs.post("/api/artworks", files={"file": ("a.jpg", picture(1))})
            assert reply.status_code == 201
            assert reply.json()["id"] != mine["id"]


async def test_a_bad_picture_is_422_with_its_reason(tmp_path: Path) -> None:
    """What is refused says why, and leaves nothing behind."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for data in (b"", b"GIF89a....", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture(1)[:-40]):
            reply = await display.post("/api/artworks", files={"file": ("a.jpg", data)})
            assert reply.status_code == 422
            assert problem_of(reply)["code"] == "bad_picture"
        assert (await display.get("/api/artworks/stats")).json()["storage"] == 0
        assert not list((tmp_path / "server" / "images").rglob("*.jpg"))


async def test_an_upload_without_a_file_is_422(tmp_path: Path) -> None:
    """The form needs its file."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for reply in (
            await display.post("/api/artworks", data={"title": "x"}),
            await display.post("/api/artworks", files={"other": ("a.jpg", picture(1))}),
            await display.post("/api/artworks", json={}),
        ):
            assert reply.status_code == 422
            problem_of(reply)


async def test_an_upload_beyond_all_bounds_is_413(tmp_path: Path) -> None:
    """A body over the limit is refused while it comes in."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        reply = await display.post("/api/artworks", files={"file": ("a.jpg", bytes(66 * 1024 * 1024))})
        assert reply.status_code == 413
        problem_of(reply)


async def test_images_are_immutable_and_have_a_tag(tmp_path: Path) -> None:
    """Bytes with ETag and a year of caching; who has the tag gets 304; a private piece stays out of shared caches."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        artwork = await upload(display, 1)
        reply = await display.get(artwork["imageUrl"])
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["content-type"] == "image/jpeg"
        assert reply.headers["content-length"] == str(len(picture(1)))
        tag = reply.headers["etag"]
        again = await display.get(artwork["imageUrl"], headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        private = await upload(display, 2, private="true")
        reply = await display.get(private["imageUrl"])
        assert reply.headers["cache-control"] == "private, max-age=31536000, immutable"


async def test_ranges_of_an_image(tmp_path: Path) -> None:
    """One range is answered with that part; beyond the end it is 416; several or broken ones get the whole."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        artwork, data = await upload(display, 1), picture(1)
        path, tag = artwork["imageUrl"], f'"{artwork["sha256"]}"'
        for header, part in (
            ("bytes=0-9", data[:10]),
            ("bytes=10-", data[10:]),
            ("bytes=-7", data[-7:]),
            (f"bytes=5-{10**9}", data[5:]),
        ):
            reply = await display.get(path, headers={"Range": header, "If-Range": tag})
            assert (reply.status_code, reply.content) == (206, part)
            start = data.index(part)
            assert reply.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{len(data)}"
        beyond = await display.get(path, headers={"Range": f"bytes={len(data)}-"})
        assert beyond.status_code == 416
        assert beyond.headers["content-range"] == f"bytes */{len(data)}"
        problem_of(beyond)
        for header in ("bytes=0-1,3-4", "bytes=9-2", "bytes=-", "lines=1-2", "nonsense"):
            whole = await display.get(path, headers={"Range": header})
            assert (whole.status_code, whole.content) == (200, data)
        changed = await display.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
        assert (changed.status_code, changed.content) == (200, data)


async def test_unknown_images_are_404(tmp_path: Path) -> None:
    """A hash nobody has, a path into the file system, a name that is no hash: all the same."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for name in ("0" * 64, "..%2F..%2Fkiosk.db", "x", new_id()):
            reply = await display.get(f"/api/images/{name}")
            assert reply.status_code == 404
            problem_of(reply)


async def test_a_lost_image_file_is_404_and_no_half_picture(tmp_path: Path) -> None:
    """When the file is gone from the disk, the call says so."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        artwork = await upload(display, 1)
        for path in (tmp_path / "server" / "images").rglob("*.jpg"):
            path.unlink()
        reply = await display.get(artwork["imageUrl"])
        assert reply.status_code == 404
        assert problem_of(reply)["code"] == "image_missing"


async def test_other_formats_and_modes_are_welcome(tmp_path: Path) -> None:
    """PNG, WebP and CMYK JPEG come in as what they are."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        png, webp = io.BytesIO(), io.BytesIO()
        Image.new("RGBA", (8, 9), (1, 2, 3, 100)).save(png, "PNG")
        Image.new("RGB", (10, 11), (1, 2, 3)).save(webp, "WEBP")
        for data, kind, size in (
            (png.getvalue(), "image/png", (8, 9)),
            (webp.getvalue(), "image/webp", (10, 11)),
            (jpeg((12, 13), (9, 9, 9, 9), mode="CMYK"), "image/jpeg", (12, 13)),
        ):
            artwork = (await display.post("/api/artworks", files={"file": ("a", data)})).json()
            assert (artwork["mediaType"], artwork["width"], artwork["height"]) == (kind, *size)
            assert (await display.get(artwork["imageUrl"])).headers["content-type"] == kind
