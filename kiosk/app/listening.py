"""The wall listens: keeps a listening process while it may, remembers the music, says when another piece begins.

    settings, mute, sleep -> Wish -> listening process -> Standing, Heard -> memory -> the art director's wishes

Nothing listens while `listen_wish.py` says no: there the process is killed, which closes the device, and what was heard
is forgotten at once. A process that hangs is killed as well, and another one started.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from kiosk.app.audio_process import ListeningEnded, ListeningProcess
from kiosk.app.listen_wish import ListenWish
from kiosk.app.sound import Sound
from kiosk.audio.memory import Memory
from kiosk.audio.wire import Heard, Said, Standing
from kiosk.domain.ports import Clock
from kiosk.protocol.artworks import AudioAnalysis

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class Listening:
    """Used on the loop's thread; `run` is supervised, and called again when the process has died or hung.

    `on_state` is told of every change of what is open, `on_new_music` that a new piece of music has begun.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        wish: Callable[[], ListenWish],
        on_state: Callable[[Sound], None],
        on_new_music: Callable[[], None],
        start: Callable[[str], ListeningProcess] = ListeningProcess,
    ) -> None:
        self._clock = clock
        self._wish = wish
        self._on_state = on_state
        self._on_new_music = on_new_music
        self._start = start
        self._process: ListeningProcess | None = None
        self._for: ListenWish | None = None
        self._memory = Memory()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._is_over = False
        self.sound = Sound()

    @property
    def pid(self) -> int | None:
        """The number of the process that listens, None while none does."""
        return None if self._process is None else self._process.pid

    def music(self) -> dict[str, Any] | None:
        """Return the audioAnalysis a wish for art may carry now; None when no music was heard lately."""
        return self._memory.music(self._clock.monotonic())

    def look_again(self) -> None:
        """Hear that settings, mute or sleep have changed: what may not listen any more is ended before this returns."""
        self._rest()
        if self._process is not None and self._for != self._wanted():
            self._for = None
            self._process.kill()

    def end(self) -> None:
        """Close the microphone for good: the mark goes, so must it."""
        self._is_over = True
        self.look_again()

    async def quiet(self) -> None:
        """Wait until no process listens."""
        await self._quiet.wait()

    async def run(self) -> None:
        """Listen while it is wished; raise ListeningEnded when the process dies by itself, or hangs."""
        while True:
            wish = self._wanted()
            if wish.may_listen:
                await self._listen(wish)
            else:
                self._rest()
                await self._clock.sleep(LOOK_EVERY_S)

    async def _listen(self, wish: ListenWish) -> None:
        self._for, self._process = wish, self._start(wish.device)
        self._quiet.clear()
        self._tell(Sound("starting", wish.device))
        failure: ListeningEnded | None = None
        try:
            while self._is_for(wish):
                said = await self._process.said(within_s=LOOK_EVERY_S)
                if said is not None and self._is_for(wish):
                    self._take(said)
        except ListeningEnded as error:
            failure = error if self._is_for(wish) else None
        finally:
            self._for = None
            self._rest()
            await self._process.close()  # before anybody is told that nothing is open
            self._process = None
            self._rest()
            self._quiet.set()
        if failure is not None and self._wanted() == wish:
            self._tell(Sound("missing", wish.device, f"{failure.message} It is started again."))
            raise failure

    def _is_for(self, wish: ListenWish) -> bool:
        """Tell whether what the process says still counts: nobody has ended it, and nothing else is wished."""
        return self._for == wish == self._wanted()

    def _wanted(self) -> ListenWish:
        return self._wish().never() if self._is_over else self._wish()

    def _rest(self) -> None:
        """Where nothing may listen, forget what was heard; and where nothing does, say so."""
        wish = self._wanted()
        if not wish.may_listen:
            self._memory = Memory()
            if self._process is None:
                self._tell(wish.closed)

    def _take(self, said: Said) -> None:
        match said:
            case Standing():
                record = self.sound.record if said.state == "listening" else None
                self._tell(Sound(said.state, said.device, said.reason, said.overruns, said.reopened, record))
            case Heard():
                try:
                    AudioAnalysis.model_validate(said.record)
                except ValidationError as error:
                    log.warning("the listening process heard nonsense: %s", error)
                    return
                self._memory = self._memory.after(said.record, self._clock.monotonic())
                self._tell(replace(self.sound, record=said.record))
                if said.is_new:
                    log.info("a new piece of music")
                    self._on_new_music()

    def _tell(self, sound: Sound) -> None:
        if sound != self.sound:
            if sound.state != self.sound.state:
                log.info("listening: %s", " ".join(filter(None, (sound.state, sound.device, sound.reason))))
            self.sound = sound
            self._on_state(sound)
