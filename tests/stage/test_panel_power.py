"""The panel's power: which way is taken, and that it ends up as wished."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.stage import panel_power_x
from kiosk.stage.panel_power import PanelPower
from kiosk.stage.panel_power_ways import Machine, advice, ways
from tests.fakes.dpms_server import Panel, dpms_server
from tests.journeys.screens import x_server

LIMIT_S = 60.0
Power = Callable[..., PanelPower]


@pytest.fixture
def power(tmp_path: Path) -> Iterator[Power]:
    """Makes the power of a machine, without a fade, and closes it while the test's files are still there."""
    made: list[PanelPower] = []

    def make(machine: Machine, fade_s: float = 0.0) -> PanelPower:
        made.append(PanelPower(machine, fade_s=fade_s))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def x_with_panel() -> Iterator[tuple[str, Panel]]:
    """An X server with DPMS and one panel: its display name, its panel."""
    with x_server(size=(320, 240)) as screens, dpms_server(screens.name) as (name, panel):
        yield name, panel


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + LIMIT_S  # noqa: TID251 - another thread does it
    while not condition():
        assert time.monotonic() < deadline, "never happened"  # noqa: TID251 - as above
        time.sleep(0.01)  # noqa: TID251 - as above


def program(folder: Path, name: str, script: str = "", exit_code: int = 0) -> Path:
    """Put a program there that writes down how it was called; return the file it writes."""
    said = folder / f"{name}.said"
    said.touch()
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "$@" >> {said}\n{script}\nexit {exit_code}\n')
    path.chmod(0o755)
    return said


def bare(folder: Path, **environ: str) -> Machine:
    """A machine with the programs of that folder, and nothing in its kernel but what lies there."""
    return Machine(environ, str(folder), folder / "sys", folder / "dev")


def light(folder: Path) -> Path:
    """A backlight's power file."""
    path = folder / "sys/class/backlight/panel0/bl_power"
    path.parent.mkdir(parents=True)
    path.write_text("0")
    return path


def test_dpms_switches_an_x_panel(x_with_panel: tuple[str, Panel], power: Power, tmp_path: Path) -> None:
    """Under X the panel is forced off, also where the inhibitor has disabled DPMS, and on again."""
    name, panel = x_with_panel
    panel.enabled = False
    ours = power(bare(tmp_path, DISPLAY=name))
    ours.switch(on=False)
    until(lambda: ours.is_on is False)
    assert (panel.enabled, panel.level, ours.way) == (True, 3, "X (DPMS)")
    ours.switch(on=True)
    until(lambda: ours.is_on is True)
    assert panel.level == 0


def test_waking_does_not_undo_the_inhibitor(x_with_panel: tuple[str, Panel]) -> None:
    """A panel whose DPMS is disabled is on: lighting it leaves DPMS disabled, and is no fault."""
    name, panel = x_with_panel
    panel.enabled, panel.level = False, 0
    assert panel_power_x.can_switch(name)
    assert panel_power_x.switch_on(name)
    assert not panel.enabled


def test_an_x_server_without_dpms_is_passed_over(power: Power, tmp_path: Path) -> None:
    """Xvfb drives no panel; the next way is taken."""
    path = light(tmp_path)
    with x_server(size=(320, 240)) as screens:
        assert not panel_power_x.can_switch(screens.name)
        ours = power(bare(tmp_path, DISPLAY=screens.name))
        ours.switch(on=False)
        until(lambda: ours.is_on is False)
    assert (path.read_text(), ours.way) == ("4", "backlight (panel0)")


def test_the_first_way_that_works_is_kept(power: Power, tmp_path: Path) -> None:
    """A tool that fails is passed over, the next one is said in one line and asked from then on."""
    refuses = program(tmp_path, "wlopm", exit_code=1)
    works = program(tmp_path, "kscreen-doctor")
    ours = power(bare(tmp_path, WAYLAND_DISPLAY="wayland-0"))
    for on in (False, True, False):
        ours.switch(on=on)
        until(lambda on=on: ours.is_on is on)  # type: ignore[misc]
    assert works.read_text().splitlines() == ["--dpms off", "--dpms on", "--dpms off"]
    assert refuses.read_text().splitlines() == ["--off *"]


def test_wlr_randr_switches_every_output(power: Power, tmp_path: Path) -> None:
    """wlr-randr knows no `all`: each output it lists is switched by its name."""
    listing = '[ $# -gt 0 ] || printf \'HDMI-A-1 "Some"\\n  Enabled: yes\\nDP-2 "Other"\\n  Enabled: yes\\n\''
    said = program(tmp_path, "wlr-randr", listing)
    ours = power(bare(tmp_path, WAYLAND_DISPLAY="wayland-0"))
    ours.switch(on=False)
    until(lambda: ours.is_on is False)
    assert said.read_text().splitlines() == ["", "--output HDMI-A-1 --off", "--output DP-2 --off"]


