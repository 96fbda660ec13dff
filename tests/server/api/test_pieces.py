"""Pictures in and out over HTTP."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import Connection, select
from starlette.datastructures import UploadFile

from kiosk.domain.ids import new_id
from kiosk.server.api.pieces import CHUNK_BYTES
from kiosk.server.tables import events
from kiosk.server.wiring import UPLOADS_MAX
from tests.server.bucket import bucket_server, new_bucket
from tests.server.harness import Kiosk, jpeg, kiosk_on, picture, problem_of, queue_of, until, upload

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


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


async def test_a_piece_made_private_leaves_other_walls(tmp_path: Path) -> None:
    """Others lose it from the queue and from the image call and are told; its owner keeps it; public brings it back."""
    async with two_users(tmp_path) as (kiosk, ours, theirs):
        artwork = await upload(ours, 1)
        path = f"/api/artworks/{artwork['id']}"
        assert await queue_of(theirs) == [(artwork["id"], "unseen")]
        reply = await ours.patch(path, json={"private": True})
        assert (reply.status_code, reply.json()["id"]) == (200, artwork["id"])
        assert await queue_of(theirs) == []
        assert (await theirs.get(artwork["imageUrl"])).status_code == 404
        assert await queue_of(ours) == [(artwork["id"], "fresh")]
        assert (await ours.get(artwork["imageUrl"])).content == picture(1)
        assert await kiosk.services.database.read(told) == ["art-ready", "art-removed"]
        await ours.patch(path, json={"private": False})
        assert await queue_of(theirs) == [(artwork["id"], "unseen")]


async def test_words_of_a_piece_change(tmp_path: Path) -> None:
    """Title and artist change, cleaned, each by itself; a title of nothing is refused."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        artwork = await upload(display, 1, artist="Lind")
        path = f"/api/artworks/{artwork['id']}"
        changed = (await display.patch(path, json={"title": " Blue\tHour "})).json()
        assert (changed["title"], changed["artist"]) == ("Blue Hour", "Lind")
        assert (await display.patch(path, json={"artist": ""})).json()["artist"] == ""
        assert (await display.patch(path, json={})).json()["title"] == "Blue Hour"
        wrong: list[Any] = [{"title": " "}, {"title": "x" * 501}, {"private": "maybe"}, []]
        for body in wrong:
            reply = await display.patch(path, json=body)
            assert reply.status_code == 422
            problem_of(reply)


async def test_a_removed_piece_is_gone(tmp_path: Path) -> None:
    """Nobody's queue has it, its file goes, a second removal is 404; the same bytes may come in again."""
    async with two_users(tmp_path) as (_kiosk, ours, theirs):
        artwork = await upload(ours, 1)
        path = f"/api/artworks/{artwork['id']}"
        assert (await ours.delete(path)).status_code == 204
        assert await queue_of(ours) == await queue_of(theirs) == []
        assert not list((tmp_path / "server" / "images").rglob("*.jpg"))
        assert (await ours.get(artwork["imageUrl"])).status_code == 404
        for reply in (await ours.delete(path), await ours.patch(path, json={"private": True})):
            assert reply.status_code == 404
            problem_of(reply)
        again = await upload(theirs, 1)
        assert again["id"] != artwork["id"]
        assert (await ours.get(again["imageUrl"])).content == picture(1)


async def test_a_file_stays_while_a_living_piece_has_its_bytes(tmp_path: Path) -> None:
    """Two users' private pieces with the same bytes: the file goes with the last of them."""
    async with two_users(tmp_path) as (_kiosk, ours, theirs):
        mine, their_own = await upload(ours, 1, private="true"), await upload(theirs, 1, private="true")
        await ours.delete(f"/api/artworks/{mine['id']}")
        assert (await theirs.get(their_own["imageUrl"])).content == picture(1)
        await theirs.delete(f"/api/artworks/{their_own['id']}")
        assert not list((tmp_path / "server" / "images").rglob("*.jpg"))


