"""A picture as Pillow decoded it, in one of the five modes the rest of the program reads: 8 bits, nothing clipped.

Pillow's own `convert` cuts 16-bit grey off at 255, which leaves white. `decode` keeps such depth by another decoder;
`copies` and the server's signatures have it reduced here.
"""

from typing import Any, Final

from PIL import Image

from kiosk.domain.errors import BadPicture

_ORIENTATION: Final = 0x0112
_PLAIN: Final = {"LA", "RGB", "RGBA", "CMYK"}
_WITH_ALPHA: Final = {"La": "LA", "PA": "RGBA", "RGBa": "RGBA"}
_DEEP: Final = {"I;16": 1, "I;16L": 1, "I;16B": 0}  # the byte of a sample, as Pillow hands it out, that counts more


def eight_bit(image: Image.Image) -> Image.Image:
    """Return the image as L, LA, RGB, RGBA or CMYK; of 16 bits of grey the upper 8. BadPicture for 32 bits a sample."""
    has_clear_colour = "transparency" in image.info
    if image.mode in _DEEP:
        return Image.frombytes("L", image.size, image.tobytes()[_DEEP[image.mode] :: 2])
    if image.mode == "P":
        return image.convert("RGBA" if has_clear_colour else "RGB")
    if image.mode in {"1", "L"}:
        return image.convert("LA") if has_clear_colour else image.convert("L")
    if image.mode == "RGB" and has_clear_colour:
        return image.convert("RGBA")
    if image.mode in _PLAIN:
        return image
    if image.mode in {"I", "F"}:
        raise BadPicture("The picture cannot be decoded: its samples are of no known kind.")
    return image.convert(_WITH_ALPHA.get(image.mode, "RGB"))


def orientation_of(image: Image.Image) -> int:
    """Return EXIF's orientation, 1 to 8; 1 where there is none that makes sense."""
    try:
        value: Any = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - whatever a broken block of notes makes Pillow raise, the picture itself may be whole
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
