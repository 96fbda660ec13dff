"""Pictures from outside are checked before anything else happens with them."""

import base64

import pytest

from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import ProviderFailed
from kiosk.server.providers.received import received
from tests.server.providers.pictures import flat, painted

pytestmark = pytest.mark.anyio


async def test_a_wrong_size_is_accepted_as_it_is() -> None:
    """A sound picture of another size than asked for hangs all the same, told in its own size."""
    image = await received(painted(700, 300, format="WEBP"), provider="studio", model="m")
    assert (image.width_px, image.height_px, image.media_type) == (700, 300, "image/webp")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (painted(300, 300)[:-400], "cut off"),
        (painted(200, 2_000), "too few"),
        (flat(512, 512), "flat colour"),
        (b"<!doctype html><html>", "a web page"),
        (b"", "empty"),
        ("****", "no base64"),
        ("data:image/png;base64," + base64.b64encode(b"%PDF-1.7").decode(), "a PDF"),
    ],
    ids=["cut off", "thumbnail", "flat", "page", "empty", "no base64", "PDF"],
)
async def test_what_may_not_hang_is_charged_and_refused(picture: bytes | str, words: str) -> None:
    """It was painted, so it counts; the reason is the check's."""
    with pytest.raises(ProviderFailed, match=words) as caught:
        await received(picture, provider="studio", model="m")
    assert (caught.value.outcome, caught.value.is_charged) == (Outcome.BAD_ANSWER, True)
