"""One screen of the wall: a window, what is printed for it, its own place in the queue, and its own proof.

playback -> stage link -> darkroom -> stage -> stage link -> proof, playback
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QScreen

from kiosk.app.chores import brightness_now
from kiosk.app.clock import local_minute_exactly
from kiosk.app.darkroom import Darkroom, Imaging
from kiosk.app.darkroom_order import Finish
from kiosk.app.made_line import made_line
from kiosk.app.preferences import CurrentSettings
from kiosk.app.proof import Boot, Ledger, ProofKeeper
from kiosk.app.stage_link import Files, StageLink
from kiosk.app.supervisor import Task
from kiosk.app.wire import Wire
from kiosk.domain.artworks import Artwork, Reason
from kiosk.domain.ports import Clock
from kiosk.imaging.orders import PrintOrder
from kiosk.playback.service import PlaybackService, SupplyPort
from kiosk.playback.state import Hanging, State
from kiosk.settings.model import Settings
from kiosk.stage.label import Caption, link_of
from kiosk.stage.pieces import StageOptions
from kiosk.stage.window import StageWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every screen of a wall shares."""

    clock: Clock
    current: CurrentSettings
    imaging: Imaging
    scratch: Path
    note: Callable[[PrintOrder], None]
    ledger: Ledger
    boot: Boot
    files: Files
    caption: Callable[[Artwork], Caption]
    on_glass: Callable[[Artwork], None]
    foresee: Callable[[Hanging], None]
    power: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class WallScreen:
    """The parts of one screen, wired. `number` tells it from the others for good, whatever monitor it is on."""

    number: int
    clock: Clock
    stage: StageWindow
    darkroom: Darkroom
    link: StageLink
    proof: ProofKeeper
    playback: PlaybackService

    def tasks(self) -> Sequence[Task]:
        """Return what has to run for it."""
        return (Task(f"proof {self.number}", self.proof.run), Task(f"darkroom {self.number}", self.darkroom.run))

    @property
    def monitor(self) -> str:
        """The system's name of the monitor it is on."""
        return self.stage.monitor

    def move_to(self, monitor: QScreen) -> None:
        """Go to another monitor, of which it takes the size."""
        self.stage.move_to(monitor)


def make_screen(
    number: int,
    monitor: QScreen,
    options: StageOptions,
    common: Common,
    supply: SupplyPort,
    taken: Callable[[Hanging], None],
) -> WallScreen:
    """Return a screen of the wall, its window not yet put up. Needs the running loop and a QGuiApplication.

    `number` tells it from the others; `taken` hears of what it brings on.
    """
    clock, current, wire = common.clock, common.current, Wire()
    stage = StageWindow(options, clock=clock, monitor=monitor)
    darkroom = Darkroom(
        imaging=common.imaging,
        folder=common.scratch / str(number),
        finish=Finish(stage.scene_px, current.now.playback.fit),
        clock=clock,
        note=common.note if number == 0 else None,
    )
    proof = ProofKeeper(
        ledger=common.ledger,
        clock=clock,
        boot=common.boot,
        tally=stage.tally,
        planned_ms=lambda: round(current.timing().stage_s * 1000),
    )
    link = StageLink(
        glass=stage,
        darkroom=darkroom,
        proof=proof,
        files=common.files,
        caption=common.caption,
        on_glass=common.on_glass,
        taken=taken,
        foresee=common.foresee,
        power=common.power,
        clock=clock,
        tell=wire.tell,
    )
    playback = PlaybackService(
        State(timing=current.timing(), screen_px=stage.scene_px), stage=link, supply=supply, clock=clock
    )
    wire.connect(playback.handle)
    link.listen(stage)
    return WallScreen(number, clock, stage, darkroom, link, proof, playback)


def stage_options(windowed: tuple[int, int] | None, settings: Settings) -> StageOptions:
    """Return how a window is put up by these settings."""
    return StageOptions(
        windowed=windowed,
        rotation=int(settings.display.rotation),
        label=settings.playback.label,
        brightness=brightness_now(settings.display, local_minute_exactly()),
    )


def caption_of(artwork: Artwork, link: str) -> Caption:
    """Return the words of the label of a piece; the bundle's have no year, for they are older than the wall.

    `link` is the address a code offers, with `{id}` for the piece, or nothing.
    """
    return Caption(
        title=artwork.title,
        artist=artwork.artist,
        year="" if artwork.reason is Reason.DEMO else str(artwork.created_at.year),
        made=made_line(artwork),
        link=link_of(link, artwork.id),
    )
