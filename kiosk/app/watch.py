"""What watches over the wall: its look at itself, its word to the service manager, and who kept its thread.

screen, prints, frames -> self-witness -> status, pulse -> systemd
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.self_witness import SelfWitness, Views
from kiosk.app.stalls import StallWatch
from kiosk.app.supervisor import Task
from kiosk.app.systemd import Pulse, manager_of
from kiosk.app.wall_screen import WallScreen
from kiosk.app.x_screen import XScreen
from kiosk.domain.ports import Clock
from kiosk.outbox.service import OutboxService


@dataclass(frozen=True, slots=True)
class Watch:
    """The watchers of one display."""

    witness: SelfWitness
    pulse: Pulse
    stalls: StallWatch
    x_screen: XScreen

    def tasks(self) -> Sequence[Task]:
        """Return what has to run for them."""
        return (Task("self-witness", self.witness.run), Task("pulse", self.pulse.run))


def watch_over(
    screen: WallScreen,
    *,
    imaging: ImagingProcess,
    outbox: OutboxService,
    is_overlaid: Callable[[], bool],
    turned: Callable[[], int],
    clock: Clock,
) -> Watch:
    """Return the watchers of this screen.

    `is_overlaid` tells whether something of our own lies over the art, `turned` by how many degrees the art is turned.
    """
    x_screen = XScreen(screen.stage.window, imaging.carry_out, turned)
    witness = SelfWitness(
        Views(
            look=x_screen.look,
            expected=lambda: None if is_overlaid() else screen.link.fingerprint(),
            artwork_id=lambda: _on_stage(screen),
            frame_age_ms=lambda: screen.stage.status().last_swap_age_ms,
            dark=lambda: _dark(screen),
            covered=lambda: screen.stage.exposure.overlaid,
        ),
        clock=clock,
    )
    pulse = Pulse(manager_of(os.environ), clock=clock, glass=witness.answer, outbox=outbox.answer)
    return Watch(witness, pulse, StallWatch(clock), x_screen)


def _on_stage(screen: WallScreen) -> str | None:
    showing = screen.playback.state.on_stage
    return None if showing is None else showing.artwork.id


def _dark(screen: WallScreen) -> str:
    """Return why no art is to be seen just now and nothing can be done about it, or nothing."""
    return "asleep" if screen.playback.state.asleep else screen.stage.exposure.beyond_help
