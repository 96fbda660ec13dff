"""How the local queue changes with news: the pure half of `decide` that knows entries and placeholders.

The server's page is the truth for the order of what it lists. What it does not list yet (a piece pushed a moment ago, a
placeholder) keeps its place at the top until the refetch that follows; what it lists no more is dropped.
"""

from dataclasses import replace
from typing import assert_never

from kiosk.domain.artworks import Artwork, Reason
from kiosk.playback.events import (
    ArtArrived,
    ArtRemoved,
    ArtRequested,
    ArtRequestFailed,
    Effect,
    ImageFailed,
    ImageLost,
    ImageReady,
    QueueRestored,
    QueueSynced,
    Refetch,
    ShownElsewhere,
)
from kiosk.playback.state import RECENT_MAX, Entry, Hanging, Placeholder, State

QueueEvent = (
    QueueSynced
    | QueueRestored
    | ArtRequested
    | ArtArrived
    | ArtRequestFailed
    | ArtRemoved
    | ImageReady
    | ImageLost
    | ImageFailed
    | ShownElsewhere
)
Queue = tuple[Entry | Placeholder, ...]
PUSHED_GRACE_S = 10.0


def learn(state: State, event: QueueEvent) -> tuple[State, tuple[Effect, ...]]:  # noqa: PLR0911 - one case an event
    """Return the state after news about the queue, and the syncs that follow from it."""
    match event:
        case QueueSynced():
            return _synced(state, event), ()
        case QueueRestored(artworks=artworks):
            known = {entry.artwork.id for entry in state.pieces}
            added = tuple(
                Entry(artwork, ready=True)
                for artwork in artworks
                if artwork.id not in known and _wanted(state, artwork, event.at_s)
            )
            return replace(state, queue=(*state.queue, *added)), ()
        case ArtRequested(request_id=request_id, urgent=urgent):
            return replace(state, queue=(Placeholder(request_id, urgent), *state.queue)), ()
        case ArtArrived():
            return _arrived(state, event), (Refetch(state.timing.refetch_after_generate_s),)
        case ArtRequestFailed(request_id=request_id):
            return replace(state, queue=_without_request(state.queue, request_id)), (
                Refetch(state.timing.refetch_after_generate_s),
            )
        case ArtRemoved(artwork_id=artwork_id):
            return replace(
                state,
                queue=without(state.queue, artwork_id),
                history=_without_hanging(state.history, artwork_id),
                ahead=_without_hanging(state.ahead, artwork_id),
            ), (Refetch(0.0),)
        case ImageReady(artwork_id=artwork_id):
            return _with_ready(state, artwork_id, ready=True), ()
        case ImageLost(artwork_id=artwork_id):
            return _with_ready(state, artwork_id, ready=False), ()
        case ImageFailed(artwork_id=artwork_id):
            return set_aside(state, artwork_id), ()
        case ShownElsewhere(at_s=at_s, artwork_ids=ids):
            recent = (*state.recent, *((artwork_id, at_s) for artwork_id in ids))[-RECENT_MAX:]
            return replace(state, queue=without(state.queue, *ids), recent=recent), ()
        case _:
            assert_never(event)


def without(queue: Queue, *artwork_ids: str) -> Queue:
    """Return the queue without those pieces."""
    return tuple(slot for slot in queue if isinstance(slot, Placeholder) or slot.artwork.id not in artwork_ids)


def no_longer_news(queue: Queue, artwork_id: str) -> Queue:
    """Return the queue after that piece was chosen to come on: what waited with it does not cut its dwell.

    A piece whose image was not there yet was not passed over: it stays news, unless news is what comes on.
    """
    is_news = any(isinstance(slot, Entry) and slot.artwork.id == artwork_id and slot.urgent for slot in queue)
    return tuple(
        replace(slot, urgent=False) if isinstance(slot, Entry) and (slot.ready or is_news) else slot for slot in queue
    )


def set_aside(state: State, artwork_id: str) -> State:
    """Return the state in which that piece is never shown again by this process."""
    return replace(state, queue=without(state.queue, artwork_id), broken=state.broken | {artwork_id})


def _synced(state: State, event: QueueSynced) -> State:
    known = {entry.artwork.id: entry for entry in state.pieces}
    listed = {artwork.id for artwork in event.artworks}
    own_request_open = any(isinstance(slot, Placeholder) and not slot.urgent for slot in state.queue)
    page = tuple(
        _listed_entry(artwork, known.get(artwork.id), own_request_open=own_request_open)
        for artwork in _unique(event.artworks)
        if _wanted(state, artwork, event.at_s)
    )
    kept = tuple(
        slot
        for slot in state.queue
        if isinstance(slot, Placeholder) or (slot.artwork.id not in listed and _just_pushed(slot, event.at_s))
    )
    return replace(state, queue=(*kept, *page), pool=event.pool)


def _just_pushed(entry: Entry, at_s: float) -> bool:
    """A page fetched before the push cannot list the piece; one fetched later than the grace would."""
    return entry.pushed_at_s is not None and at_s - entry.pushed_at_s < PUSHED_GRACE_S


def _listed_entry(artwork: Artwork, known: Entry | None, *, own_request_open: bool) -> Entry:
    if known is not None:
        return replace(known, artwork=artwork, pushed_at_s=None)
    return Entry(artwork, urgent=artwork.reason is Reason.FRESH and not own_request_open)


def _arrived(state: State, event: ArtArrived) -> State:
    asked = next(
        (s for s in state.queue if isinstance(s, Placeholder) and s.request_id == event.request_id),
        None,
    )
    rest = _without_request(state.queue, event.request_id)
    known = next((entry for entry in state.pieces if entry.artwork.id == event.artwork.id), None)
    if not _wanted(state, event.artwork, event.at_s):
        return replace(state, queue=rest)
    if known is not None:
        entry = replace(known, artwork=event.artwork, urgent=known.urgent and (asked is None or asked.urgent))
    else:
        own = asked is None and any(isinstance(slot, Placeholder) and not slot.urgent for slot in state.queue)
        entry = Entry(event.artwork, urgent=not own if asked is None else asked.urgent, pushed_at_s=event.at_s)
    return replace(state, queue=(entry, *without(rest, event.artwork.id)))


def _wanted(state: State, artwork: Artwork, at_s: float) -> bool:
    showings = (showing for showing in (state.on_stage, state.incoming) if showing is not None)
    on_glass = {piece.id for showing in showings for piece in showing.hanging}
    return artwork.id not in on_glass and artwork.id not in state.broken and not state.is_resting(artwork, at_s)


def _with_ready(state: State, artwork_id: str, *, ready: bool) -> State:
    changed = tuple(
        replace(slot, ready=ready) if isinstance(slot, Entry) and slot.artwork.id == artwork_id else slot
        for slot in state.queue
    )
    return replace(state, queue=changed)


def _without_hanging(hangings: tuple[Hanging, ...], artwork_id: str) -> tuple[Hanging, ...]:
    return tuple(hanging for hanging in hangings if all(piece.id != artwork_id for piece in hanging))


def _without_request(queue: Queue, request_id: str | None) -> Queue:
    return tuple(slot for slot in queue if isinstance(slot, Entry) or slot.request_id != request_id)


def _unique(artworks: tuple[Artwork, ...]) -> tuple[Artwork, ...]:
    return tuple({artwork.id: artwork for artwork in artworks}.values())
