"""The settings in force, for everybody in the display who needs a value: read anew when the operator changes one."""

import os
from collections.abc import Callable, Mapping

from kiosk.playback.demand import Wishes
from kiosk.playback.state import Timing
from kiosk.protocol.artworks import Preferences
from kiosk.settings.load import LoadedSettings, load
from kiosk.settings.model import Settings
from kiosk.storage.folder import DataFolder

DAY_S = 86_400.0


class CurrentSettings:
    """Holds the settings; `reload` reads the file again and tells the listeners. Used on the loop's thread."""

    def __init__(self, folder: DataFolder, overrides: Mapping[str, object]) -> None:
        self._folder = folder
        self._overrides = dict(overrides)
        self._listeners: list[Callable[[Settings], None]] = []
        self.loaded: LoadedSettings = self._read()

    @property
    def now(self) -> Settings:
        """The settings in force."""
        return self.loaded.settings

    def on_change(self, listener: Callable[[Settings], None]) -> None:
        """Have `listener` called after every change."""
        self._listeners.append(listener)

    def reload(self) -> None:
        """Read the file again and put what it says in force."""
        self.loaded = self._read()
        for listener in self._listeners:
            listener(self.now)

    def timing(self) -> Timing:
        """Return playback's timing."""
        settings = self.now
        return Timing(
            pin_s=settings.playback.pin_s,
            dwell_s=settings.playback.dwell_s,
            morph_s=settings.playback.morph_s,
            transition=settings.playback.transition,
            cooldown_s=settings.server.cooldown_d * DAY_S,
            refetch_after_generate_s=settings.sync.refetch_after_generate_s,
            diptychs=settings.playback.diptychs,
        )

    def wishes(self) -> Wishes:
        """Return when the display asks for art by itself."""
        generate = self.now.generate
        return Wishes(enabled=generate.enabled, every_min=generate.every_min, pool_low=generate.pool_low)

    def art_preferences(self) -> Preferences:
        """Return what art the operator likes."""
        generate = self.now.generate
        return Preferences(
            styles=list(generate.styles), artists=list(generate.artists), dynamic_mode=generate.dynamic_mode
        )

    def _read(self) -> LoadedSettings:
        return load(self._folder.settings_file, environ=os.environ, overrides=self._overrides)
