"""What `kiosk doctor` says of the panel, of windows over the art, and of microphones."""

from pathlib import Path
from typing import Any

import pytest
from Xlib import X, display

from kiosk.app.doctor import audio_check, cover_check, panel_check
from kiosk.settings.model import Audio, Generate, Settings
from kiosk.stage.panel_power_ways import Machine
from tests.fakes.dpms_server import dpms_server


def machine(folder: Path, **environ: str) -> Machine:
    """A machine with no program, file or TV of its own."""
    return Machine(environ, str(folder), folder / "sys", folder / "dev")


def test_the_panel_has_a_way_or_an_advice(xvfb_display: str, tmp_path: Path) -> None:
    """The way that will be taken is named; where there is none, what would give one. Neither is a fault."""
    with dpms_server(xvfb_display) as (name, _):
        found = panel_check(machine(tmp_path, DISPLAY=name))
        assert (found.ok, found.found, found.advice) == (True, "switched off asleep by X (DPMS)", "")
    without = panel_check(machine(tmp_path, DISPLAY=xvfb_display))
    assert (without.ok, without.found) == (True, "stays lit while the wall sleeps dark")
    assert "HDMI-CEC" in without.advice


def test_a_compositor_is_named(xvfb_display: str) -> None:
    """With a compositing manager (whoever owns the selection the convention names) X tells of no cover: it is said."""
    environ = {"DISPLAY": xvfb_display}
    assert cover_check(environ).advice == ""
    connection: Any = display.Display(xvfb_display)
    window = connection.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    window.set_selection_owner(connection.intern_atom("_NET_WM_CM_S0"), X.CurrentTime)
    connection.sync()
    assert "compositing" in cover_check(environ).found
    connection.close()


@pytest.mark.parametrize("environ", [{}, {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}])
def test_off_x_the_window_system_tells(environ: dict[str, str]) -> None:
    """On Wayland or a bare console X is not asked."""
    assert cover_check(environ).found == "left to the window system to tell"


@pytest.mark.parametrize(
    ("audio", "names", "ok", "words"),
    [
        (Audio(enabled=True), ("USB Audio", "Webcam"), True, "the system's own input; there is USB Audio, Webcam"),
        (Audio(enabled=True, device="webc"), ("USB Audio", "Webcam"), True, "listens to webc"),
        (Audio(enabled=True), (), False, "a microphone is missing; there is no microphone"),
        (Audio(enabled=True, device="Studio"), ("USB Audio",), False, "Studio is missing; there is USB Audio"),
    ],
)
def test_the_microphone_is_there_or_an_advice(audio: Audio, names: tuple[str, ...], ok: bool, words: str) -> None:
    """It is a fault only where the wall is to listen and cannot; the microphones there are, are named either way."""
    found = audio_check(Settings(audio=audio), lambda: names)
    assert (found.name, found.ok) == ("audio", ok)
    assert words in found.found
    assert ok or "audio.device" in found.advice


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(), "listening is off (audio.enabled)"),
        (Settings(audio=Audio(device="USB Audio")), "listening is off (audio.enabled)"),
        (Settings(audio=Audio(enabled=True, muted=True)), "listening is muted"),
        (Settings(audio=Audio(enabled=True, device="null:")), "listens to null: instead of a microphone"),
        (
            Settings(audio=Audio(enabled=True), generate=Generate(enabled=False)),
            "listening is off: what is heard could steer nothing, for generate.enabled is off",
        ),
        (
            Settings(audio=Audio(enabled=True), generate=Generate(dynamic_mode=False)),
            "listening is off: what is heard could steer nothing, for generate.dynamic_mode is off",
        ),
    ],
)
def test_who_may_not_listen_looks_for_no_microphone(settings: Settings, words: str) -> None:
    """Off, muted, or with something else in its place: it is said so, and no device is asked for its name."""

    def microphones() -> tuple[str, ...]:
        pytest.fail("the microphones were listed")

    found = audio_check(settings, microphones)
    assert (found.ok, found.found) == (True, words)
