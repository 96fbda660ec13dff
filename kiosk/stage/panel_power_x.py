"""The panel's power and the timers that blank it, under X, each call on a connection that lives no longer.

The `Inhibitor` disables DPMS while art is on; forcing a panel off needs it enabled, and a disabled one is always on. So
`switch_off` enables it, and `switch_on` leaves enabling and disabling to the `Inhibitor`: in whichever order the two
speak, the panel ends up as wished.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from Xlib import X, display
from Xlib.error import ConnectionClosedError, DisplayError, XauthError, XError
from Xlib.ext import dpms

log = logging.getLogger(__name__)

FAULTS = (OSError, DisplayError, ConnectionClosedError, XauthError, XError)


def can_switch(display_name: str) -> bool:
    """Tell whether that X server can switch its panels; False when it cannot be reached."""
    try:
        with _server(display_name) as server:
            return _is_capable(server)
    except FAULTS:
        return False


def switch_off(display_name: str) -> bool:
    """Switch the panels off. A touched mouse lights them; X's own timeouts switch them off again (ten minutes)."""
    try:
        with _server(display_name) as server:
            if not _is_capable(server):
                return False
            server.dpms_enable()
            server.dpms_force_level(dpms.DPMSModeOff)
            return bool(server.dpms_info().power_level == dpms.DPMSModeOff)
    except FAULTS:
        return False


def switch_on(display_name: str) -> bool:
    """Light the panels; True when they are on, also because DPMS is disabled."""
    try:
        with _server(display_name) as server:
            if not _is_capable(server):
                return False
            if server.dpms_info().state:
                server.dpms_force_level(dpms.DPMSModeOn)
            return not (server.dpms_info().state and server.dpms_info().power_level)
    except FAULTS:
        return False


@dataclass(frozen=True, slots=True)
class Blanking:
    """How an X server blanked its screens before we forbade it; times in seconds, `power` when DPMS did too."""

    display_name: str
    timeout_s: int
    interval_s: int
    prefer: int
    exposures: int
    power: bool


def forbid_blanking(display_name: str) -> Blanking | None:
    """Turn the screen saver and DPMS off and end a saver that runs; return how they were, None when that fails."""
    try:
        with _server(display_name) as server:
            saver = server.get_screen_saver()
            has_power = _is_capable(server)
            power = has_power and bool(server.dpms_info().state)
            server.set_screen_saver(0, saver.interval, saver.prefer_blanking, saver.allow_exposures)
            server.force_screen_saver(X.ScreenSaverReset)
            if has_power:
                server.dpms_disable()
            server.sync()
            blanking = saver.prefer_blanking, saver.allow_exposures
            return Blanking(display_name, saver.timeout, saver.interval, *blanking, power)
    except FAULTS:
        return None


def allow_blanking(before: Blanking) -> None:
    """Put screen saver and DPMS back to how they were."""
    try:
        with _server(before.display_name) as server:
            server.set_screen_saver(before.timeout_s, before.interval_s, before.prefer, before.exposures)
            if before.power:
                server.dpms_enable()
            server.sync()
    except FAULTS:
        return


def is_composited(display_name: str) -> bool:
    """Tell whether a compositing manager draws this server's windows; then X calls none covered. Raises `FAULTS`."""
    with _server(display_name) as server:
        owner = server.get_selection_owner(server.intern_atom(f"_NET_WM_CM_S{server.get_default_screen()}"))
        return bool(owner)


def _is_capable(server: Any) -> bool:
    return bool(server.has_extension("DPMS") and server.dpms_capable().capable)


def _ignore(error: object, request: object) -> None:  # noqa: ARG001 - python-xlib gives both
    """Take an error nobody waits for: what became of the wish is asked after it."""
    log.debug("the X server answered with %s", error)


@contextmanager
def _server(display_name: str) -> Iterator[Any]:
    server: Any = display.Display(display_name)  # python-xlib adds the methods of extensions at run time
    server.set_error_handler(_ignore)
    try:
        yield server
    finally:
        server.display.socket.close()
