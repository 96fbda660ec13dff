"""The wall label's typeface: the book face that comes with a package, or Inter where that is not installed."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from kiosk.stage.operator_fonts import register_fonts

_PACKAGES = (
    ("fontpkg_eb_garamond", ("EBGaramond[wght].ttf", "EBGaramond-Italic[wght].ttf")),
    ("fontpkg_inter", ("Inter[opsz,wght].ttf", "Inter-Italic[opsz,wght].ttf")),
)
_MEASURED_PX = 1000


@dataclass(frozen=True, slots=True)
class LabelType:
    """A family, and how high its capitals are as a share of the font's size."""

    family: str
    cap_ratio: float


@cache
def register_label_fonts() -> LabelType:
    """Register the label's faces, upright and italic, with Qt, once, and return the type to set it in.

    Needs a QGuiApplication.
    """
    family = next((found for package, names in _PACKAGES if (found := _register(package, names))), register_fonts())
    font = QFont(family)
    font.setPixelSize(_MEASURED_PX)
    return LabelType(family, QFontMetricsF(font).capHeight() / _MEASURED_PX)


def _register(package: str, names: tuple[str, ...]) -> str:
    family = ""
    for name in names:
        try:
            data = files(package).joinpath("files", name).read_bytes()
        except (ModuleNotFoundError, OSError):
            return ""
        number = QFontDatabase.addApplicationFontFromData(data)
        found = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        family = family or next(iter(found), "")
    return family
