"""Every setting of the product: its type, default, range, and the words the dialog and the README use for it.

One frozen model per section of `settings.toml`. The fields carry what is needed to show them; `fields.py` reads that.
"""

from typing import Literal

from kiosk.settings.declare import (
    IpAddress,
    Line,
    LinkTemplate,
    Names,
    PinHash,
    Section,
    TimeOfDay,
    Token,
    Url,
    setting,
)
from kiosk.settings.model_server import Server

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
        "off", "Label", "Show artist, title and how it was made in a corner, once a piece stands."
    )
    label_qr: LinkTemplate = setting(
        "",
        "Label's link",
        "Address that the label offers as a QR code, with {id} for the piece's id; empty draws none.",
        empty="No code",
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
    provider: Literal["procedural", "openai", "comfyui", "automatic1111"] = setting(
        "procedural",
        "Provider",
        "What makes the art: the built-in generator, or a service with that generator behind it.",
    )
    provider_url: Url = setting(
        "",
        "Provider's address",
        "Address of the service; empty means OpenAI's own, or ComfyUI or AUTOMATIC1111 on this machine.",
        empty="Its usual one",
    )
    provider_key: Token = setting(
        "",
        "Provider's key",
        "What the service is shown: an API key, or user:password where it wants those.",
        empty="None",
        kind="secret",
    )
    provider_model: Line = setting(
        "", "Provider's model", "The model or checkpoint the service shall use.", empty="Its usual one"
    )
    provider_workflow: Line = setting(
        "",
        "ComfyUI workflow",
        "File with a workflow in API format, with %prompt%, %seed%, %width%, %height% and %model% in it.",
        empty="A plain one",
    )
    provider_timeout_s: float = setting(
        120.0,
        "Patience with the provider",
        "How long a piece may take there before it is drawn here instead.",
        unit="s",
        ge=1,
        le=900,
        step=10,
    )
    styles: Names = setting((), "Styles", "Only these styles are used; empty means all of them.", empty="All")
    artists: Names = setting((), "Artists", "Names of artists whose manner is asked for.", empty="None")
    dynamic_mode: bool = setting(True, "Follow the room", "Let what is heard in the room steer new pieces.")


class Audio(Section):
    """Listening to the room."""

    enabled: bool = setting(False, "Listen", "Let new art follow the sound of the room; nothing is recorded.")
    device: Line = setting(
        "", "Microphone", "Name of the input to listen to; empty means the system's own.", empty="The system's own"
    )
    muted: bool = setting(False, "Mute", "Close the microphone until this is taken back, here or with the key M.")


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
    panel_off_asleep: bool = setting(
        True, "Panel off asleep", "Switch the panel itself off while the wall sleeps, where this machine can."
    )
    brightness: float = setting(1.0, "Brightness", "How bright the art is shown.", ge=0.05, le=1, step=0.05)
    night_from: TimeOfDay = setting(
        "", "Night from", "When the art begins to dim for the night; empty means never.", empty="Never", kind="time"
    )
    night_to: TimeOfDay = setting(
        "", "Night until", "When the art is back in its full light; empty means no night.", empty="Never", kind="time"
    )
    night_brightness: float = setting(
        0.4,
        "Brightness at night",
        "How bright the art is shown at night, never above that of the day.",
        ge=0.05,
        le=1,
        step=0.05,
    )
    night_ramp_min: float = setting(
        30.0, "Dusk and dawn", "How long dimming takes, and brightening again.", unit="min", ge=0, le=720, step=5
    )
    http_port: int = setting(
        0,
        "HTTP port",
        "Port on which this wall takes commands over the network; 0 takes none.",
        ge=0,
        le=65_535,
        step=1,
    )
    http_address: IpAddress = setting(
        "0.0.0.0",  # noqa: S104 - a port and a token of the operator's own open it, nothing else does
        "HTTP address",
        "Which of this machine's addresses that port is on: 0.0.0.0 is all of them, 127.0.0.1 programs on it only.",
    )
    http_token: Token = setting(
        "",
        "HTTP token",
        "What a caller on that port must show; without one the port stays closed.",
        empty="None",
        kind="secret",
    )


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
