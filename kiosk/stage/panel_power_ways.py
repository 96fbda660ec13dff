"""The ways there are to switch a panel off and on, and which of them this machine has, best first (pure but for looking
whether programs and files are there).

A way is two lists of steps. `panel_power.py` carries them out; X's own way, DPMS, is in `panel_power_x.py`.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FB_BLANK_UNBLANK, FB_BLANK_POWERDOWN = "0", "4"


@dataclass(frozen=True, slots=True)
class Run:
    """A program with its arguments; `words` is what goes to its stdin, `echoes` what it must print when it worked."""

    command: tuple[str, ...]
    words: str = ""
    echoes: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """A text for a file of the kernel's."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Dpms:
    """X's display power management, on the server of that name."""

    display_name: str
    on: bool


@dataclass(frozen=True, slots=True)
class EachOutput:
    """`wlr-randr` for every output it lists."""

    program: str
    on: bool


Step = Run | Write | Dpms | EachOutput


@dataclass(frozen=True, slots=True)
class Way:
    """A way to switch the panel: all its steps have to work. `is_discreet` when switching on does no more than that."""

    name: str
    off: tuple[Step, ...]
    on: tuple[Step, ...]
    is_discreet: bool = True


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine offers: its environment, its programs, its kernel's files."""

    environ: Mapping[str, str]
    programs: str = os.defpath
    sys: Path = Path("/sys")
    dev: Path = Path("/dev")

    def program(self, name: str) -> str | None:
        """Return the path of a program, None when it is not installed."""
        return shutil.which(name, path=self.programs)


def this_machine() -> Machine:
    """Return the machine we run on."""
    return Machine(os.environ, os.environ.get("PATH", os.defpath))


def ways(machine: Machine) -> tuple[Way, ...]:
    """Return the ways to try, in this order: the window system's, the kernel's, the firmware's, the TV's own (CEC)."""
    found: list[Way] = []
    if machine.environ.get("WAYLAND_DISPLAY"):
        found += _of_wayland(machine)
    if display_name := machine.environ.get("DISPLAY", ""):
        found.append(Way("X (DPMS)", (Dpms(display_name, on=False),), (Dpms(display_name, on=True),)))
    found += _of_kernel(machine)
    return (*found, *_of_cec(machine))


def advice(machine: Machine) -> str:
    """Return what would give this machine a way, one sentence."""
    if machine.environ.get("WAYLAND_DISPLAY"):
        return "Install wlopm (wlroots, labwc, cage), or use the compositor's own tool: swaymsg, kscreen-doctor, niri."
    if machine.environ.get("DISPLAY"):
        return "This X server has no DPMS; a TV can be switched through HDMI-CEC: install cec-utils or v4l-utils."
    return "Give the user write access to the panel's bl_power (a udev rule), or install cec-utils for a TV."


def _of_wayland(machine: Machine) -> Iterator[Way]:
    """Each compositor listens to its own tool; a tool of another one fails at once and is passed over."""
    if wlopm := machine.program("wlopm"):
        yield _by_words("wlopm", (wlopm, "--off", "*"), (wlopm, "--on", "*"))
    if "SWAYSOCK" in machine.environ and (sway := machine.program("swaymsg")):
        yield _by_words("sway", (sway, "output", "*", "power", "off"), (sway, "output", "*", "power", "on"))
        yield _by_words("sway", (sway, "output", "*", "dpms", "off"), (sway, "output", "*", "dpms", "on"))  # before 1.8
    if "HYPRLAND_INSTANCE_SIGNATURE" in machine.environ and (hypr := machine.program("hyprctl")):
        yield _by_words("Hyprland", (hypr, "dispatch", "dpms", "off"), (hypr, "dispatch", "dpms", "on"))
    if "NIRI_SOCKET" in machine.environ and (niri := machine.program("niri")):
        off, on = "power-off-monitors", "power-on-monitors"
        yield _by_words("niri", (niri, "msg", "action", off), (niri, "msg", "action", on))
    if kde := machine.program("kscreen-doctor"):
        yield _by_words("KDE (kscreen-doctor)", (kde, "--dpms", "off"), (kde, "--dpms", "on"))
    if busctl := machine.program("busctl"):
        mutter = "org.gnome.Mutter.DisplayConfig"
        call = (busctl, "--user", "set-property", mutter, f"/{mutter.replace('.', '/')}", mutter, "PowerSaveMode", "i")
        yield _by_words("GNOME (Mutter)", (*call, "3"), (*call, "0"))
    if wlr := machine.program("wlr-randr"):
        yield Way("wlr-randr", (EachOutput(wlr, on=False),), (EachOutput(wlr, on=True),))


def _by_words(name: str, off: tuple[str, ...], on: tuple[str, ...]) -> Way:
    return Way(name, (Run(off),), (Run(on),))


def _of_kernel(machine: Machine) -> Iterator[Way]:
    """The backlight of a built-in panel, the Raspberry Pi's firmware, the console's frame buffer."""
    lights = [path for path in sorted((machine.sys / "class/backlight").glob("*/bl_power")) if os.access(path, os.W_OK)]
    if lights:
        yield Way(
            f"backlight ({', '.join(path.parent.name for path in lights)})",
            tuple(Write(path, FB_BLANK_POWERDOWN) for path in lights),
            tuple(Write(path, FB_BLANK_UNBLANK) for path in lights),
        )
    if pi := machine.program("vcgencmd"):
        off, on = (Run((pi, "display_power", state), echoes=f"display_power={state}") for state in ("0", "1"))
        yield Way("Raspberry Pi (vcgencmd)", (off,), (on,))
    blank = machine.sys / "class/graphics/fb0/blank"
    has_window_system = machine.environ.get("DISPLAY") or machine.environ.get("WAYLAND_DISPLAY")
    if not has_window_system and os.access(blank, os.W_OK):
        yield Way("frame buffer", (Write(blank, FB_BLANK_POWERDOWN),), (Write(blank, FB_BLANK_UNBLANK),))


def _of_cec(machine: Machine) -> Iterator[Way]:
    """HDMI-CEC: the TV goes to standby, and comes back to our input."""
    adapters = sorted(machine.dev.glob("cec[0-9]*"))
    if adapters and (ctl := machine.program("cec-ctl")):
        call = (ctl, "--device", str(adapters[0]))
        ready = Run((*call, "--playback"))
        on = (ready, Run((*call, "--to", "0", "--image-view-on")))
        yield Way("HDMI-CEC (cec-ctl)", (ready, Run((*call, "--to", "0", "--standby"))), on, is_discreet=False)
    if client := machine.program("cec-client"):
        once = (client, "--single-command", "--log-level", "1")
        standby, wake = Run(once, words="standby 0\n"), Run(once, words="on 0\n")
        yield Way("HDMI-CEC (cec-client)", (standby,), (wake,), is_discreet=False)
