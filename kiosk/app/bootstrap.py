"""The display's one composition root. Start reading here.

    server link -> sync -> supply -> screens -> playback -> stage link -> stage     pieces, towards the glass
    stage -> stage link -> proof -> outbox -> server                                proof, back again

What one monitor needs is wired in `wall_screen.py`.

Parts are built bottom-up; what points back up (news for playback, a server that moved) goes through `Wire`, set last.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QScreen

from kiosk.app.art_director import ArtDirector
from kiosk.app.bundle import DemoPiece, demo_pieces
from kiosk.app.clock import SystemClock, boot_id, is_clock_synced
from kiosk.app.commands import Reach, handlers
from kiosk.app.display import Display
from kiosk.app.ear import Ear
from kiosk.app.early_print import EarlyPrint, note
from kiosk.app.hands import Hands
from kiosk.app.http_door import HttpDoor, http_wish
from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.link import ServerLink
from kiosk.app.memory import load_memory
from kiosk.app.notebook import Notebook
from kiosk.app.preferences import CurrentSettings
from kiosk.app.proof import Boot
from kiosk.app.screens import Screens, Taken
from kiosk.app.snapshots import Snapshots
from kiosk.app.stage_link import Files
from kiosk.app.status_desk import StatusDesk
from kiosk.app.supervisor import Supervisor
from kiosk.app.supply import Supply
from kiosk.app.wall_screen import Common, WallScreen, caption_of, make_screen, stage_options
from kiosk.app.watch import watch_over
from kiosk.app.wire import Wire
from kiosk.domain.artworks import Artwork
from kiosk.domain.ports import Clock
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.playback.service import SupplyPort
from kiosk.playback.state import Hanging
from kiosk.settings.model import Settings
from kiosk.stage.label import link_of
from kiosk.stage.panel_power import PanelPower
from kiosk.stage.panel_power_ways import this_machine
from kiosk.stage.placement import chosen_screen
from kiosk.stage.qr import code_of
from kiosk.storage.folder import DataFolder
from kiosk.sync.backoff import Backoff, retry_after_of
from kiosk.sync.cache import ImageCache
from kiosk.sync.client import ApiClient
from kiosk.sync.service import SyncService

MIB = 1024 * 1024
NO_ADDRESS_YET = "http://127.0.0.1:9"
OUTBOX_RETRIES = Backoff(base_s=1.0, cap_s=60.0)
PAGE_MIN, PAGE_MARGIN, PAGE_MAX = 20, 10, 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says beyond the settings: a window's size in pixels, pictures to add first."""

    windowed: tuple[int, int] | None
    import_path: Path | None


