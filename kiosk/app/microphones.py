"""The microphones the panel offers for `audio.device`: listed when it opens, and when the wall may listen from then on.

While people do not let the wall listen (`listen_wish.py`) none is looked for and none is offered; a name can be typed
all the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from kiosk.domain.errors import KioskError

log = logging.getLogger(__name__)


class Microphones:
    """Used on the loop's thread. `list_them` blocks, on a thread of its own; `spawn` owns that work."""

    def __init__(
        self,
        *,
        may_list: Callable[[], bool],
        list_them: Callable[[], tuple[str, ...]],
        spawn: Callable[[Awaitable[None]], None],
    ) -> None:
        self._may_list = may_list
        self._list_them = list_them
        self._spawn = spawn
        self._is_listed = False
        self.names: tuple[str, ...] = ()

    def look(self, changed: Callable[[], None], *, anew: bool) -> None:
        """List the microphones, those listed before only when `anew`; call `changed` when there are others then."""
        if not self._may_list():
            self._is_listed = False
            self._offer((), changed)
        elif anew or not self._is_listed:
            self._is_listed = True
            self._spawn(self._look(changed))

    async def _look(self, changed: Callable[[], None]) -> None:
        try:
            found = await asyncio.to_thread(self._list_them)
        except KioskError as error:
            log.warning("%s", error)
            return
        if self._may_list():
            self._offer(found, changed)

    def _offer(self, names: tuple[str, ...], changed: Callable[[], None]) -> None:
        if names != self.names:
            self.names = names
            changed()
