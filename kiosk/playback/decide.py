"""The rules of playback as one pure function: `decide(state, event) -> (state, effects)`.

    event -> learn (what is known now)  -> act (does the next piece go on? when else?) -> effects

A piece stays at least `pin_s` however fast news comes; then news may take the stage before its neighbour's dwell is
over. News is what came while that neighbour had the stage: fresh pieces that wait in line have their dwell each.
Without anything new the picture holds. `next` and `previous` by hand act at once. The driver is `service.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from kiosk.domain.impressions import EndedBy
from kiosk.playback import queue
from kiosk.playback.diptych import partner_of
from kiosk.playback.events import (
    ArtArrived,
    ArtRemoved,
    ArtRequested,
    ArtRequestFailed,
    Effect,
    Event,
    ExposureChanged,
    HalfWeightSeen,
    ImageFailed,
    ImageLost,
    ImageReady,
    MorphEnded,
    NextAsked,
    Notice,
    PauseSet,
    Prefetch,
    Prepare,
    PreviousAsked,
    QueueRestored,
    QueueSynced,
    Refetch,
    SetAsleep,
    ShowFailed,
    ShownBefore,
    ShownElsewhere,
    ShowPiece,
    SleepSet,
    StageResized,
    Ticked,
    TimingChanged,
    WakeAt,
)
from kiosk.playback.pace import paced_s, tempo_of
from kiosk.playback.state import HISTORY_MAX, RECENT_MAX, Entry, Hanging, Showing, State

PREPARE_AHEAD = 4
REFILL_BELOW = 10

Step = tuple[State, tuple[Effect, ...]]


def decide(state: State, event: Event) -> Step:
    """Return what is known after `event` and what is to be done about it. Pure; never raises for any event order."""
    learned, effects = _learn(state, event)
    acted, shows = _act(learned, event.at_s)
    return acted, (*effects, *shows, *_look_ahead(state, acted), WakeAt(due_at(acted)))


def _learn(state: State, event: Event) -> Step:  # noqa: C901, PLR0911, PLR0912 - one case an event
    match event:
        case (
            QueueSynced()
            | QueueRestored()
            | ArtRequested()
            | ArtArrived()
            | ArtRequestFailed()
            | ArtRemoved()
            | ImageReady()
            | ImageLost()
            | ImageFailed()
            | ShownElsewhere()
        ):
            return queue.learn(state, event)
        case ShownBefore(shown=shown):
            return replace(state, before=state.before | shown), ()
        case HalfWeightSeen():
            return _half_weight(state, event), ()
        case MorphEnded(at_s=at_s, showing_id=showing_id):
            return _on_showing(state, showing_id, lambda showing: replace(showing, settled_at_s=at_s)), ()
        case ShowFailed():
            return _failed(state, event), ()
        case NextAsked():
            return _next_by_hand(state, event)
        case PreviousAsked():
            return _previous_by_hand(state, event)
        case PauseSet(paused=paused):
            word = "paused" if paused else "resumed"
            return replace(state, paused=paused), (() if paused == state.paused else (Notice(word),))
        case SleepSet(asleep=asleep):
            return replace(state, asleep=asleep), (() if asleep == state.asleep else (SetAsleep(asleep),))
        case ExposureChanged(exposed=exposed):
            return replace(state, exposed=exposed), ()
        case TimingChanged(timing=timing):
            return replace(state, timing=timing), ()
        case StageResized(width_px=width_px, height_px=height_px):
            return replace(state, screen_px=(width_px, height_px)), ()
        case Ticked():
            return state, ()
        case _:
            assert_never(event)


def due_at(state: State) -> float | None:
    """Return when the next piece must start to come on (monotonic seconds), or None when nothing is to be waited for.

    The change starts so early that half weight falls on the end of the stay, but never during the morph before it.
    """
    entry, showing = state.upcoming, state.on_stage
    if entry is None or showing is None or not _may_play(state):
        return None
    if showing.half_at_s is None or showing.settled_at_s is None:
        return None
    hold_s = _hold_s(state, entry)
    return max(showing.half_at_s + hold_s - _own_morph_s(state, entry) / 2, showing.settled_at_s)


def is_holding(state: State, at_s: float) -> bool:
    """Tell whether the piece on the stage has had its time and nothing is there to follow it."""
    showing = state.on_stage
    if showing is None or showing.half_at_s is None or state.incoming is not None:
        return False
    return state.upcoming is None and at_s >= showing.half_at_s + state.timing.stage_s


def _act(state: State, at_s: float) -> Step:
    entry = state.upcoming
    if entry is None or not _may_play(state):
        return state, ()
    if state.on_stage is None:
        first_s = _morph_s(state, min(state.timing.first_morph_s, state.timing.stage_s))
        return _bring_on(state, _hanging(state, entry), at_s, first_s, EndedBy.NEXT)
    due_s = due_at(state)
    if due_s is None or at_s < due_s:
        return state, ()
    return _bring_on(state, _hanging(state, entry), at_s, _own_morph_s(state, entry), EndedBy.NEXT)


def _may_play(state: State) -> bool:
    held = state.paused and state.on_stage is not None  # an empty stage has nothing to hold
    return not held and not state.asleep and state.exposed and state.incoming is None


def _hold_s(state: State, entry: Entry) -> float:
    return state.timing.pin_s if entry.urgent else state.timing.stage_s


def _morph_s(state: State, hold_s: float) -> float:
    return 0.0 if state.timing.transition == "none" else min(state.timing.morph_s, hold_s)


def _own_morph_s(state: State, entry: Entry) -> float:
    """Return how long a piece's own morph takes: in time with its music, and never longer than its stay."""
    hold_s = _hold_s(state, entry)
    return min(paced_s(_morph_s(state, hold_s), tempo_of(entry.artwork)), hold_s)


