"""What a server is started with: plain values with their units, filled in by the command line from the settings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """One server. `port` 0 lets the kernel choose; `database_url` "" means SQLite in the data folder.

    `created_cutoff_d` 0 turns the cutoff off. `piece_size` is (width, height) in pixels of what is generated. `json`
    makes the line printed at start an object; `child` ties the server's life to its standard input. `with_demo` seeds
    the bundled pieces. `workers` renderer processes, at most one a core.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    database_url: str = ""
    workers: int = 1
    fresh_ttl_min: float = 15.0
    session_ttl_h: float = 24.0
    cooldown_d: float = 7.0
    created_cutoff_d: float = 0.0
    heartbeat_s: float = 30.0
    piece_size: tuple[int, int] = (1920, 1080)
    json: bool = False
    child: bool = False
    with_demo: bool = True
