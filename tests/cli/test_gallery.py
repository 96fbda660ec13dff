"""`kiosk gallery`: one page, complete in itself."""

import base64
import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.cli import gallery
from kiosk.cli.gallery_html import Plate, page
from kiosk.cli.main import main
from kiosk.protocol.artworks import Artwork
from kiosk.sync.client import ApiClient

BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "demo" / "demo.json"


class Found(HTMLParser):
    """What a document holds: its tags with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def plate(id_: str, **changes: object) -> Plate:
    """A plate with some colour."""
    out = io.BytesIO()
    Image.new("RGB", (16, 9), (200, 60, 30)).save(out, "JPEG")
    usual = {"title": id_, "artist": "", "style": "silk", "made_on": None, "explanation": "", "picture": out.getvalue()}
    return Plate(**{"id": id_, "width_px": 16, "height_px": 9, **usual, **changes})  # type: ignore[arg-type]


def test_the_newest_pieces_of_a_folder_with_their_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bundled pieces and an imported one stand on the page, the imported one first, each as a picture within it."""
    (tmp_path / "data").mkdir()
    Image.new("RGB", (64, 36), (10, 90, 160)).save(tmp_path / "Blue Hour.png")
    folder = ["--data-dir", str(tmp_path / "data")]
    assert main(["import", str(tmp_path / "Blue Hour.png"), "--artist", "Mara Lind", *folder]) == 0
    capsys.readouterr()
    assert main(["gallery", str(tmp_path / "a.html"), "--limit", "3", "--json", *folder]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pieces"] == 3
    assert told["bytes"] == (tmp_path / "a.html").stat().st_size
    found = Found((tmp_path / "a.html").read_text())
    pictures = found.all("img")
    assert pictures[0]["alt"] == "Blue Hour"
    assert all(str(picture["src"]).startswith("data:image/jpeg;base64,") for picture in pictures)
    assert "Mara Lind" in found.words
    bundled = [record for record in json.loads(BUNDLED.read_bytes()) if record["title"] in found.words]
    assert len(bundled) == 2
    assert all(record["provenance"]["explanation"] in found.words for record in bundled)
    assert "2020" not in found.words


def test_a_piece_removed_meanwhile_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server lists and has no more when its picture is asked for is named, and the others are on the page."""
    (tmp_path / "data").mkdir()
    folder = ["--data-dir", str(tmp_path / "data")]
    for title, colour in (("Blue Hour", (10, 90, 160)), ("Red Hour", (160, 20, 10))):
        Image.new("RGB", (64, 36), colour).save(tmp_path / f"{title}.png")
        assert main(["import", str(tmp_path / f"{title}.png"), *folder]) == 0
    listed = gallery._newest

    async def then_removed(client: ApiClient, limit: int) -> list[Artwork]:
        found = await listed(client, limit)
        red = next(artwork for artwork in found if artwork.title == "Red Hour")
        assert (await client._call("DELETE", f"/api/artworks/{red.id}")).status == 204
        return found

    monkeypatch.setattr(gallery, "_newest", then_removed)
    capsys.readouterr()
    assert main(["gallery", str(tmp_path / "a.html"), "--limit", "2", *folder]) == 0
    assert "Red Hour: removed meanwhile, the page goes without it" in capsys.readouterr().out
    assert [picture["alt"] for picture in Found((tmp_path / "a.html").read_text()).all("img")] == ["Blue Hour"]


def test_a_picture_gone_from_a_folder_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record whose picture is not there any more is named, and the other is on the page."""
    made = tmp_path / "made"
    made.mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (64, 36), (10, 90, 160)).save(made / f"{name}.jpg")
        (made / f"{name}.json").write_text(json.dumps({"title": name, "sha256": name, "file": f"{name}.jpg"}))
    (made / "b.jpg").unlink()
    assert main(["gallery", str(tmp_path / "a.html"), "--from", str(made), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pieces"], told["gone"]) == (1, ["b.json"])


def test_16_bits_of_grey_keep_their_greys(tmp_path: Path) -> None:
    """A deep grey ramp is a ramp on the page, not white."""
    ramp = np.tile(np.linspace(0, 65_535, 512), (64, 1)).astype(np.uint16)
    (tmp_path / "made").mkdir()
    Image.fromarray(ramp).save(tmp_path / "made" / "a.png")
    (tmp_path / "made" / "a.json").write_text(json.dumps({"title": "A", "sha256": "a", "file": "a.png"}))
    assert main(["gallery", str(tmp_path / "a.html"), "--from", str(tmp_path / "made")]) == 0
    source = str(Found((tmp_path / "a.html").read_text()).all("img")[0]["src"])
    with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as image:
        shown = np.asarray(image).astype(int)
    assert np.abs(shown.max(axis=2) - (ramp >> 8)).max() <= 4


def test_nothing_comes_from_elsewhere_and_no_title_is_markup() -> None:
    """There is no script, no link out, and words of any kind stay words."""
    rude = '<script>alert("1")</script> & "quotes" \u202eevil'
    text = page([plate("1", title=rude, artist=rude, explanation=rude)], title=rude, today=date(2026, 11, 21))
    found = Found(text)
    assert not found.all("script")
    assert not found.all("link")
    assert found.all("img")[0]["alt"] == rude
    assert found.words.count(rude) == 6  # the window's title, the heading, the list, the plate's three
    assert all(str(link["href"]).startswith("#plate-") for link in found.all("a"))
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "").split("@font-face")[0]


def test_parents_on_the_page_are_linked_and_others_counted() -> None:
    """A child names the parent that is there by its title, and says that another is not."""
    plates = [plate("1", parents=("2", "9")), plate("2", title="Estuary")]
    found = Found(page(plates, title="Pieces", today=date(2026, 11, 21)))
    assert "After Estuary and a piece not shown here" in found.words
    assert [link["href"] for link in found.all("a")].count("#plate-2") == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["{}/a.txt"], 2),
        (["{}/no/such/a.html"], 1),
        (["{}/a.html", "--from", "{}/missing"], 1),
        (["{}/a.html", "--from", "{}"], 1),
        (["{}/a.html", "--from", "{}/broken"], 1),
        (["{}/a.html", "--from", "{}/deep"], 1),
        (["{}/a.html", "--from", "{}/foreign"], 1),
        (["{}/a.html", "--limit", "0"], 2),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    """One line, the right exit code, no page."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.json").write_text('{"title": "A"}')
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_text("[" * 100_000)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "a.json").write_text('{"title": "A", "sha256": "a", "file": "a.tif"}')
    Image.new("F", (64, 36)).save(tmp_path / "foreign" / "a.tif")
    assert main(["gallery", *(word.format(tmp_path) for word in words)]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "a.html").exists()
