"""A picture that came from a service: checked like any from outside, and looked at once.

Beside the checks of `pictures`: a service that blacks out what its filter finds, or whose numbers overflowed, sends one
flat colour; and a thumbnail is no piece for a wall.
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from kiosk.domain.errors import BadPicture
from kiosk.server.pictures import CheckedPicture, check_picture
from kiosk.server.providers.outcomes import Outcome
from kiosk.server.providers.port import PaintedImage, ProviderFailed

SIDE_MIN_PX: Final = 256
SPREAD_MIN: Final = 8  # of 255, in the liveliest channel of a small copy
_COPY_PX: Final = 64


async def received(
    picture: bytes | str, *, provider: str, model: str, facts: Mapping[str, Any] | None = None
) -> PaintedImage:
    """Return a picture, given as bytes or as base64 text, when it may hang; raise ProviderFailed, which is charged."""
    try:
        data, checked = await asyncio.to_thread(_look, picture)
    except BadPicture as error:
        raise ProviderFailed(Outcome.BAD_ANSWER, f"{provider}: {error.message}", is_charged=True) from None
    return PaintedImage(
        data=data,
        media_type=checked.media_type,
        width_px=checked.width,
        height_px=checked.height,
        orientation=checked.orientation,
        signature=checked.signature,
        provider=provider,
        model=model,
        facts=facts or {},
    )


def _look(picture: bytes | str) -> tuple[bytes, CheckedPicture]:
    data = _decoded(picture) if isinstance(picture, str) else picture
    checked = check_picture(data)
    if min(checked.width, checked.height) < SIDE_MIN_PX:
        raise BadPicture(f"The picture has {checked.width}x{checked.height} pixels, too few for a wall.")
    if _is_flat(data):
        raise BadPicture("The picture is one flat colour.")
    return data, checked


def _decoded(text: str) -> bytes:
    """Return the bytes of base64 text; some services write it as a data URL."""
    plain = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadPicture("The picture is no base64 text.") from error


def _is_flat(data: bytes) -> bool:
    from kiosk.imaging.copies import small_copy  # noqa: PLC0415 - most servers never see a picture from outside

    lowest, highest = zip(*small_copy(data, _COPY_PX).getextrema(), strict=True)
    return bool(max(high - low for low, high in zip(lowest, highest, strict=True)) < SPREAD_MIN)
