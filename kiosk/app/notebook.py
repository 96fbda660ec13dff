"""The display's memory, written to disk as it changes."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kiosk.app.memory import Memory, save_memory
from kiosk.domain.artworks import Artwork
from kiosk.storage.folder import DataFolder


class Notebook:
    """Holds the memory. Used on the loop's thread."""

    def __init__(self, folder: DataFolder, memory: Memory) -> None:
        self._folder = folder
        self._writing = threading.Lock()
        self._write_waits = False
        self.memory = memory

    async def shown(self, artwork: Artwork, session_id: str | None) -> None:
        """Note the piece now on the glass.

        However many pieces come while a disk hangs, one write waits behind the one that hangs: it takes the newest.
        """
        self.memory = self.memory.showing(artwork, session_id)
        if not self._write_waits:
            self._write_waits = True
            await asyncio.to_thread(self._write)

    def remember_lockout(self, lockout: Mapping[str, Any]) -> None:
        """Note the count of wrong PINs, on disk before the next try."""
        self.memory = replace(self.memory, lockout=dict(lockout))
        self._write()

    def _write(self) -> None:
        """Write what is known now; whoever writes last has written the newest."""
        with self._writing:
            self._write_waits = False
            save_memory(self._folder, self.memory)
