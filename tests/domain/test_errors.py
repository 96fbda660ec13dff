"""The errors users see."""

import pytest

from kiosk.domain import errors


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(errors.KioskError, 1), (errors.UsageError, 2), (errors.NotRunning, 3), (errors.DataFolderError, 1)],
)
def test_exit_codes_are_the_contracts(kind: type[errors.KioskError], exit_code: int) -> None:
    """0 done, 1 failed, 2 wrong usage, 3 nothing is running."""
    assert kind("what").exit_code == exit_code


def test_an_error_reads_as_one_line_with_what_to_do() -> None:
    """Message and hint make one line; a code given replaces the class's own."""
    error = errors.KioskError("It broke.", hint="Mend it.", code="broke")
    assert (str(error), error.code) == ("It broke. Mend it.", "broke")
