"""The declarations as a whole: complete words, sensible ranges, the documentation that is made of them."""

from pathlib import Path

import pytest

from kiosk.domain.errors import KioskError
from kiosk.settings.changes import changes, takes_effect_at_once
from kiosk.settings.fields import FIELDS, GROUPS, SettingField, build_settings, find_field
from kiosk.settings.model import Settings
from kiosk.settings.table import markdown_page, markdown_table
from kiosk.settings.values import check_value, parse_text

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_every_setting_can_be_shown_and_asked_for(field: SettingField) -> None:
    """Title, one sentence, a known group, a default that is allowed, a range and a step for every number."""
    assert field.title
    assert field.explanation.endswith(".")
    assert field.explanation.count(". ") == 0
    assert field.group in GROUPS
    assert check_value(field, field.default) == field.default
    if field.kind == "number":
        assert field.minimum is not None
        assert field.maximum is not None
        assert field.step
    if field.kind not in {"secret", "pin"}:
        assert parse_text(field, field.example) is not None


def test_the_documentation_is_what_the_program_does() -> None:
    """docs/settings.md is the page made of the declarations, to the letter; the README has its table."""
    assert DOCUMENT.read_text() == markdown_page()
    assert markdown_table().strip() in README.read_text()


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    """A slip of the keyboard is recognised; something quite different is told where to look."""
    with pytest.raises(KioskError, match=r"Did you mean playback\.dwell_s"):
        find_field("playback.dwel_s")
    with pytest.raises(KioskError, match="settings show"):
        find_field("zzz")


def test_changes_are_split_by_when_they_count() -> None:
    """What is seen on the wall counts at once, what is wired at the start needs one; equal settings do not differ."""
    new = build_settings(
        {"playback.fit": "blur", "display.brightness": 0.5, "server.url": "http://h", "display.screen": 1}
    )
    found = changes(Settings(), new)
    assert found.live == {"playback.fit", "display.brightness"}
    assert found.restart == {"server.url", "display.screen"}
    assert changes(new, new).live == frozenset()
    assert takes_effect_at_once("generate.every_min")
    assert not takes_effect_at_once("generate.provider_url")
