"""The words of the command line: every command, its options, and the module of this package that performs it."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from kiosk import __version__
from kiosk.cli.values import count, moment, port, screen_number, seconds, seed, size, whole
from kiosk.domain.errors import UsageError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        message = message.partition(" (choose from ")[0] if message.startswith("argument COMMAND: ") else message
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", hint=f"See `{self.prog} --help`.")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the command's arguments; `module` names who performs it. Raises UsageError for anything unclear."""
    return _build().parse_args(argv)


def default_data_dir() -> Path:
    """Return the platform's folder for this user's data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("gallery-kiosk", appauthor=False))


def _build() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", default=None, help="the data folder")
    common.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    common.add_argument("--verbose", action="store_true", help="log everything to stderr")

    parser = _Parser(prog="kiosk", description="Art on the wall, made from the music in the room.")
    parser.add_argument("--version", action="version", version=f"kiosk {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, module: str, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about[:1].upper() + about[1:] + ".", parents=[common])
        made.set_defaults(module=module)
        return made

    _add_programs(
        add("run", "run", "show art on this screen"),
        add("serve", "serve", "run the server alone"),
        add("render-worker", "render_worker", "draw pieces for the servers of a fleet"),
    )
    _add_pieces(
        add("import", "importing", "add images, or folders of them"),
        add("generate", "generating", "make a new piece"),
    )
    _add_gallery(add("gallery", "gallery", "write a page of pieces with their explanations"))
    analyze = add("analyze", "analyzing", "tell what a sound file holds: music or not, tempo, key, loudness")
    analyze.add_argument("file", type=Path, metavar="FILE", help="a WAV, FLAC, MP3 or Ogg Vorbis file")
    _add_artwork(add("artwork", "pieces", "remove a piece, or change who sees it"))
    for name, about in (
        ("status", "tell what is on the glass"),
        ("next", "go to the next piece at once"),
        ("previous", "go back to the piece before"),
        ("pause", "hold the piece on the glass"),
        ("resume", "go on after a pause"),
        ("sleep", "darken the wall"),
        ("wake", "light the wall again"),
        ("mute", "close the microphone"),
        ("unmute", "let the wall listen again"),
    ):
        add(name, "remote", about)
    add("snapshot", "remote", "save what is on the screen as a PNG").add_argument("out", type=Path, metavar="OUT.png")
    add("vote", "remote", "vote on the piece on the glass").add_argument("value", choices=("up", "down"))
    label = add("label", "remote", "show or hide the label until its setting changes")
    label.add_argument("value", choices=("on", "off", "toggle"))
    _add_settings(add("settings", "configuring", "read and change settings"))
    _add_upkeep(add)
    _add_backups(
        add("backup", "backing_up", "save everything the server keeps in one file, while it runs or not"),
        add("restore", "backing_up", "put a backup in place, on a folder where no server runs"),
    )
    pair = add("pair", "pairing", "make this wall a display of a server, by a code that its administrator enters")
    pair.add_argument("--server", metavar="URL", required=True, help="the server's address")
    pair.add_argument("--name", default=None, help="the display's name (default: this machine's)")
    add("doctor", "doctor", "check this machine and say what to do about each fault")
    imaging = commands.add_parser("imaging", parents=[common])  # no help: the display starts it, nobody types it
    imaging.add_argument("--child", action="store_true", required=True)
    imaging.set_defaults(module="imaging")
    audio = commands.add_parser("audio", parents=[common])  # likewise
    doing = audio.add_mutually_exclusive_group(required=True)
    doing.add_argument("--child", action="store_true")
    doing.add_argument("--list", action="store_true")
    audio.add_argument("--device", default="")
    audio.set_defaults(module="audio")
    return parser


def _add_programs(
    run: argparse.ArgumentParser, serve: argparse.ArgumentParser, render_worker: argparse.ArgumentParser
) -> None:
    run.add_argument("--server", metavar="URL", default=None, help="use this server instead of a bundled one")
    run.add_argument("--windowed", type=size, metavar="WxH", default=None, help="in a window of this size")
    run.add_argument("--screen", type=screen_number, metavar="N", default=None, help="on this screen (0 is the first)")
    run.add_argument("--for", type=seconds, metavar="SECONDS", default=None, dest="for_s", help="end after this time")
    run.add_argument("--import", type=Path, metavar="PATH", default=None, dest="import_path", help="add pictures first")
    run.add_argument("--no-generate", action="store_true", help="show what is there, make nothing new")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=port, default=8710, help="port to listen on (default 8710, 0: any free one)")
    serve.add_argument("--database-url", default=None, metavar="URL", help="SQLAlchemy URL (default: SQLite)")
    serve.add_argument(
        "--workers",
        type=whole,
        default=None,
        metavar="N",
        help="renderer processes (0: only kiosk render-worker draws)",
    )
    render_worker.add_argument("--database-url", default=None, metavar="URL", help="SQLAlchemy URL, of PostgreSQL")
    render_worker.add_argument("--workers", type=count, default=None, metavar="N", help="renderer processes")
    for drawing in (serve, render_worker):
        drawing.add_argument("--piece-size", type=size, default=None, help=argparse.SUPPRESS)
        drawing.add_argument("--lease-s", type=seconds, default=None, help=argparse.SUPPRESS)
        drawing.add_argument(
            "--log-format", choices=("text", "json"), default="", help="logs on stderr (default: text on a terminal)"
        )
    serve.add_argument(
        "--trust-proxy", default="", metavar="ADDR", help="believe X-Forwarded-For of these addresses or networks"
    )
    serve.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    serve.add_argument("--no-warm-up", action="store_false", dest="warm_up", help=argparse.SUPPRESS)


def _add_pieces(importing: argparse.ArgumentParser, generate: argparse.ArgumentParser) -> None:
    importing.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="an image (JPEG, PNG, WebP) or a folder")
    importing.add_argument("--title", default=None, help="title (default: from the file's name)")
    importing.add_argument("--artist", default=None, help="artist")
    importing.add_argument("--private", action="store_true", help="only for this user's displays")
    generate.add_argument("--style", default=None, metavar="S", help="the style (default: any)")
    generate.add_argument("--seed", type=seed, default=None, metavar="N", help="same seed, same piece")
    generate.add_argument("--size", type=size, default=None, metavar="WxH", help="pixels (default 1920x1080)")
    generate.add_argument("--audio", type=Path, default=None, metavar="FILE", help="of the music in this sound file")
    generate.add_argument(
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help="draw into a PNG, JPEG or WebP file, or write a .flam3",
    )
    generate.add_argument(
        "--genome", type=Path, default=None, metavar="FILE", help="the piece of this genome, or of a .flam3 file"
    )
    generate.add_argument(
        "--count", type=count, default=None, metavar="N", help="so many pieces, no two alike, into the folder --out"
    )


def _add_gallery(gallery: argparse.ArgumentParser) -> None:
    gallery.add_argument("out", type=Path, metavar="OUT.html", help="the page, complete in one file")
    gallery.add_argument("--limit", type=count, default=48, metavar="N", help="at most so many pieces (default 48)")
    gallery.add_argument("--title", default="What the wall has made", help="the page's heading")
    gallery.add_argument(
        "--from",
        type=Path,
        default=None,
        metavar="FOLDER",
        dest="from_",
        help="pieces of `kiosk generate --count` (default: the newest of the server)",
    )


def _add_artwork(artwork: argparse.ArgumentParser) -> None:
    actions = artwork.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    options = _Parser(add_help=False)
    options.add_argument("--data-dir", type=Path, metavar="DIR", default=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    for name, about in (
        ("remove", "take it off every wall, for good"),
        ("private", "let only its user's displays show it"),
        ("public", "let every display show it"),
    ):
        actions.add_parser(name, help=about, parents=[options]).add_argument("id", help="the artwork's id")


def _add_settings(settings: argparse.ArgumentParser) -> None:
    actions = settings.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    options = _Parser(add_help=False)
    options.add_argument("--data-dir", type=Path, metavar="DIR", default=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    actions.add_parser("show", help="all settings and where each comes from", parents=[options])
    actions.add_parser("get", help="one setting", parents=[options]).add_argument("key")
    change = actions.add_parser("set", help="change one setting", parents=[options])
    change.add_argument("key")
    change.add_argument("value")
    for name in ("backup", "restore"):
        made = actions.add_parser(name, help=f"{name} the settings file", parents=[options])
        made.add_argument("file", type=Path)


def _add_upkeep(add: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    options = _Parser(add_help=False)
    options.add_argument("--data-dir", type=Path, metavar="DIR", default=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true", default=argparse.SUPPRESS)

    user = add("user", "people", "add users on the server's machine")
    made = user.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    made.add_parser("add", help="add a user", parents=[options]).add_argument("name")

    device = add("device", "people", "add, list and revoke displays on the server's machine")
    made = device.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    new = made.add_parser("add", help="add a display; its token is shown once", parents=[options])
    new.add_argument("name")
    new.add_argument("--user", required=True, help="whose display it is")
    made.add_parser("list", help="list displays", parents=[options])
    made.add_parser("revoke", help="end a display's access", parents=[options]).add_argument("id")

    token = add("token", "people", "make, list and revoke admin tokens on the server's machine")
    made = token.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    made.add_parser("create", help="make a token, shown once", parents=[options]).add_argument(
        "--admin", action="store_true", required=True
    )
    made.add_parser("list", help="list admin tokens by their fingerprints", parents=[options])
    made.add_parser("revoke", help="end a token for good", parents=[options]).add_argument(
        "fingerprint", help="as kiosk token list shows it"
    )

    backfill = add("backfill", "upkeep", "count pieces shown before impressions were kept")
    backfill.add_argument("--user", default=None, help="only this user")
    backfill.add_argument(
        "--as-of", type=moment, default=None, metavar="TIME", help="only pieces made before this time"
    )
    add("stats", "upkeep", "counts of the queue")
    report = add("report", "upkeep", "proof of play: plays per piece and display, per artist, display or day")
    report.add_argument(
        "--from", type=moment, required=True, dest="from_", metavar="D", help="date or RFC 3339 time, inclusive"
    )
    report.add_argument("--to", type=moment, required=True, metavar="D", help="date or RFC 3339 time, exclusive")
    report.add_argument("--format", choices=("csv", "json"), default=None, help="csv (default) or json")
    report.add_argument(
        "--by", choices=("artwork", "artist", "display", "day"), default="artwork", help="what is summed up"
    )

    rebuild = add("rebuild-spans", "upkeep", "write what nobody has seen anew from the impressions")
    rebuild.add_argument("--user", default=None, help="only this user's")
    rebuild.add_argument("--check", action="store_true", help="only look; exit code 1 when something is wrong")
    purge = add("purge", "upkeep", "forget impressions, so that those pieces are unseen again")
    purge.add_argument("--before", type=moment, required=True, metavar="TIME", help="only what was seen before this")
    purge.add_argument("--user", default=None, help="only this user's")
    migrate = add("migrate", "migrating", "bring the database to this version's schema, with no server running")
    migrate.add_argument("--to", default=None, metavar="REVISION", help="this schema instead, older ones too")
    migrate.add_argument("--database-url", default=None, metavar="URL", help="SQLAlchemy URL (default: the settings')")


def _add_backups(backup: argparse.ArgumentParser, restore: argparse.ArgumentParser) -> None:
    backup.add_argument("file", type=Path, metavar="FILE", help="the file to be written, for example wall.tar")
    restore.add_argument("file", type=Path, metavar="FILE", help="a file that `kiosk backup` made")
    restore.add_argument("--replace", action="store_true", help="where there is a database already: keep it aside")


def data_dir(arguments: argparse.Namespace) -> Path:
    """Return the data folder the command works on, absolute."""
    chosen = arguments.data_dir if arguments.data_dir is not None else default_data_dir()
    return chosen.expanduser().resolve()