def _hanging(state: State, entry: Entry) -> Hanging:
    """Return the piece, and the one to hang beside it where two share the screen."""
    partner = partner_of(entry, state.pieces, state.screen_px) if state.timing.diptychs else None
    return (entry.artwork,) if partner is None else (entry.artwork, partner.artwork)


def _bring_on(state: State, hanging: Hanging, at_s: float, morph_s: float, cause: EndedBy) -> Step:
    showing = Showing(showing_id=f"s{state.showings + 1}", hanging=hanging)
    leaving = state.incoming or state.on_stage
    history = state.history if leaving is None else (*state.history, leaving.hanging)[-HISTORY_MAX:]
    state = replace(
        state,
        incoming=showing,
        showings=state.showings + 1,
        history=history,
        ahead=state.ahead if cause is EndedBy.SKIP else (),
        recent=(*state.recent, *((piece.id, at_s) for piece in hanging))[-RECENT_MAX:],
        queue=queue.without(queue.no_longer_news(state.queue, showing.artwork.id), *(piece.id for piece in hanging)),
    )
    show = ShowPiece(showing.showing_id, hanging, state.timing.transition, morph_s, cause)
    return state, (show, Refetch(0.0)) if len(state.pieces) < REFILL_BELOW else (show,)


def _half_weight(state: State, event: HalfWeightSeen) -> State:
    showing = state.incoming
    if showing is not None and showing.showing_id == event.showing_id:
        return replace(state, on_stage=replace(showing, half_at_s=event.at_s), incoming=None)
    return _on_showing(state, event.showing_id, lambda known: replace(known, half_at_s=event.at_s))


def _on_showing(state: State, showing_id: str, change: Callable[[Showing], Showing]) -> State:
    if state.incoming is not None and state.incoming.showing_id == showing_id:
        return replace(state, incoming=change(state.incoming))
    if state.on_stage is not None and state.on_stage.showing_id == showing_id:
        return replace(state, on_stage=change(state.on_stage))
    return state


def _failed(state: State, event: ShowFailed) -> State:
    showing = state.incoming
    if showing is None or showing.showing_id != event.showing_id:
        return state
    history = state.history[:-1] if state.on_stage is not None else state.history
    whole = tuple(Entry(piece) for piece in showing.hanging if piece.id != event.broken)
    again = replace(state, queue=(*whole, *state.queue))
    hung = {piece.id for piece in showing.hanging}
    return replace(
        again if event.broken is None else queue.set_aside(again, event.broken),
        incoming=None,
        history=history,
        recent=tuple(item for item in state.recent if item[0] not in hung),
    )


def _next_by_hand(state: State, event: NextAsked) -> Step:
    if state.asleep or not state.exposed:
        return state, ()
    if state.ahead:
        hanging, rest = state.ahead[-1], state.ahead[:-1]
        return _skip_to(replace(state, ahead=rest), hanging, event.at_s)
    entry = state.upcoming
    if entry is None:
        return state, (Notice("nothing-new"), Refetch(0.0))
    return _skip_to(state, _hanging(state, entry), event.at_s)


def _previous_by_hand(state: State, event: PreviousAsked) -> Step:
    if state.asleep or not state.exposed:
        return state, ()
    history = tuple(hanging for hanging in state.history if all(piece.id not in state.broken for piece in hanging))
    if not history or state.holder is None:
        return state, (Notice("nothing-before"),)
    leaving = state.holder.hanging
    stepped = replace(state, ahead=(*state.ahead, leaving))
    stepped, effects = _skip_to(stepped, history[-1], event.at_s)
    return replace(stepped, history=history[:-1]), effects


def _skip_to(state: State, hanging: Hanging, at_s: float) -> Step:
    skip_s = _morph_s(state, min(state.timing.skip_morph_s, state.timing.stage_s))
    return _bring_on(state, hanging, at_s, skip_s, EndedBy.SKIP)


def _look_ahead(before: State, after: State) -> tuple[Effect, ...]:
    """Fetch what the queue holds, decode what comes next; only when that changed."""
    effects: list[Effect] = []
    if _images(after) != _images(before):
        showings = (showing for showing in (after.on_stage, after.incoming) if showing is not None)
        on_glass = tuple(piece for showing in showings for piece in showing.hanging)
        effects.append(Prefetch(tuple(entry.artwork for entry in after.pieces), on_glass))
    soon = _soon(after)
    if soon != _soon(before):
        effects.append(Prepare(soon))
    return tuple(effects)


def _images(state: State) -> tuple[tuple[str, bool], ...]:
    return tuple((entry.artwork.id, entry.ready) for entry in state.pieces)


def _soon(state: State) -> tuple[Hanging, ...]:
    """Return what comes next, hung as it will be, most urgent first."""
    soon: list[Hanging] = []
    left = state
    while len(soon) < PREPARE_AHEAD and (entry := left.upcoming) is not None:
        hanging = _hanging(left, entry)
        soon.append(hanging)
        left = replace(left, queue=queue.without(left.queue, *(piece.id for piece in hanging)))
    return tuple(soon)
