"""The mute: a choice about privacy, so it counts at once, outlasts a restart, and never waits for a disk.

It is the setting `audio.muted`. Where that cannot be written (a full disk, a value fixed by the environment) the choice
holds until the display ends, or until the setting itself changes.
"""

import logging
from collections.abc import Callable

from kiosk.app.preferences import CurrentSettings
from kiosk.domain.errors import KioskError
from kiosk.settings.model import Settings

log = logging.getLogger(__name__)

KEY = "audio.muted"


class Mute:
    """Whether the wall is muted. `keep` writes a setting and puts it into force; `changed` is told of each choice."""

    def __init__(
        self, *, current: CurrentSettings, keep: Callable[[str, str], None], changed: Callable[[], None]
    ) -> None:
        self._current = current
        self._keep = keep
        self._changed = changed
        self._setting = current.now.audio.muted
        self._chosen: bool | None = None
        current.on_change(self._settings_changed)

    @property
    def on(self) -> bool:
        """True while nothing may listen."""
        return self._current.now.audio.muted if self._chosen is None else self._chosen

    def set(self, *, muted: bool) -> None:
        """Mute, or listen again."""
        self._chosen = muted
        self._changed()
        try:
            self._keep(KEY, "true" if muted else "false")
        except KioskError as error:
            log.warning("that the wall is %s holds until it ends. %s", "muted" if muted else "not muted", error)
            return
        if self._current.now.audio.muted == muted:
            self._chosen = None

    def _settings_changed(self, settings: Settings) -> None:
        if settings.audio.muted != self._setting:
            self._setting, self._chosen = settings.audio.muted, None
        self._changed()
