"""The page of a piece: open to visitors, true to the piece, and showing nothing that is not public."""

import io
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.domain.ids import new_id
from kiosk.server.api.piece_page import LONGEST_SIDE_PX
from tests.server.harness import jpeg, kiosk_on

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("each_database")]


async def test_a_child_shows_its_parents(tmp_path: Path) -> None:
    """Title, explanation, links to the parents with their pictures, and the generation; without any token."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.client("") as visitor:
        first = (await display.post("/api/generate-art", json={})).json()["artwork"]
        await display.post(f"/api/artworks/{first['id']}/vote", json={"value": 1})
        child = first
        for number in range(12):
            body = {"musicInfo": {"title": str(number)}}
            child = (await display.post("/api/generate-art", json=body)).json()["artwork"]
            if child["provenance"]["genome"]["parents"]:
                break
        page = await visitor.get(f"/piece/{child['id']}")
        assert page.status_code == 200
        text = unescape(page.text)
        assert child["title"] in text
        assert f'href="{first["id"]}"' in text
        assert first["title"] in text
        assert "One generation of pieces that visitors liked lies behind it." in text
        assert child["provenance"]["generation"] == 1
        summary = child["provenance"]["summary"]
        assert text.lower().count(summary.lower()) == 1
        assert "Descends" not in (await visitor.get(f"/piece/{first['id']}")).text
        picture = await visitor.get(f"/piece/{first['id']}/picture")
        assert picture.headers["content-type"] == "image/jpeg"
        await display.delete(f"/api/artworks/{first['id']}")
        assert "A parent is not on show any more" in (await visitor.get(f"/piece/{child['id']}")).text


async def test_only_what_is_on_show_is_shown(tmp_path: Path) -> None:
    """A private piece, an unknown one and nonsense are all the same 404, page and picture."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.client("") as visitor:
        files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
        private = (await display.post("/api/artworks", files=files, data={"private": "true", "title": "Untold"})).json()
        for artwork_id in (private["id"], new_id(), "x", "%00"):
            for path in (f"/piece/{artwork_id}", f"/piece/{artwork_id}/picture"):
                reply = await visitor.get(path)
                assert reply.status_code == 404
                assert "Untold" not in reply.text


async def test_words_of_an_import_are_words_only(tmp_path: Path) -> None:
    """A title that looks like markup is shown as text, and the page allows no script at all."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.client("") as visitor:
        title = "<script>alert('1')</script>&\""
        files = {"file": ("a.jpg", jpeg(), "image/jpeg")}
        piece = (await display.post("/api/artworks", files=files, data={"title": title})).json()
        page = await visitor.get(f"/piece/{piece['id']}")
        assert "<script" not in page.text
        assert title in unescape(page.text)
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_the_titles_face_comes_from_here(tmp_path: Path) -> None:
    """The page names a font, and the address it names, relative to the page, holds one that its policy lets in."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client("") as visitor:
        page = await visitor.get(f"/piece/{new_id()}")
        (address,) = re.findall(r'url\("([^"]+)"\)', page.text)
        assert "font-src 'self'" in page.headers["content-security-policy"]
        reply = await visitor.get(f"/piece/{address}")
        assert (reply.status_code, reply.headers["content-type"]) == (200, "font/ttf")
        assert reply.content[:4] == b"\0\1\0\0"


async def test_a_phone_gets_a_small_upright_picture(tmp_path: Path) -> None:
    """A large picture stored on its side comes upright, with its longest side as long as a page needs."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.client("") as visitor:
        buffer = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (2600, 1300), (90, 20, 20)).save(buffer, "JPEG", exif=exif)
        files = {"file": ("a.jpg", buffer.getvalue(), "image/jpeg")}
        piece = (await display.post("/api/artworks", files=files)).json()
        with Image.open(io.BytesIO((await visitor.get(f"/piece/{piece['id']}/picture")).content)) as image:
            assert image.size == (LONGEST_SIDE_PX // 2, LONGEST_SIDE_PX)


async def test_16_bits_of_grey_keep_their_greys(tmp_path: Path) -> None:
    """A deep grey ramp is a ramp on the page, not white."""
    async with kiosk_on(tmp_path) as kiosk, kiosk.client() as display, kiosk.client("") as visitor:
        ramp = np.tile(np.linspace(0, 65_535, 512), (64, 1)).astype(np.uint16)
        buffer = io.BytesIO()
        Image.fromarray(ramp).save(buffer, "PNG")
        files = {"file": ("a.png", buffer.getvalue(), "image/png")}
        piece = (await display.post("/api/artworks", files=files)).json()
        with Image.open(io.BytesIO((await visitor.get(f"/piece/{piece['id']}/picture")).content)) as image:
            shown = np.asarray(image).astype(int)
        assert np.abs(shown.max(axis=2) - (ramp >> 8)).max() <= 4
