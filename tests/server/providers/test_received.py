"""Pictures from outside are checked before anything else happens with them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

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


@pytest.mark.parametrize("is_flat", [False, True])
async def test_16_bits_of_grey_are_a_picture_unless_flat(is_flat: bool) -> None:
    """A deep grey ramp above what 8 bits count to hangs; one deep grey throughout does not."""
    ramp = np.tile(np.linspace(300, 65_535, 512), (288, 1)).astype(np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(np.full_like(ramp, 30_000) if is_flat else ramp).save(buffer, "PNG")
    if is_flat:
        with pytest.raises(ProviderFailed, match="flat colour"):
            await received(buffer.getvalue(), provider="studio", model="m")
    else:
        image = await received(buffer.getvalue(), provider="studio", model="m")
        assert (image.width_px, image.height_px, image.media_type) == (512, 288, "image/png")
