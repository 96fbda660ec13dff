"""The wall's own server: what it is started with."""

import pytest

from kiosk.app.link import child_arguments
from kiosk.cli.parser import parse
from kiosk.settings.model import Generate, Settings


@pytest.mark.parametrize("enabled", [True, False])
def test_a_wall_that_makes_nothing_keeps_no_renderer_ready(enabled: bool) -> None:
    """With `generate.enabled` off the server is told not to start a renderer before somebody asks for a piece."""
    words = child_arguments(Settings(generate=Generate(enabled=enabled)))
    assert parse(["serve", *words]).warm_up is enabled
