"""The running display: what is started in which order, what a start shows, and how it comes to a clean end."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiosk.app.art_director import ArtDirector
from kiosk.app.bundle import DemoPiece
from kiosk.app.chores import dim_by_schedule, import_at_start, keep_panel_informed, sleep_by_schedule
from kiosk.app.clock import local_minute_exactly, local_minute_of_day
from kiosk.app.control import Handler, control_socket
from kiosk.app.ear import Ear
from kiosk.app.hands import Hands
from kiosk.app.http_door import HttpDoor
from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.link import ServerLink
from kiosk.app.notebook import Notebook
from kiosk.app.opening import opening
from kiosk.app.preferences import CurrentSettings
from kiosk.app.screens import Screens
from kiosk.app.status_desk import StatusDesk
from kiosk.app.supervisor import Supervisor, Task
from kiosk.app.watch import Watch
from kiosk.domain.ports import Clock
from kiosk.outbox.service import OutboxService
from kiosk.outbox.transport import HttpTransport
from kiosk.playback.events import QueueRestored, ShownBefore
from kiosk.stage.panel_power import PanelPower
from kiosk.stage.placement import application
from kiosk.storage.folder import DataFolder
from kiosk.storage.scratch import remove_scratch
from kiosk.sync.client import ApiClient
from kiosk.sync.service import SyncService

log = logging.getLogger(__name__)

DRAIN_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """The parts, wired. `leaving` is set by whatever ends the display."""

    folder: DataFolder
    clock: Clock
    supervisor: Supervisor
    current: CurrentSettings
    client: ApiClient
    transport: HttpTransport
    link: ServerLink
    sync: SyncService
    outbox: OutboxService
    imaging: ImagingProcess
    panel: PanelPower
    scratch: Path
    screens: Screens
    follows_plugs: bool
    director: ArtDirector
    ear: Ear
    desk: StatusDesk
    hands: Hands
    notebook: Notebook
    demo: Sequence[DemoPiece]
    commands: Mapping[str, Handler]
    door: HttpDoor
    watch: Watch
    import_path: Path | None
    leaving: asyncio.Event

    async def run(self, for_s: float | None) -> Mapping[str, Any]:
        """Show art until something ends it, or for `for_s` seconds; return the final status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leaving.set)
        try:
            await self.outbox.start()
            self.panel.switch(on=True)
            self.screens.open()
            if self.follows_plugs:
                self.screens.follow(application())
            await self._begin()
            self.link.start(self.supervisor)  # not sooner: a server that starts takes a core from the first picture
            for task in self._tasks():
                self.supervisor.start(task)
            if self.import_path is not None:
                self.supervisor.spawn("import", self._import(self.import_path))
            async with control_socket(self.folder, self.commands):
                await self._until_over(for_s)
            return await self._end()
        finally:
            self.watch.stalls.stop()
            self.screens.close()
            await self.supervisor.stop()
            await asyncio.to_thread(self.panel.close)
            await asyncio.to_thread(self.imaging.close)
            await asyncio.to_thread(remove_scratch, self.scratch)
            await asyncio.to_thread(self.link.close)
            await self.client.aclose()
            await self.transport.aclose()
            await self.outbox.aclose()

    def _tasks(self) -> Sequence[Task]:
        return (
            *self.watch.tasks(),
            Task("http door", self.door.run),
            Task("listening", self.ear.listening.run),
            Task("sync", self._with_server(self.sync.run)),
            Task("outbox", self._with_server(self.outbox.run)),
            Task("art director", self._with_server(self.director.run)),
            Task(
                "sleep schedule",
                lambda: sleep_by_schedule(
                    clock=self.clock,
                    minute=local_minute_of_day,
                    settings=lambda: self.current.now.display,
                    tell=self.screens.tell,
                ),
            ),
            Task(
                "night",
                lambda: dim_by_schedule(
                    clock=self.clock,
                    minute=local_minute_exactly,
                    settings=lambda: self.current.now.display,
                    apply=self.screens.set_brightness,
                    is_previewing=lambda: self.hands.panel_open,
                ),
            ),
            Task(
                "panel",
                lambda: keep_panel_informed(
                    clock=self.clock, is_open=lambda: self.hands.panel_open, inform=self.hands.inform_panel
                ),
            ),
        )

    def _with_server(self, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def run_when_addressed() -> None:
            await self.link.addressed.wait()
            await run()

        return run_when_addressed

    async def _import(self, path: Path) -> None:
        await import_at_start(path, client=self.client, clock=self.clock)

    async def _begin(self) -> None:
        """Put up what is here already: nothing waits for a server."""
        cached = await self.sync.restore()
        here = {piece.artwork.id for piece in cached} | {piece.artwork.id for piece in self.demo}
        memory = self.notebook.memory
        start = opening(
            queued=[piece.artwork for piece in cached if piece.queued],
            demo=[piece.artwork for piece in self.demo],
            last=memory.last if memory.last is not None and memory.last.id in here else None,
            others=[piece.artwork for piece in cached if not piece.queued],
            shown={*memory.shown, *self.outbox.pending_artwork_ids()},
            screens=len(list(self.screens)),
        )
        now_s = self.clock.monotonic()
        self.screens.tell(ShownBefore(now_s, start.shown))
        self.screens.tell(QueueRestored(now_s, start.pieces))

    async def _until_over(self, for_s: float | None) -> None:
        try:
            async with asyncio.timeout(for_s):
                await self.leaving.wait()
        except TimeoutError:
            log.info("the time asked for is over")

    async def _end(self) -> Mapping[str, Any]:
        """End the piece on the glass, write it, deliver what can be delivered in the time allowed."""
        self.watch.pulse.stopping()
        frames = self.screens.primary.stage.status()
        self.ear.listening.end()
        self.screens.close()
        try:
            async with asyncio.timeout(DRAIN_LIMIT_S):
                await self.screens.drain()
        except TimeoutError:
            log.warning("the last impressions could not be written in time; the next start recovers them")
        await self.outbox.flush()
        return replace(self.desk, frames=lambda: frames).status()
