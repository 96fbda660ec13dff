"""The panel's typeface, Inter, from the package it comes with; registered once by the application."""

from functools import cache
from importlib.resources import files

from PySide6.QtGui import QFontDatabase

FAMILY = "Inter"
_FILE = "Inter[opsz,wght].ttf"


@cache
def register_fonts() -> str:
    """Register Inter (variable: weight and optical size) with Qt and return the family name to use.

    Needs a QGuiApplication. Where the font cannot be read the system's sans serif stands in: the wall goes on.
    """
    try:
        data = files("fontpkg_inter").joinpath("files", _FILE).read_bytes()
    except (ModuleNotFoundError, OSError):
        return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    number = QFontDatabase.addApplicationFontFromData(data)
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families[0] if families else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
