"""Every setting of the product: its type, default, range, and the words the dialog and the README use for it.

One frozen model per section of `settings.toml`. The fields carry what is needed to show them; `fields.py` reads that.
"""

from typing import Literal

from kiosk.settings.declare import (
    DatabaseUrl,
    Line,
    Names,
    PinHash,
    RedisUrl,
    Section,
    StoreUrl,
    TimeOfDay,
    Token,
    Url,
    setting,
)

DAY_S = 86_400.0


class Playback(Section):
    """How pieces follow one another."""

    pin_s: float = setting(
        3.0,
        "Shortest stay",
        "A piece stays at least this long, however fast new ones arrive.",
        unit="s",
        ge=0.1,
        le=DAY_S,
        step=1,
    )
    dwell_s: float = setting(
        12.0, "Dwell", "How long a piece has the stage when nothing newer arrives.", unit="s", ge=0.1, le=DAY_S, step=1
    )
    morph_s: float = setting(
        4.0, "Morph", "How long one piece takes to turn into the next.", unit="s", ge=0.1, le=600, step=0.5
    )
    transition: Literal["flow", "dissolve", "ink", "none"] = setting(
        "flow", "Transition", "The way one piece turns into the next."
    )
    fit: Literal["cover", "contain", "blur"] = setting(
        "cover",
        "Fit",
        "Fill the screen (cover), show the whole piece (contain), or set it on its own blurred colours (blur).",
    )
    diptychs: bool = setting(
        True, "Pair portraits", "Show two portrait pieces side by side where the screen is wide enough."
    )
    label: Literal["off", "corner"] = setting(
        "off", "Label", "Show title and artist in a corner for a moment after each change."
    )


class Sync(Section):
    """How the display keeps up with its server."""

    debounce_ms: int = setting(
        250,
        "Burst window",
        "News from the server within this time leads to one refresh, not many.",
        unit="ms",
        ge=0,
        le=60_000,
        step=50,
    )
    poll_s: float = setting(
        30.0, "Poll", "How often the server is asked when its live stream is down.", unit="s", ge=0.1, le=DAY_S, step=5
    )
    refetch_after_generate_s: float = setting(
        2.0,
        "Refresh after a new piece",
        "How long after new art was made the queue is read again.",
        unit="s",
        ge=0,
        le=600,
        step=0.5,
    )


class Outbox(Section):
    """How impressions travel to the server."""

    flush_after_s: float = setting(
        2.0,
        "Report after",
        "How long an impression may wait for others before it is reported to the server.",
        unit="s",
        ge=0,
        le=3_600,
        step=0.5,
    )
    batch_max: int = setting(
        200, "Impressions a report", "The most impressions sent in one request.", ge=1, le=200, step=10
    )
    close_timeout_s: float = setting(
        2.0,
        "Patience on closing",
        "How long closing may wait for the last report; what is left goes out at the next start.",
        unit="s",
        ge=0,
        le=60,
        step=0.5,
    )


class Cache(Section):
    """Pictures kept on this machine."""

    max_mb: int = setting(
        2_048,
        "Picture cache",
        "How much disk the kept pictures may take; the oldest go first.",
        unit="MB",
        ge=1,
        le=1_000_000,
        step=256,
    )


