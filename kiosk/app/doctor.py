"""`kiosk doctor`: what a wall needs of its machine, looked at one by one, with what to do about each fault."""

import asyncio
import json
import multiprocessing
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from kiosk.app.audio_process import list_microphones
from kiosk.app.clock import SystemClock, is_clock_synced
from kiosk.app.doctor_provider import provider_facts
from kiosk.app.listen_wish import wish_of
from kiosk.app.virtual_screen import has_screen, virtual_screen
from kiosk.audio.names import chosen, is_no_microphone
from kiosk.domain.errors import KioskError
from kiosk.settings.load import LoadedSettings
from kiosk.settings.model import Settings
from kiosk.stage.panel_power_ways import Dpms, Machine, advice, this_machine, ways
from kiosk.stage.panel_power_x import FAULTS as NO_SERVER
from kiosk.stage.panel_power_x import can_switch, is_composited
from kiosk.storage.folder import DataFolder, is_locked
from kiosk.sync.client import ApiClient

PROBE_LIMIT_S = 30.0
DISK_MIN_BYTES = 2 * 1024**3
OLDEST_PLAUSIBLE_YEAR = 2026
WAL_FAULT_SINCE, WAL_FAULT_UNTIL = (3, 7, 0), (3, 51, 2)


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the machine; `advice` says what to do, empty when there is nothing to do."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(folder: DataFolder, loaded: LoadedSettings) -> tuple[Check, ...]:
    """Return every check, in the order in which faults are best mended."""
    looks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("data folder", lambda: _data_folder(folder)),
        ("disk", lambda: _disk(folder)),
        ("settings", lambda: _settings(loaded)),
        ("screen", _screen),
        ("renderer", _renderer),
        ("panel", lambda: panel_check(this_machine())),
        ("cover", lambda: cover_check(os.environ)),
        ("sqlite", _sqlite),
        ("clock", _clock),
        ("audio", lambda: audio_check(loaded.settings)),
        ("server", lambda: _server(folder, loaded)),
        ("provider", lambda: Check("provider", *provider_facts(folder, loaded.settings))),
        ("http port", lambda: _http_port(folder, loaded)),
    )
    return tuple(_guarded(name, look) for name, look in looks)


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (OSError, KioskError) as error:
        return Check(name, ok=False, found=str(error), advice="Mend that and run `kiosk doctor` again.")


def _data_folder(folder: DataFolder) -> Check:
    try:
        folder.ensure_writable()
    except KioskError as error:
        return Check("data folder", ok=False, found=error.message, advice=error.hint)
    state = "in use by a running display" if is_locked(folder.display_lock) else "can be written"
    return Check("data folder", ok=True, found=f"{folder.root}, {state}")


def _disk(folder: DataFolder) -> Check:
    root = next(parent for parent in (folder.root, *folder.root.parents) if parent.exists())
    free = shutil.disk_usage(root).free
    enough = free >= DISK_MIN_BYTES
    advice = "" if enough else f"Free at least {DISK_MIN_BYTES / 1e9:.0f} GB, or lower cache.max_mb."
    return Check("disk", ok=enough, found=f"{free / 1e9:.1f} GB free", advice=advice)


def _settings(loaded: LoadedSettings) -> Check:
    if loaded.problems:
        found = " ".join(str(problem) for problem in loaded.problems)
        return Check("settings", ok=False, found=found, advice="Correct them with `kiosk settings set KEY VALUE`.")
    return Check("settings", ok=True, found=str(loaded.path) if loaded.path.exists() else "all defaults")


def _screen() -> Check:
    if has_screen(os.environ, sys.platform):
        name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM", "")
        return Check("screen", ok=True, found=name or "the desktop's")
    if shutil.which("Xvfb"):
        return Check("screen", ok=True, found="none; `kiosk run` starts a virtual one", advice="Attach one to see it.")
    return Check(
        "screen", ok=False, found="none, and no Xvfb", advice="Install xvfb, or set QT_QPA_PLATFORM=eglfs for a panel."
    )