def test_a_firmware_that_only_pretends_is_passed_over(power: Power, tmp_path: Path) -> None:
    """vcgencmd ends with 0 whatever happens; what counts is the state it prints."""
    program(tmp_path, "vcgencmd", "echo display_power=1")
    said = program(tmp_path, "cec-client", "cat >> $0.said")
    ours = power(bare(tmp_path))
    ours.switch(on=False)
    until(lambda: ours.is_on is False)
    assert said.read_text().splitlines() == ["--single-command --log-level 1", "standby 0"]


def test_a_start_lights_what_a_crash_left_dark(power: Power, tmp_path: Path) -> None:
    """The first word of a start lights the panel by every discreet way; a TV is not called to our input for it."""
    path = light(tmp_path)
    path.write_text("4")
    tv = program(tmp_path, "cec-client")
    ours = power(bare(tmp_path))
    ours.switch(on=True)
    until(lambda: path.read_text() == "0")
    ours.close()
    assert tv.read_text() == ""


def test_closing_lights_the_panel(power: Power, tmp_path: Path) -> None:
    """A wall that ends while it sleeps leaves a lit panel behind."""
    path = light(tmp_path)
    ours = power(bare(tmp_path))
    ours.switch(on=False)
    until(lambda: path.read_text() == "4")
    ours.close()
    assert path.read_text() == "0"


def test_a_wall_that_wakes_at_once_keeps_its_panel(power: Power, tmp_path: Path) -> None:
    """While the wall still darkens the panel stays on; waking in that time leaves it alone, and so does closing."""
    said = program(tmp_path, "kscreen-doctor")
    ours = power(bare(tmp_path, WAYLAND_DISPLAY="wayland-0"), fade_s=60.0)
    ours.switch(on=False)
    ours.switch(on=True)
    until(lambda: said.read_text() == "--dpms on\n")
    ours.switch(on=False)
    ours.close()
    assert said.read_text() == "--dpms on\n"


def test_no_way_is_said_once(power: Power, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing can switch the panel one line says so and what would help, however many nights it is tried."""
    ours = power(bare(tmp_path))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            ours.switch(on=False)
            ours.switch(on=True)
        ours.switch(on=False)
        until(lambda: len(caplog.records) > 0)
        ours.switch(on=False)
        ours.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"the wall is dark, the panel stays lit: nothing here can switch it. {advice(bare(tmp_path))}"
    ]


def test_a_panel_that_stays_dark_is_tried_by_all_ways(
    power: Power, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """When the way that switched it off does not light it again, another one does."""
    program(tmp_path, "wlopm", '[ "$1" = --off ]; exit $?')
    other = program(tmp_path, "kscreen-doctor")
    ours = power(bare(tmp_path, WAYLAND_DISPLAY="wayland-0"))
    ours.switch(on=False)
    until(lambda: ours.is_on is False)
    ours.switch(on=True)
    until(lambda: ours.is_on is True)
    assert (ours.way, other.read_text()) == ("wlopm", "--dpms on\n")


@pytest.mark.parametrize(
    ("environ", "programs", "expected"),
    [
        ({}, [], []),
        ({"DISPLAY": ":0"}, ["wlopm", "cec-client"], ["X (DPMS)", "HDMI-CEC (cec-client)"]),
        (
            {"WAYLAND_DISPLAY": "w", "SWAYSOCK": "s", "NIRI_SOCKET": "n", "HYPRLAND_INSTANCE_SIGNATURE": "h"},
            ["wlopm", "swaymsg", "hyprctl", "niri", "kscreen-doctor", "busctl", "wlr-randr"],
            ["wlopm", "sway", "sway", "Hyprland", "niri", "KDE (kscreen-doctor)", "GNOME (Mutter)", "wlr-randr"],
        ),
        ({"WAYLAND_DISPLAY": "w"}, ["swaymsg", "niri", "hyprctl"], []),
        ({}, ["wlopm", "vcgencmd"], ["Raspberry Pi (vcgencmd)"]),
    ],
)
def test_the_ways_of_a_machine(
    environ: dict[str, str], programs: list[str], expected: list[str], tmp_path: Path
) -> None:
    """The window system's own ways come first, each only where its compositor runs; then the kernel's and the TV's."""
    for name in programs:
        program(tmp_path, name)
    assert [way.name for way in ways(bare(tmp_path, **environ))] == expected
