"""Which server a command means: the running display's, the one that serves the data folder, or the folder itself."""

import argparse
import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kiosk.cli.display_client import ask_display, is_display_running
from kiosk.cli.parser import data_dir
from kiosk.domain.errors import KioskError, NotRunning, UsageError
from kiosk.server.main import open_app
from kiosk.server.options import ServerOptions
from kiosk.settings.load import LoadedSettings, SettingProblem, load
from kiosk.storage.folder import DataFolder, is_locked

if TYPE_CHECKING:
    from kiosk.sync.client import ApiClient

log = logging.getLogger("kiosk.settings")

PLACES = ("server.database_url", "server.images_url", "server.redis_url", "server.listen_url")
PROVIDER = "generate.provider"
BUDGET = "generate.daily_budget"
_IN_PROCESS = "http://kiosk.local"


@asynccontextmanager
async def server_of(arguments: argparse.Namespace, *, admin: bool = False) -> "AsyncIterator[ApiClient]":
    """Yield a client of the server meant.

    A server at work on the folder is asked over HTTP; a running display answers for its remote server, as that display
    (so not for `admin` calls); with nothing running the folder itself is opened, by the same calls in this process.
    """
    from kiosk.sync.client import ApiClient  # a server's own command needs the options alone

    folder = DataFolder(data_dir(arguments))
    if is_locked(folder.server_dir / "server.lock"):
        url, token = _endpoint(folder)
        async with ApiClient(url, token) as client:
            yield client
        return
    remote = _display_server(folder)
    if remote is not None:
        if admin:
            raise KioskError(
                f"The display on {folder.root} uses the server at {remote[0]}.",
                hint="Run this command on that server's machine.",
            )
        async with ApiClient(*remote) as client:
            yield client
        return
    folder.ensure_writable()
    options = server_options(folder, load(folder.settings_file, environ=os.environ))
    with open_app(options) as opened:
        async with ApiClient(_IN_PROCESS, opened.admin_token, transport_app=opened.app) as client:
            yield client


def server_options(folder: DataFolder, loaded: LoadedSettings, *, is_child: bool = False) -> ServerOptions:
    """Return the server's options as the settings have them.

    Raises UsageError when where the server keeps things is misspelt: another, empty place would be no default. A wall's
    own server (`is_child`) goes on with its data folder all the same. Where a setting of the provider is misspelt, the
    built-in generator makes the art: a key must not go to another address. The same where the budget or the file is:
    a default is not what somebody wanted to pay at most.
    """
    for problem in () if is_child else loaded.problems:
        if problem.key in PLACES:
            raise UsageError(f"{problem.key}: {problem.reason}.", hint=f"Mend it{_where(problem)}, then try again.")
    server, generate = loaded.settings.server, loaded.settings.generate
    is_provider_fine = not any(
        problem.key.startswith(PROVIDER) or problem.key in (BUDGET, folder.settings_file.name)
        for problem in loaded.problems
    )
    return ServerOptions(
        data_dir=folder.root,
        database_url=server.database_url,
        fresh_ttl_min=server.fresh_ttl_min,
        session_ttl_h=server.session_ttl_h,
        cooldown_d=server.cooldown_d,
        created_cutoff_d=server.created_cutoff_d,
        heartbeat_s=server.heartbeat_s,
        images_url=server.images_url,
        redis_url=server.redis_url,
        listen_url=server.listen_url,
        public_url=server.public_url,
        plays_kept_d=server.plays_kept_d,
        generated_max_mb=server.generated_max_mb,
        provider=generate.provider if is_provider_fine else "procedural",
        provider_url=generate.provider_url,
        provider_key=generate.provider_key,
        provider_model=generate.provider_model,
        provider_workflow=generate.provider_workflow,
        provider_timeout_s=generate.provider_timeout_s,
        daily_budget=generate.daily_budget,
    )


def name_problems(loaded: LoadedSettings) -> None:
    """Name in the log every setting that could not be used."""
    for problem in loaded.problems:
        log.warning("%s", problem)


def _where(problem: SettingProblem) -> str:
    return f" in {problem.where}" if problem.where else ""


def _endpoint(folder: DataFolder) -> tuple[str, str]:
    try:
        endpoint = json.loads((folder.server_dir / "endpoint.json").read_bytes())
        return endpoint["url"], endpoint["adminToken"]
    except (OSError, ValueError, KeyError) as error:
        raise KioskError(
            f"The server on {folder.root} is starting or stopping.", hint="Try again in a moment.", code="not_ready"
        ) from error


def _display_server(folder: DataFolder) -> tuple[str, str] | None:
    if not is_display_running(folder):
        return None
    try:
        answer = ask_display(folder, "server")
    except NotRunning:
        return None
    if not answer["url"]:
        raise KioskError(f"The display on {folder.root} is still starting.", hint="Try again in a moment.")
    return answer["url"], answer["token"]
