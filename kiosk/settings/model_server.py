"""The settings of the server: the one a display uses, and the rules of the one it starts itself. Part of `model.py`."""

from kiosk.settings.declare import DatabaseUrl, RedisUrl, Section, StoreUrl, Token, Url, setting


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