class Server(Section):
    """Which server the display uses, and the rules of the one it starts itself."""

    url: Url = setting(
        "", "Server", "Address of a shared server; empty means that this display runs its own.", empty="Its own"
    )
    token: Token = setting(
        "", "Device token", "What this display shows the shared server.", empty="None", kind="secret"
    )
    database_url: DatabaseUrl = setting(
        "",
        "Database",
        "PostgreSQL address for the server started here; empty means SQLite in the data folder.",
        empty="SQLite in the data folder",
        kind="secret",
    )
    fresh_ttl_min: float = setting(
        15.0, "Fresh for", "How long a new piece goes before all others.", unit="min", ge=0, le=525_600, step=5
    )
    session_ttl_h: float = setting(
        24.0,
        "Session length",
        "How long a display's session with the server lives.",
        unit="h",
        ge=0.001,
        le=8_760,
        step=1,
    )
    cooldown_d: float = setting(
        7.0, "Cooldown", "How long a piece rests after it was seen.", unit="d", ge=0, le=3_650, step=1
    )
    created_cutoff_d: float = setting(
        0.0, "Oldest pieces", "Pieces older than this are left out; 0 shows all.", unit="d", ge=0, le=36_500, step=1
    )
    heartbeat_s: float = setting(
        30.0, "Heartbeat", "How often the live stream says that it is alive.", unit="s", ge=0.1, le=600, step=5
    )
    images_url: StoreUrl = setting(
        "",
        "Picture store",
        "Where the server keeps pictures: file:///FOLDER or s3://BUCKET/PREFIX; empty means its data folder.",
        empty="In the data folder",
    )
    redis_url: RedisUrl = setting(
        "",
        "Redis",
        "Redis address through which server processes wake one another; empty means through PostgreSQL.",
        empty="None",
        kind="secret",
    )
    listen_url: DatabaseUrl = setting(
        "",
        "Database for listening",
        "Direct PostgreSQL address to listen on, when the other goes through a pooler.",
        empty="As the database",
        kind="secret",
    )
    public_url: Url = setting(
        "",
        "Public address",
        "The address people reach the server under; empty means the one they came by.",
        empty="The one they came by",
    )
    plays_kept_d: float = setting(
        400.0,
        "Single plays kept",
        "How long the server keeps every single play, at least 30 days; daily sums stay for good, and 0 keeps all.",
        unit="d",
        ge=0,
        le=36_500,
        step=10,
    )
    generated_max_mb: int = setting(
        20_000,
        "Generated pieces kept",
        "How much disk generated pieces may take on the server; the oldest are removed first, and 0 keeps all.",
        unit="MB",
        ge=0,
        le=100_000_000,
        step=1_000,
    )


class Generate(Section):
    """New art made on this machine."""

    enabled: bool = setting(True, "Make new art", "Let the wall make pieces of its own.")
    every_min: float = setting(
        5.0, "A new piece every", "How often a new piece is made.", unit="min", ge=0.01, le=10_080, step=1
    )
    pool_low: int = setting(
        10,
        "Low-water mark",
        "New art is asked for when fewer pieces than this are waiting to be shown.",
        unit="pieces",
        ge=0,
        le=1_000,
        step=1,
    )
    daily_budget: int = setting(
        500,
        "Daily budget",
        "The most pieces an outside provider may charge for in a day; the built-in generator is free.",
        unit="pieces",
        ge=0,
        le=1_000_000,
        step=50,
    )
    provider: Literal["procedural"] = setting("procedural", "Provider", "What makes the art.")
    styles: Names = setting((), "Styles", "Only these styles are used; empty means all of them.", empty="All")
    artists: Names = setting((), "Artists", "Names of artists whose manner is asked for.", empty="None")
    dynamic_mode: bool = setting(True, "Follow the room", "Let what is heard in the room steer new pieces.")


class Audio(Section):
    """Listening to the room."""

    enabled: bool = setting(False, "Listen", "Let new art follow the sound of the room; nothing is recorded.")
    device: Line = setting(
        "", "Microphone", "Name of the input to listen to; empty means the system's own.", empty="The system's own"
    )


class Operator(Section):
    """Who may change things at the screen."""

    pin_hash: PinHash = setting(
        "", "PIN", "Six digits or more, asked before these settings open; empty asks for none.", kind="pin"
    )


class Display(Section):
    """The screen."""

    screen: int = setting(0, "Screen", "Which screen shows the art; the first is 0.", ge=0, le=63, step=1)
    all_screens: bool = setting(
        False, "Every screen", "Use all screens of this machine: one wall, each screen with pieces of its own."
    )
    rotation: Literal["0", "90", "180", "270"] = setting(
        "0", "Rotation", "Turns the art clockwise by so many degrees, for screens hung on their side."
    )
    sleep_from: TimeOfDay = setting(
        "", "Sleep from", "When the screen goes dark for the night; empty means never.", empty="Never", kind="time"
    )
    sleep_to: TimeOfDay = setting(
        "", "Sleep until", "When the art comes back; empty means never dark.", empty="Never", kind="time"
    )
    brightness: float = setting(1.0, "Brightness", "How bright the art is shown.", ge=0.05, le=1, step=0.05)


class Settings(Section):
    """All settings; `Settings()` is the product as it comes."""

    playback: Playback = Playback()
    sync: Sync = Sync()
    outbox: Outbox = Outbox()
    cache: Cache = Cache()
    server: Server = Server()
    generate: Generate = Generate()
    audio: Audio = Audio()
    operator: Operator = Operator()
    display: Display = Display()