def _renderer() -> Check:
    with _some_screen():
        facts = _in_own_process(_probe_renderer)
    if not facts.get("renderer"):
        return Check(
            "renderer",
            ok=False,
            found=str(facts.get("fault", "no OpenGL context")),
            advice="Install the graphics driver (Debian: libgl1-mesa-dri), or check QT_QPA_PLATFORM.",
        )
    software = "llvmpipe" in str(facts["renderer"]) or "softpipe" in str(facts["renderer"])
    return Check(
        "renderer",
        ok=True,
        found=f"Qt {facts['qt']}, platform {facts['platform']}, {facts['renderer']}",
        advice="This is software drawing; a graphics card keeps a 4K wall smooth." if software else "",
    )


@contextmanager
def _some_screen() -> Iterator[None]:
    needs_own = not has_screen(os.environ, sys.platform)
    with virtual_screen(640, 480) if needs_own else nullcontext():
        yield


def panel_check(machine: Machine) -> Check:
    """Say by which way a panel will be switched off while its wall sleeps."""
    found = [
        way.name
        for way in ways(machine)
        if not any(isinstance(step, Dpms) and not can_switch(step.display_name) for step in way.off)
    ]
    if found:
        return Check("panel", ok=True, found=f"switched off asleep by {found[0]}")
    return Check("panel", ok=True, found="stays lit while the wall sleeps dark", advice=advice(machine))


def cover_check(environ: Mapping[str, str]) -> Check:
    """Say whether a window over the art would be noticed."""
    if environ.get("WAYLAND_DISPLAY") or not environ.get("DISPLAY"):
        return Check("cover", ok=True, found="left to the window system to tell")
    try:
        composited = is_composited(environ["DISPLAY"])
    except NO_SERVER as error:
        return Check("cover", ok=True, found=f"not known: {error}")
    if not composited:
        return Check("cover", ok=True, found="X tells when another window covers the art")
    return Check(
        "cover",
        ok=True,
        found="a compositing manager runs, under which X cannot tell when another window covers the art",
        advice="Turn compositing off, or run nothing else on this screen; covered time would count as seen.",
    )


