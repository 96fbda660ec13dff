"""What each command does to the running display: the handlers behind the control socket and the HTTP door.

The wall's answers on the glass are the same whoever asks; `hands.py` has the keys and gestures.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from kiosk.app.control import Handler, Request
from kiosk.app.snapshots import Snapshot
from kiosk.domain.artworks import Artwork
from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.playback.events import Event, NextAsked, PauseSet, PreviousAsked, SleepSet
from kiosk.playback.state import Hanging, State
from kiosk.protocol.artworks import Artwork as WireArtwork
from kiosk.protocol.artworks import VoteReply

NEEDS_LIGHT = frozenset({"next", "previous"})
LABEL_TEXTS = {"corner": "The label is shown.", "off": "The label is hidden."}


class Screen(Protocol):
    """A picture of the screen that can save itself."""

    async def save_png(self, path: Path) -> Snapshot:
        """Write the screen to `path`; raise KioskError when that fails."""
        ...


class Voter(Protocol):
    """Who brings a vote to the server."""

    async def vote(self, artwork_id: str, value: Literal[-1, 0, 1]) -> VoteReply:
        """Vote and return all votes."""
        ...


async def _nobody_looks() -> None:
    """Stand in where the wall does not look at itself."""


async def _no_ear(_wish: str) -> str:
    """Stand in where nothing can listen."""
    return "Nothing listens here."


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything commands may touch; `look` has the wall look at itself before it answers.

    `answer` shows a quiet answer on the glass, by its name (`resources/qml/Pill.qml` has them); `set_label` takes on,
    off or toggle and returns the label's mode, corner or off; `mute` takes the same and returns what became of it.
    """

    clock: Clock
    tell: Callable[[Event], None]
    state: Callable[[], State]
    status: Callable[[], Mapping[str, Any]]
    screen: Screen
    voter: Voter
    make_now: Callable[[str | None, int | None, Mapping[str, Any] | None], Awaitable[Artwork]]
    server: Callable[[], tuple[str, str]]
    reload_settings: Callable[[], None]
    answer: Callable[[str], None] = lambda _name: None
    set_label: Callable[[str], str] = lambda _wish: "off"
    mute: Callable[[str], Awaitable[str]] = _no_ear
    look: Callable[[], Awaitable[object]] = _nobody_looks


def handlers(reach: Reach) -> Mapping[str, Handler]:
    """Return the handlers by command."""

    def telling(make: Callable[[float], Event], text: str) -> Handler:
        async def handle(request: Request) -> Mapping[str, Any]:
            if request["command"] in NEEDS_LIGHT and reach.state().asleep:
                raise KioskError("The wall is asleep.", hint="`kiosk wake` lights it.", code="asleep")
            if request["command"] in NEEDS_LIGHT:
                reach.answer(request["command"])
            reach.tell(make(reach.clock.monotonic()))
            shown = _holder(reach.state())
            return {"text": text, "artwork": None if shown is None else {"id": shown.id, "title": shown.title}}

        return handle

    async def status(request: Request) -> Mapping[str, Any]:
        del request
        await reach.look()
        return reach.status()

    async def snapshot(request: Request) -> Mapping[str, Any]:
        path = Path(str(request["path"]))
        saved = await reach.screen.save_png(path)
        return {"path": str(path), "width": saved.width_px, "height": saved.height_px, "source": saved.source}

    async def generate(request: Request) -> Mapping[str, Any]:
        artwork = await reach.make_now(request.get("style"), request.get("seed"), request.get("analysis"))
        return WireArtwork.from_domain(artwork).model_dump(mode="json", by_alias=True)

    async def server(request: Request) -> Mapping[str, Any]:
        del request
        url, token = reach.server()
        return {"url": url, "token": token}

    async def reload_settings(request: Request) -> Mapping[str, Any]:
        del request
        reach.reload_settings()
        return {"text": "The settings were read again."}

    return {
        "status": status,
        "snapshot": snapshot,
        **_opinions(reach),
        "mute": _muting(reach, "on"),
        "unmute": _muting(reach, "off"),
        "generate": generate,
        "server": server,
        "reload-settings": reload_settings,
        "next": telling(NextAsked, "On to the next piece."),
        "previous": telling(PreviousAsked, "Back to the piece before."),
        "pause": telling(lambda at_s: PauseSet(at_s, paused=True), "Paused; `kiosk resume` goes on."),
        "resume": telling(lambda at_s: PauseSet(at_s, paused=False), "Going on."),
        "sleep": telling(lambda at_s: SleepSet(at_s, asleep=True), "Asleep; `kiosk wake` lights the wall."),
        "wake": telling(lambda at_s: SleepSet(at_s, asleep=False), "Awake."),
    }


def _opinions(reach: Reach) -> Mapping[str, Handler]:
    """Return the handlers of what people think and want to read of the piece on the glass."""

    async def vote(request: Request) -> Mapping[str, Any]:
        shown = _holder(reach.state())
        if reach.state().asleep:
            raise KioskError("The wall is asleep.", hint="`kiosk wake` lights it.", code="asleep")
        if shown is None:
            raise KioskError(
                "There is no piece on the glass to vote on.", hint="Wait for the first one.", code="no_piece"
            )
        value: Literal[-1, 1] = 1 if request["value"] > 0 else -1
        votes = await reach.voter.vote(shown.id, value)
        for beside in _beside(reach.state()):
            await reach.voter.vote(beside.id, value)
        reach.answer("vote-up" if value > 0 else "vote-down")
        return {"artworkId": shown.id, "title": shown.title, "up": votes.up, "down": votes.down, "mine": votes.mine}

    async def label(request: Request) -> Mapping[str, Any]:
        mode = reach.set_label(str(request.get("value", "toggle")))
        return {"text": LABEL_TEXTS.get(mode, mode), "label": mode}

    return {"vote": vote, "label": label}


def _muting(reach: Reach, wish: str) -> Handler:
    async def handle(request: Request) -> Mapping[str, Any]:
        del request
        return {"text": await reach.mute(wish), "muted": wish == "on"}

    return handle


def _beside(state: State) -> Hanging:
    """Return what hangs beside it in a diptych: a vote is for both."""
    showing = state.on_stage or state.incoming
    return () if showing is None else showing.hanging[1:]


def _holder(state: State) -> Artwork | None:
    showing = state.on_stage or state.incoming
    return None if showing is None else showing.artwork
