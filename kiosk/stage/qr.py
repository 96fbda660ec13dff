"""A link as a QR code: a picture of one pixel a module, which the label enlarges by whole numbers, so that it is crisp.

Counterpart: `resources/qml/LabelCode.qml`.
"""

from dataclasses import dataclass
from functools import lru_cache

import segno

QUIET_MODULES = 4  # ISO/IEC 18004 asks for that much light ground around a code
KEPT = 64
DARK, LIGHT = "#16161a", "#f4f1ea"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as a `data:` address of a PNG, `modules` pixels a side, its quiet zone among them."""

    source: str
    modules: int


NO_CODE = Code("", 0)


@lru_cache(KEPT)
def code_of(link: str) -> Code:
    """Return the code of a link, `NO_CODE` for an empty one or one too long to be scanned from a wall.

    Some 10 ms the first time; kept. Any thread may call it.
    """
    if not link:
        return NO_CODE
    try:
        made = segno.make_qr(link, error="m")
    except segno.DataOverflowError:
        return NO_CODE
    source = made.png_data_uri(scale=1, border=QUIET_MODULES, dark=DARK, light=LIGHT)
    return Code(source, int(made.symbol_size(border=QUIET_MODULES)[0]))
