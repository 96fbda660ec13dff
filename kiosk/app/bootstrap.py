"""The display's one composition root. Start reading here.

    server link -> sync -> supply -> playback -> stage link -> stage        pieces, towards the glass
    stage -> stage link -> proof -> outbox -> server                        proof, back again

Parts are built bottom-up; what points back up (news for playback, a server that moved) goes through `Wire`, set last.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.app.art_director import ArtDirector
from kiosk.app.bundle import DemoPiece, demo_pieces
from kiosk.app.clock import SystemClock, boot_id, is_clock_synced
from kiosk.app.commands import Reach, handlers
from kiosk.app.display import Display
from kiosk.app.hands import Hands
from kiosk.app.link import ServerLink
from kiosk.app.memory import load_memory
from kiosk.app.notebook import Notebook
from kiosk.app.preferences import CurrentSettings
from kiosk.app.proof import Boot, ProofKeeper
from kiosk.app.snapshots import Snapshots
from kiosk.app.stage_link import StageLink
from kiosk.app.status_desk import StatusDesk
from kiosk.app.supervisor import Supervisor
from kiosk.app.supply import Supply
from kiosk.domain.artworks import Artwork
from kiosk.domain.ports import Clock
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.playback.events import Event
from kiosk.playback.service import PlaybackService
from kiosk.playback.state import State
from kiosk.settings.model import Settings
from kiosk.stage.pieces import StageOptions
from kiosk.stage.window import StageWindow
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


class Wire:
    """Carries events to playback, which is built after those who tell them."""

    def __init__(self) -> None:
        self._handle: Callable[[Event], None] | None = None

    def connect(self, handle: Callable[[Event], None]) -> None:
        """Name who listens."""
        self._handle = handle

    def tell(self, event: Event) -> None:
        """Pass an event on; before anyone listens there is nothing to tell."""
        if self._handle is not None:
            self._handle(event)


def assemble(wanted: Wanted, folder: DataFolder, current: CurrentSettings) -> Display:
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
    stage = StageWindow(_stage_options(wanted, settings), clock=clock)
    proof = ProofKeeper(
        ledger=outbox,
        clock=clock,
        boot=boot,
        tally=stage.tally,
        planned_ms=lambda: round(current.timing().stage_s * 1000),
    )

    def on_glass(artwork: Artwork) -> None:
        sync.shown(artwork.id)
        supervisor.spawn("notebook", notebook.shown(artwork, sync.session_id))

    stage_link = StageLink(
        glass=stage,
        proof=proof,
        path_of=lambda artwork: cache.find(artwork.sha256),
        set_aside=lambda artwork, reason: sync.set_aside(artwork.sha256, reason),
        on_glass=on_glass,
        clock=clock,
        tell=wire.tell,
    )
    playback = PlaybackService(State(timing=current.timing()), stage=stage_link, supply=supply, clock=clock)
    wire.connect(playback.handle)
    director = ArtDirector(
        maker=sync,
        clock=clock,
        wishes=current.wishes,
        preferences=current.art_preferences,
        queued=lambda: len(playback.state.pieces),
        tell=wire.tell,
    )
    desk = StatusDesk(
        playback=playback,
        frames=stage.status,
        counts=outbox.counts,
        sync=sync,
        cache=cache,
        server=lambda: link.address[0],
        fault=lambda: outbox.fault or link.failure or sync.problem,
    )
    reach = Reach(
        clock=clock,
        tell=wire.tell,
        state=lambda: playback.state,
        status=desk.status,
        screen=Snapshots(stage.grab),
        voter=client,
        make_now=director.make_now,
        server=lambda: link.address,
        reload_settings=current.reload,
    )
    hands = Hands(
        folder=folder,
        current=current,
        clock=clock,
        stage=stage,
        playback=playback,
        voter=client,
        supervisor=supervisor,
        status=desk.status,
        notebook=notebook,
        leave=leaving.set,
    )
    stage_link.listen(stage)
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
        proof=proof,
        playback=playback,
        stage=stage,
        director=director,
        desk=desk,
        hands=hands,
        notebook=notebook,
        demo=demo,
        commands=handlers(reach),
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


def _stage_options(wanted: Wanted, settings: Settings) -> StageOptions:
    return StageOptions(
        windowed=wanted.windowed,
        screen=settings.display.screen,
        fit=settings.playback.fit,
        label=settings.playback.label,
        brightness=settings.display.brightness,
    )