def _in_own_process(probe: Callable[[Connection], None]) -> Mapping[str, Any]:
    """Run `probe` in a process of its own: a graphics driver that crashes or hangs must not take us along."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=probe, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        if ours.poll(PROBE_LIMIT_S):
            facts: Mapping[str, Any] = ours.recv()
            return facts
        return {"fault": f"the driver did not answer within {PROBE_LIMIT_S:.0f} s"}
    except EOFError:
        process.join(PROBE_LIMIT_S)
        return {"fault": f"Qt could not start on this screen (exit code {process.exitcode})"}
    finally:
        ours.close()
        process.kill()
        process.join()


def _probe_renderer(pipe: Connection) -> None:
    from PySide6.QtCore import qVersion  # noqa: PLC0415 - Qt is loaded in the probe only
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext  # noqa: PLC0415 - as above

    app = QGuiApplication([])
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    renderer = ""
    if context.create() and context.makeCurrent(surface):
        gl_renderer = 0x1F01
        renderer = str(context.functions().glGetString(gl_renderer) or "")
        context.doneCurrent()
    pipe.send({"qt": qVersion(), "platform": app.platformName(), "renderer": renderer})


def _sqlite() -> Check:
    version = sqlite3.sqlite_version_info
    shared = WAL_FAULT_SINCE <= version <= WAL_FAULT_UNTIL
    note = "two programs writing one database at once could damage it; the kiosk never does" if shared else ""
    return Check("sqlite", ok=True, found=sqlite3.sqlite_version + (f" ({note})" if note else ""))


def _clock() -> Check:
    now = SystemClock().now()
    if now.year < OLDEST_PLAUSIBLE_YEAR:
        return Check("clock", ok=False, found=f"{now:%Y-%m-%d %H:%M} UTC", advice="Set the date, or enable NTP.")
    synced = is_clock_synced()
    return Check(
        "clock",
        ok=True,
        found=f"{now:%Y-%m-%d %H:%M:%S} UTC, {'synchronised' if synced else 'not synchronised'}",
        advice="" if synced else "Enable a time service (systemd-timesyncd) so that records keep true times.",
    )


def audio_check(settings: Settings, microphones: Callable[[], Sequence[str]] = list_microphones) -> Check:
    """Say whether the wall can listen to what it shall listen to, and which microphones there are.

    Where it may not listen, nobody looks for microphones either.
    """
    name, audio = "audio", settings.audio
    wish = wish_of(settings, muted=audio.muted, asleep=False)
    if wish.off_reason:
        return Check(name, ok=True, found=f"listening is off: {wish.off_reason}", advice=f"Turn {wish.off_by} on.")
    if wish.off_by:
        return Check(name, ok=True, found=f"listening is off ({wish.off_by})")
    if wish.muted:
        return Check(name, ok=True, found="listening is muted", advice="`kiosk unmute` lets the wall listen.")
    if is_no_microphone(audio.device):
        return Check(name, ok=True, found=f"listens to {audio.device} instead of a microphone")
    names = microphones()
    there = ", ".join(names) or "no microphone"
    if chosen(audio.device, names) is not None:
        wanted = audio.device or "the system's own input"
        return Check(name, ok=True, found=f"listens to {wanted}; there is {there}")
    advice = "Plug one in, or name one of these with `kiosk settings set audio.device NAME`."
    return Check(name, ok=False, found=f"{audio.device or 'a microphone'} is missing; there is {there}", advice=advice)


def _http_port(folder: DataFolder, loaded: LoadedSettings) -> Check:
    display, name = loaded.settings.display, "http port"
    place = f"{display.http_address} port {display.http_port}"
    if not display.http_port:
        return Check(name, ok=True, found="closed (display.http_port is 0)")
    if not display.http_token:
        advice = "Set display.http_token, or display.http_port to 0."
        return Check(name, ok=False, found=f"{place} stays closed: it has no token", advice=advice)
    if is_locked(folder.display_lock):
        return Check(name, ok=True, found=f"{place}, the running display's; `kiosk status` tells when it is closed")
    family = socket.AF_INET6 if ":" in display.http_address else socket.AF_INET
    try:
        socket.create_server((display.http_address, display.http_port), family=family).close()
    except OSError as error:
        advice = "Give display.http_port another port, or display.http_address an address of this machine."
        return Check(name, ok=False, found=f"{place} cannot be had: {error.strerror or error}", advice=advice)
    return Check(name, ok=True, found=f"{place} is free")


def _remote_server(url: str, token: str) -> Check:
    async def ask() -> str:
        async with ApiClient(url, token) as client:
            version = await client.version()
            await client.usage()
            return version.version

    try:
        return Check("server", ok=True, found=f"{url}, version {asyncio.run(ask())}")
    except KioskError as error:
        advice = error.hint or "Check server.url and server.token, the network, and that `kiosk serve` runs there."
        return Check("server", ok=False, found=error.message, advice=advice)


def _server(folder: DataFolder, loaded: LoadedSettings) -> Check:
    url = loaded.settings.server.url
    if url:
        return _remote_server(url, loaded.settings.server.token)
    lock = folder.server_dir / "server.lock"
    if not is_locked(lock):
        return Check("server", ok=True, found="bundled; starts with the display")
    try:
        address = json.loads((folder.server_dir / "endpoint.json").read_bytes())["url"]
    except (OSError, ValueError, KeyError):
        return Check("server", ok=True, found="bundled, starting")
    return Check("server", ok=True, found=f"bundled, at {address}")
