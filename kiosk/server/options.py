"""What a server is started with: plain values with their units, filled in by the command line from the settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

# Jobs beyond one a renderer, where a service paints: while one order waits there, the next wish goes out.
MORE_WITH_SERVICE: Final = 1


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """One server. `port` 0 lets the kernel choose; `database_url` "" means SQLite in the data folder.

    `created_cutoff_d` 0 turns the cutoff off. `piece_size` is (width, height) in pixels of what is generated. `json`
    makes the line printed at start an object; `child` ties the server's life to its standard input. `with_demo` seeds
    the bundled pieces. `workers` renderer processes, at most one a core; on PostgreSQL 0 leaves drawing to others. A
    job stays for `lease_s` with a worker that fell silent. `warm_up` starts a renderer with the server; without, the
    first job starts it.

    `images_url` "" keeps images in the data folder; `redis_url` "" wakes other server processes through PostgreSQL;
    `listen_url` "" listens there with `database_url` (name a direct one when that goes through a pooler); `public_url`
    "" tells people the address they came by. `plays_kept_d` 0 keeps single plays for ever, `generated_max_mb` 0 every
    generated piece.

    `provider` makes the pieces; one outside does at `provider_url` ("" its usual address), is shown `provider_key`, and
    uses `provider_model` ("" its usual one) and, as ComfyUI, the file `provider_workflow` ("" a plain one). A piece has
    `provider_timeout_s` there, and all servers on the database together `daily_budget` pieces a day, UTC.

    `trusted_proxy` names the addresses or networks, with commas, whose X-Forwarded-For is believed; "" believes nobody.
    `log_format` "" writes text to a terminal and for a display, whose log it joins, and JSON elsewhere; `verbose` logs
    everything.
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
    images_url: str = ""
    redis_url: str = ""
    listen_url: str = ""
    public_url: str = ""
    plays_kept_d: float = 400.0
    generated_max_mb: int = 20_000
    provider: Literal["procedural", "openai", "comfyui", "automatic1111"] = "procedural"
    provider_url: str = ""
    provider_key: str = field(default="", repr=False)
    provider_model: str = ""
    provider_workflow: str = ""
    provider_timeout_s: float = 120.0
    daily_budget: int = 500
    piece_size: tuple[int, int] = (1920, 1080)
    lease_s: float = 30.0
    warm_up: bool = True
    json: bool = False
    child: bool = False
    trusted_proxy: str = ""
    log_format: Literal["", "text", "json"] = ""
    verbose: bool = False
    with_demo: bool = True

    @property
    def jobs_at_once(self) -> int:
        """How many jobs are made at a time: what a service paints costs no core here, so it may be more than drawn."""
        return self.workers if self.provider == "procedural" else self.workers + MORE_WITH_SERVICE
