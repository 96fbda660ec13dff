"""The signature of a picture from outside: what the pieces made after it are told apart from it by.

`pictures` has it signed while it is decoded anyway, for uploads and for what a service has painted. The renderers sign
what they draw themselves (`kiosk.generator.diversity`).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK")  # the modes that Pillow makes smaller without loss
_FINER = 4  # of other modes, samples that one pixel of the copy is the mean of, each way


def sign(picture: "Image.Image", orientation: int) -> str:
    """Return the signature of a decoded picture of any mode, seen as EXIF's `orientation` (1-8) wants it.

    Works on a small copy: a picture of 40 megapixels stays the only large one in memory.
    """
    import numpy as np  # noqa: PLC0415 - 13 MB that most servers of one wall never need
    from PIL import Image  # noqa: PLC0415 - as above

    from kiosk.generator.signatures import PREVIEW_PX, signature_text  # noqa: PLC0415 - as above
    from kiosk.imaging.eight_bit import eight_bit  # noqa: PLC0415 - as above
    from kiosk.imaging.picture import turned  # noqa: PLC0415 - as above

    width_px, height_px = PREVIEW_PX if orientation < 5 else PREVIEW_PX[::-1]
    if picture.mode not in _SMOOTH:
        picture = eight_bit(picture.resize((_FINER * width_px, _FINER * height_px), Image.Resampling.NEAREST))
    small = np.asarray(picture.resize((width_px, height_px), Image.Resampling.BOX).convert("RGB"))
    return signature_text(turned(small, orientation))
