"""`kiosk pair`: on the wall's machine, lets a server's administrator make this wall one of its displays.

Asks for a code after RFC 8628, shows it, polls until somebody answers, and writes the server and its token into the
settings. Nothing is asked before the settings are known to be writable: a token is given once.
"""

import argparse
import asyncio
import os
import socket
import sys
from http import HTTPStatus

from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import KioskError, ServerRefused, ServerUnreachable
from kiosk.domain.ports import Clock
from kiosk.protocol.pairing import DeviceCode, DeviceToken
from kiosk.server.clock import SystemClock
from kiosk.settings.edit import SettingsFile, check_text
from kiosk.settings.fields import find_field
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder, write_atomically
from kiosk.sync.client import ApiClient
from kiosk.sync.replies import shown_url

SLOWER_S = 5.0
LONGEST_S = 60.0
_URL, _TOKEN = "server.url", "server.token"


def run(arguments: argparse.Namespace) -> int:
    """Pair this wall; 1 with one line when it is refused or the code expires."""
    folder = DataFolder(data_dir(arguments))
    folder.ensure_writable()
    url = shown_url(arguments.server.strip())
    wrong = check_text(_URL, url) if url else "The server's address is empty."
    if wrong:
        raise KioskError(wrong, hint="Write it like http://gallery.example:8710.", code="bad_setting")
    paired = asyncio.run(_pair(url, arguments.name or socket.gethostname(), to_stderr=arguments.json))
    file = SettingsFile(folder.settings_file, write_atomically)
    file.set_value(_TOKEN, paired.access_token)
    file.set_value(_URL, url)
    if arguments.json:
        emit({"server": url, "device": paired.device, "user": paired.user})
        return 0
    say(f"Paired: this wall is {paired.device} of {paired.user}. It uses {url} from its next start.")
    for name in _held_by_environment(folder):
        say(f"But {name} is set, and holds as long as it is.")
    return 0


async def _pair(url: str, name: str, *, to_stderr: bool) -> DeviceToken:
    async with ApiClient(url, "") as client:
        begun = await client.device_code(name)
        print(
            f"On {begun.verification_uri} enter: {begun.user_code}",
            file=sys.stderr if to_stderr else sys.stdout,
            flush=True,
        )
        return await poll(client, begun, SystemClock())


async def poll(client: ApiClient, begun: DeviceCode, clock: Clock) -> DeviceToken:
    """Return the display's token once somebody approves; KioskError when it is refused or the code expires.

    A server out of reach is asked again, ever more seldom, as long as the code may be good.
    """
    interval_s, ends_s = float(begun.interval), clock.monotonic() + begun.expires_in
    while clock.monotonic() < ends_s:
        await clock.sleep(interval_s)
        try:
            return await client.device_token(begun.device_code)
        except ServerUnreachable:
            interval_s = max(interval_s, min(2 * interval_s, LONGEST_S))
        except ServerRefused as error:
            interval_s = max(interval_s + _slower_s(error), error.retry_after_s or 0.0)
    raise _expired()


def _slower_s(error: ServerRefused) -> float:
    """Return how much longer to wait between polls after this refusal; raise when there is nothing to wait for."""
    match error.code:
        case "authorization_pending":
            return 0.0
        case "slow_down":
            return SLOWER_S
        case "access_denied":
            raise KioskError("An administrator refused this display.", code="access_denied") from error
        case "expired_token":
            raise _expired() from error
    if error.status == HTTPStatus.TOO_MANY_REQUESTS or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SLOWER_S
    raise error


def _expired() -> KioskError:
    return KioskError(
        "The code has expired, and nobody entered it.", hint="Start kiosk pair again.", code="expired_token"
    )


def _held_by_environment(folder: DataFolder) -> list[str]:
    origins = load(folder.settings_file, environ=os.environ).origins
    return [find_field(key).environment_name for key in (_URL, _TOKEN) if origins[key] == "environment"]
