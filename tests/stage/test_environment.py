"""What Qt is told before the first window."""

from kiosk.stage.environment import DEFAULTS, NEEDED, set_defaults


def test_the_environment_has_its_way() -> None:
    """What is set already stays, all else is filled in."""
    environ = {"QSG_RENDER_LOOP": "basic"}
    set_defaults(environ)
    assert environ == {**DEFAULTS, **NEEDED, "QSG_RENDER_LOOP": "basic"}


def test_no_depth_buffer_whatever_the_environment_says() -> None:
    """Flow clips by depth: a depth buffer would let it hide what lies over the wall."""
    environ = {"QSG_NO_DEPTH_BUFFER": "0"}
    set_defaults(environ)
    assert environ["QSG_NO_DEPTH_BUFFER"] == "1"