def assemble(
    wanted: Wanted, folder: DataFolder, current: CurrentSettings, imaging: ImagingProcess, early: EarlyPrint
) -> Display:
    """Return the display, wired and not yet running. Needs the running loop and a QGuiApplication."""
    settings, clock, dice, wire = current.now, SystemClock(), random.SystemRandom(), Wire()
    leaving = asyncio.Event()
    supervisor = Supervisor(clock, dice)
    notebook = Notebook(folder, load_memory(folder))
    boot = Boot(boot_id(), is_clock_synced)
    demo = demo_pieces()

    client = ApiClient(NO_ADDRESS_YET, "")
    transport = HttpTransport(NO_ADDRESS_YET, "", retry_after=retry_after_of)
    outbox = _outbox(settings, folder, transport, clock, boot, dice)
    cache = _cache(settings, folder, demo)
    supply = Supply(
        bundled=[piece.artwork.id for piece in demo],
        clock=clock,
        tell=wire.tell,
        back_online=outbox.server_is_back,
    )
    sync = SyncService(
        client=client,
        cache=cache,
        listener=supply,
        clock=clock,
        random=dice,
        undelivered=outbox.pending_artwork_ids,
        debounce_ms=settings.sync.debounce_ms,
        poll_s=settings.sync.poll_s,
        heartbeat_s=settings.server.heartbeat_s,
        refetch_after_generate_s=settings.sync.refetch_after_generate_s,
        page_limit=min(PAGE_MAX, max(PAGE_MIN, settings.generate.pool_low + PAGE_MARGIN)),
        session_id=notebook.memory.session_id,
    )
    supply.connect(sync)

    def server_moved(url: str, token: str) -> None:
        client.point_to(url, token)
        transport.point_to(url, token)
        sync.server_is_back()
        outbox.server_is_back()

    link = ServerLink(settings, folder=folder, clock=clock, on_move=server_moved)

    def on_glass(artwork: Artwork) -> None:
        watch.stalls.start()
        sync.shown(artwork.id)
        supervisor.spawn("notebook", notebook.shown(artwork, sync.session_id))

    def foresee(hanging: Hanging) -> None:
        for link in (link_of(current.now.playback.label_qr, artwork.id) for artwork in hanging):
            if link:
                supervisor.spawn("code", _coded(link))

    panel = PanelPower(this_machine())
    common = Common(
        clock=clock,
        current=current,
        imaging=early,
        scratch=early.scratch,
        note=partial(note, folder),
        ledger=outbox,
        boot=boot,
        files=Files(
            find=lambda artwork: cache.find(artwork.sha256),
            set_aside=lambda artwork, reason: sync.set_aside(artwork.sha256, reason),
            doubt=lambda artwork, reason: sync.doubt(artwork.sha256, reason),
        ),
        caption=lambda artwork: caption_of(artwork, current.now.playback.label_qr),
        on_glass=on_glass,
        foresee=foresee,
        power=lambda on: panel.switch(on=on or not current.now.display.panel_off_asleep),
    )

    def screen_on(number: int, monitor: QScreen, port: SupplyPort, taken: Taken) -> WallScreen:
        return make_screen(number, monitor, stage_options(wanted.windowed, current.now), common, port, taken)

    screens = Screens(screen_on, monitors=lambda: _monitors(wanted, current.now), supply=supply, supervisor=supervisor)
    wire.connect(screens.tell)
    playback, stage = screens.primary.playback, screens.primary.stage
    watch = watch_over(
        screens.primary,
        imaging=imaging,
        outbox=outbox,
        is_overlaid=lambda: hands.panel_open,
        turned=lambda: int(current.now.display.rotation),
        clock=clock,
    )

    def faults() -> Sequence[str]:
        return [screen.darkroom.fault for screen in screens]

    ear = Ear(
        folder=folder,
        current=current,
        clock=clock,
        screens=screens,
        supervisor=supervisor,
        new_music=lambda: director.new_music(),  # noqa: PLW0108 - the director comes later
    )
    director = ArtDirector(
        maker=sync,
        clock=clock,
        wishes=current.wishes,
        preferences=current.art_preferences,
        queued=lambda: len(playback.state.pieces),
        tell=wire.tell,
        music=ear.listening.music,
    )
    desk = StatusDesk(
        screens=screens,
        playback=playback,
        frames=stage.status,
        counts=outbox.counts,
        sync=sync,
        cache=cache,
        server=lambda: link.address[0],
        fault=lambda: "; ".join(filter(None, (outbox.fault, link.failure or sync.problem, door.fault, *faults()))),
        glass=watch.witness.answer,
        stalls=lambda: watch.stalls.figures,
        sound=lambda: ear.listening.sound,
    )
    reach = Reach(
        clock=clock,
        tell=screens.tell,
        state=lambda: playback.state,
        status=desk.status,
        screen=Snapshots(stage.grab, watch.x_screen.save_png),
        voter=client,
        make_now=director.make_now,
        server=lambda: link.address,
        reload_settings=current.reload,
        look=watch.witness.asked,
        answer=screens.flash,
        set_label=lambda wish: hands.set_label(wish),  # noqa: PLW0108 - the hands come later
        mute=ear.mute,
    )
    commands = handlers(reach)
    door = HttpDoor(commands, wish=lambda: http_wish(current.now), clock=clock)
    current.on_change(lambda _: door.look_again())
    hands = Hands(
        folder=folder,
        current=current,
        clock=clock,
        screens=screens,
        voter=client,
        supervisor=supervisor,
        status=desk.status,
        notebook=notebook,
        ear=ear,
        leave=leaving.set,
    )
    return Display(
        folder=folder,
        clock=clock,
        supervisor=supervisor,
        current=current,
        client=client,
        transport=transport,
        link=link,
        sync=sync,
        outbox=outbox,
        imaging=imaging,
        panel=panel,
        scratch=early.scratch,
        screens=screens,
        follows_plugs=wanted.windowed is None,
        director=director,
        ear=ear,
        desk=desk,
        hands=hands,
        notebook=notebook,
        demo=demo,
        commands=commands,
        door=door,
        watch=watch,
        import_path=wanted.import_path,
        leaving=leaving,
    )


def _outbox(
    settings: Settings,
    folder: DataFolder,
    transport: HttpTransport,
    clock: Clock,
    boot: Boot,
    dice: random.Random,
) -> OutboxService:
    return OutboxService(
        path=folder.outbox_file,
        transport=transport,
        clock=clock,
        boot_id=boot.boot_id,
        retry_delay=lambda attempt, retry_after_s: OUTBOX_RETRIES.delay_s(attempt, dice, retry_after_s=retry_after_s),
        flush_after_s=settings.outbox.flush_after_s,
        batch_max=settings.outbox.batch_max,
        close_timeout_s=settings.outbox.close_timeout_s,
    )


def _cache(settings: Settings, folder: DataFolder, demo: tuple[DemoPiece, ...]) -> ImageCache:
    return ImageCache(
        folder.cache_dir,
        max_bytes=round(settings.cache.max_mb * MIB),
        bundled={piece.artwork.sha256: piece.path for piece in demo},
    )


async def _coded(link: str) -> None:
    """Make a label's code ahead, off the GUI thread."""
    await asyncio.to_thread(code_of, link)


def _monitors(wanted: Wanted, settings: Settings) -> Sequence[QScreen]:
    """Return the monitors the wall is to be on now, the primary one first."""
    chosen = chosen_screen(settings.display.screen)
    others = QGuiApplication.screens() if settings.display.all_screens and wanted.windowed is None else []
    return [chosen, *(monitor for monitor in others if monitor is not chosen)]
