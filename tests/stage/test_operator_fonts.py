"""The panel's typeface comes with the program."""

from PySide6.QtGui import QFontDatabase, QGuiApplication

from kiosk.stage.operator_fonts import FAMILY, register_fonts


def test_inter_is_registered_in_all_weights(qapp: QGuiApplication) -> None:
    """After registering, Qt knows the family Inter, light to bold, and doing it twice does no harm."""
    assert register_fonts() == FAMILY
    assert register_fonts() == FAMILY
    assert {"Light", "Regular", "Medium", "SemiBold"} <= {
        style.replace(" ", "") for style in QFontDatabase.styles(FAMILY)
    }
