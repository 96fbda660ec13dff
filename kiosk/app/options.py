"""What `kiosk run` was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """What the command line said; None where it said nothing. Sizes in pixels, times in seconds."""

    data_dir: Path
    server_url: str | None = None
    windowed: tuple[int, int] | None = None
    screen: int | None = None
    for_s: float | None = None
    import_path: Path | None = None
    generate: bool = True
    verbose: bool = False

    @property
    def overrides(self) -> Mapping[str, object]:
        """The settings the command line decides."""
        chosen: dict[str, object] = {}
        if self.server_url is not None:
            chosen["server.url"] = self.server_url
        if self.screen is not None:
            chosen["display.screen"] = self.screen
        if not self.generate:
            chosen["generate.enabled"] = False
        return chosen
