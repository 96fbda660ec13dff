"""A way back up: carries events to playback from those who are built before it."""

from collections.abc import Callable

from kiosk.playback.events import Event


class Wire:
    """Carries events to whoever is connected last."""

    def __init__(self) -> None:
        self._handle: Callable[[Event], None] | None = None

    def connect(self, handle: Callable[[Event], None]) -> None:
        """Name who listens."""
        self._handle = handle

    def tell(self, event: Event) -> None:
        """Pass an event on; before anyone listens there is nothing to tell."""
        if self._handle is not None:
            self._handle(event)