async def test_the_same_bytes_removed_and_added_at_once_are_never_lost(tmp_path: Path) -> None:
    """Whatever comes first, a piece in the queue has its file."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        for _ in range(10):
            artwork = await upload(display, 1)
            await asyncio.gather(
                display.delete(f"/api/artworks/{artwork['id']}"), upload(display, 1), upload(display, 1)
            )
            for piece_id, _reason in await queue_of(display):
                assert (await display.get(artwork["imageUrl"])).content == picture(1), piece_id


async def test_only_who_made_it_and_administrators_change_a_piece(tmp_path: Path) -> None:
    """403 to who merely sees it, 404 to who does not; an administrator may; bundled pieces stay as they are."""
    async with two_users(tmp_path, with_demo=True) as (kiosk, ours, theirs):
        public, private = await upload(ours, 1), await upload(ours, 2, private="true")
        for piece, status in ((public, 403), (private, 404)):
            path = f"/api/artworks/{piece['id']}"
            for reply in (await theirs.delete(path), await theirs.patch(path, json={"private": True})):
                assert reply.status_code == status
                problem_of(reply)
        bundled = next(piece for piece, _ in await queue_of(ours) if piece not in {public["id"], private["id"]})
        async with kiosk.admin() as admin:
            assert (await admin.delete(f"/api/artworks/{bundled}")).status_code == 403
            assert (await admin.patch(f"/api/artworks/{bundled}", json={"title": "x"})).status_code == 403
            assert (await admin.patch(f"/api/artworks/{private['id']}", json={"title": "x"})).status_code == 200
            assert (await admin.delete(f"/api/artworks/{private['id']}")).status_code == 204
            assert (await admin.delete(f"/api/artworks/{new_id()}")).status_code == 404


@asynccontextmanager
async def two_users(folder: Path, **changes: Any) -> AsyncIterator[tuple[Kiosk, httpx.AsyncClient, httpx.AsyncClient]]:
    """A server with clients of two users, neither of them an administrator."""
    async with kiosk_on(folder, **changes) as kiosk, AsyncExitStack() as stack:
        ours, theirs = [
            await stack.enter_async_context(kiosk.client(await kiosk.new_user(name))) for name in ("jo", "mara")
        ]
        yield kiosk, ours, theirs


def told(connection: Connection) -> list[str]:
    """The kinds of all events, in their order."""
    return list(connection.scalars(select(events.c.kind).order_by(events.c.seq)))


def big_jpeg() -> bytes:
    """A JPEG of more than one chunk."""
    buffer = io.BytesIO()
    Image.effect_noise((1_600, 1_200), 90).save(buffer, "JPEG", quality=98)
    assert len(buffer.getvalue()) > CHUNK_BYTES
    return buffer.getvalue()


@pytest.fixture(params=["folder", "bucket"])
def images_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an image store of either kind."""
    if request.param == "folder":
        yield f"file://{tmp_path}/images"
        return
    with bucket_server() as address:
        yield new_bucket(address)


async def test_images_come_from_either_store(tmp_path: Path, images_url: str) -> None:
    """Whole, in parts, as a head, in several chunks: the same bytes from a folder and from a bucket."""
    async with kiosk_on(tmp_path / "data", images_url=images_url) as kiosk, kiosk.client() as display:
        data = big_jpeg()
        reply = await display.post("/api/artworks", files={"file": ("noise.jpg", data)})
        path = reply.json()["imageUrl"]
        assert (await display.get(path)).content == data
        part = await display.get(path, headers={"Range": f"bytes=5-{CHUNK_BYTES + 5}"})
        assert (part.status_code, part.content) == (206, data[5 : CHUNK_BYTES + 6])
        head = await display.head(path)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
        assert (await display.delete(f"/api/artworks/{reply.json()['id']}")).status_code == 204
        again = await display.post("/api/artworks", files={"file": ("noise.jpg", data)})
        assert again.status_code == 201
        kiosk.services.images.delete(again.json()["sha256"], "image/jpeg")
        assert problem_of(await display.get(path))["code"] == "image_missing"


async def test_a_store_that_does_not_answer_is_503(tmp_path: Path) -> None:
    """Upload and image call say 503 with Retry-After while the bucket is away; a removal goes through all the same."""
    async with AsyncExitStack() as stack:
        with bucket_server() as address:
            kiosk = await stack.enter_async_context(kiosk_on(tmp_path, images_url=new_bucket(address)))
            display = await stack.enter_async_context(kiosk.client())
            artwork = await upload(display, 1)
        files = {"file": ("b.jpg", picture(2))}
        for reply in (await display.get(artwork["imageUrl"]), await display.post("/api/artworks", files=files)):
            assert reply.status_code == 503
            assert int(reply.headers["retry-after"]) > 0
            assert problem_of(reply)["code"] == "storage"
        assert (await display.delete(f"/api/artworks/{artwork['id']}")).status_code == 204
        assert await queue_of(display) == []


async def test_one_upload_is_in_memory_and_few_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a picture is at work no other is read; past `UPLOADS_MAX` the answer is 503 with Retry-After."""
    read = 0
    read_one = UploadFile.read

    async def counted(file: UploadFile, size: int = -1) -> bytes:
        nonlocal read
        read += 1
        return await read_one(file, size)

    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display:
        monkeypatch.setattr(UploadFile, "read", counted)
        refused: list[httpx.Response] = []

        async def add(number: int) -> None:
            reply = await display.post("/api/artworks", files={"file": ("a.jpg", picture(number))})
            if reply.status_code != 201:
                refused.append(reply)

        async with asyncio.TaskGroup() as group, kiosk.services.picture_gate.turn():
            for number in range(UPLOADS_MAX + 1):  # one place is ours
                group.create_task(add(number))
            await until(lambda: len(refused) == 2, "two are refused")
            assert read == 0
        assert [(reply.status_code, reply.headers["retry-after"]) for reply in refused] == [(503, "5")] * 2
        assert problem_of(refused[0])["code"] == "busy"
        assert read == UPLOADS_MAX - 1
        await upload(display, UPLOADS_MAX + 5)
