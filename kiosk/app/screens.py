"""The screens of one wall: each its own place in the one queue. What one screen takes is not for the others.

    sync -> supply -> screens.tell -> every screen's playback;  a screen shows a piece -> the others hear of it

A wall of every screen follows the machine: a monitor plugged in gets a window, one unplugged ends its showing. The
first screen is the primary, which carries the operator's panel and stays whatever is unplugged.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest

from PySide6.QtGui import QGuiApplication, QScreen

from kiosk.app.supervisor import Supervisor
from kiosk.app.supply import Supply
from kiosk.app.wall_screen import WallScreen
from kiosk.domain.artworks import Artwork
from kiosk.playback.events import Event, ShownElsewhere
from kiosk.playback.service import SupplyPort
from kiosk.playback.state import Hanging

log = logging.getLogger(__name__)

Taken = Callable[[Hanging], None]
Make = Callable[[int, QScreen, SupplyPort, Taken], WallScreen]


class _ScreenSupply:
    """One screen's supply port: its wishes are put together with those of the others."""

    def __init__(self, screens: "Screens", number: int) -> None:
        self._screens = screens
        self._number = number

    def prefetch(self, artworks: Sequence[Artwork], on_glass: Sequence[Artwork]) -> None:
        """Have the images of these pieces, in this order, and keep those on the glass."""
        self._screens.prefetch(self._number, artworks, on_glass)

    def request_sync(self, delay_s: float) -> None:
        """Sync with the server after `delay_s`."""
        self._screens.request_sync(delay_s)


class Screens:
    """Holds the wall's screens; used on the GUI thread.

    `make(number, monitor, supply, taken)` builds one; `monitors` returns those the wall is to be on now, in order.
    """

    def __init__(
        self, make: Make, *, monitors: Callable[[], Sequence[QScreen]], supply: Supply, supervisor: Supervisor
    ) -> None:
        self._make = make
        self._monitors = monitors
        self._supply = supply
        self._supervisor = supervisor
        self._screens: list[WallScreen] = []
        self._listeners: list[Callable[[WallScreen], None]] = []
        self._wishes: dict[int, tuple[Sequence[Artwork], Sequence[Artwork]]] = {}
        self._serial = 0
        self._running = False
        for monitor in monitors():
            self._add(monitor)

    def __iter__(self) -> Iterator[WallScreen]:
        return iter(tuple(self._screens))

    @property
    def primary(self) -> WallScreen:
        """The screen that carries the panel and that the status speaks of."""
        return self._screens[0]

    def on_added(self, listener: Callable[[WallScreen], None]) -> None:
        """Have `listener` called for every screen there is and every one that comes."""
        self._listeners.append(listener)
        for screen in self:
            listener(screen)

    def tell(self, event: Event) -> None:
        """Pass an event on to every screen."""
        for screen in self:
            screen.playback.handle(event)

    def _add(self, monitor: QScreen) -> None:
        """Put a screen of the wall on that monitor."""
        number, self._serial = self._serial, self._serial + 1
        screen = self._make(number, monitor, _ScreenSupply(self, number), partial(self._taken, number))
        if self._screens:
            screen.playback.join(self.primary.playback.state)
        self._screens.append(screen)
        for listener in self._listeners:
            listener(screen)
        if self._running:
            self._start(screen)

    def open(self) -> None:
        """Put the windows up and start what runs behind them."""
        self._running = True
        for screen in self:
            self._start(screen)

    def follow(self, application: QGuiApplication) -> None:
        """Go where the monitors are from now on, whatever is plugged and unplugged."""
        application.screenAdded.connect(self._plugged)
        application.screenRemoved.connect(self._plugged)

    def set_brightness(self, brightness: float) -> None:
        """Dim every screen to this share (0-1) of its light."""
        for screen in self:
            screen.stage.set_brightness(brightness)

    def set_label(self, mode: str) -> None:
        """Show the labels in a `corner`, or keep them `off`."""
        for screen in self:
            screen.stage.set_label(mode)

    def set_fit(self, fit: str) -> None:
        """Fit pictures by `cover`, `contain` or `blur` from now on."""
        for screen in self:
            screen.link.set_fit(fit)

    def set_rotation(self, rotation: int) -> None:
        """Turn what every screen shows by so many degrees clockwise."""
        for screen in self:
            screen.stage.set_rotation(rotation)

    def flash(self, answer: str) -> None:
        """Answer hands on every screen."""
        for screen in self:
            screen.stage.flash(answer)

    def close(self) -> None:
        """Take the windows down; what is on them ends with `exit`."""
        for screen in self:
            screen.playback.close()
            screen.stage.close()

    async def drain(self) -> None:
        """Wait until all that was seen is written."""
        for screen in self:
            await screen.proof.drain()

    def prefetch(self, number: int, artworks: Sequence[Artwork], on_glass: Sequence[Artwork]) -> None:
        """Have the images one screen wants, and the others: the most urgent of each, then the next of each."""
        if number not in {screen.number for screen in self._screens}:
            return  # it was unplugged
        self._wishes[number] = (artworks, on_glass)
        ranks = zip_longest(*(pieces for pieces, _ in self._wishes.values()))
        wanted = {piece.id: piece for rank in ranks for piece in rank if piece is not None}
        kept = {piece.id: piece for _, pieces in self._wishes.values() for piece in pieces}
        self._supply.prefetch(tuple(wanted.values()), tuple(kept.values()))

    def request_sync(self, delay_s: float) -> None:
        """Have the queue read anew."""
        self._supply.request_sync(delay_s)

    def _taken(self, number: int, hanging: Hanging) -> None:
        """A screen brings pieces on: they are not for the others."""
        ids = tuple(piece.id for piece in hanging)
        for screen in self:
            if screen.number != number:
                screen.playback.handle(ShownElsewhere(screen.clock.monotonic(), ids))

    def _start(self, screen: WallScreen) -> None:
        if screen.playback.state.asleep:
            screen.link.set_asleep(True)  # it joins a wall in the night: dark, and its panel off
        screen.stage.open()
        screen.stage.set_paused_mark(screen.playback.state.paused)
        for task in screen.tasks():
            self._supervisor.start(task)

    def _plugged(self, _monitor: QScreen | None = None) -> None:
        """Monitors came or went: every one gets its window, and none has two."""
        monitors = {monitor.name(): monitor for monitor in self._monitors() if monitor.name()}
        if not monitors:
            return  # all unplugged: the windows wait for one to come back
        primary = self.primary
        if primary.monitor not in monitors:
            primary.move_to(next(iter(monitors.values())))
            log.warning("the primary screen is gone; the wall goes on at %s", primary.monitor)
        for screen in self._screens[1:]:
            if screen.monitor not in monitors or screen.monitor == primary.monitor:
                self._remove(screen)
        used = {screen.monitor for screen in self}
        for name, monitor in monitors.items():
            if name not in used:
                log.info("a screen at %s joins the wall", name)
                self._add(monitor)

    def _remove(self, screen: WallScreen) -> None:
        log.info("the screen at %s is gone", screen.monitor)
        self._screens.remove(screen)
        self._wishes.pop(screen.number, None)
        screen.playback.close()
        screen.stage.close()
        self._supervisor.spawn(f"end of {screen.monitor}", self._finish(screen))

    async def _finish(self, screen: WallScreen) -> None:
        await screen.proof.drain()
        for task in screen.tasks():
            await self._supervisor.end(task.name)
        await asyncio.to_thread(screen.darkroom.clear)
