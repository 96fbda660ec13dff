"""A stage and a clock for playback's tests: performs effects in simulated time, as the real stage would."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from kiosk.domain.artworks import Artwork, Origin, Pool, Reason
from kiosk.playback.decide import decide
from kiosk.playback.events import (
    Effect,
    Event,
    HalfWeightSeen,
    ImageReady,
    MorphEnded,
    Prefetch,
    QueueSynced,
    ShowFailed,
    ShowPiece,
    Ticked,
    WakeAt,
)
from kiosk.playback.state import State, Timing


def artwork(name: str, reason: Reason = Reason.UNSEEN) -> Artwork:
    """Return a piece of that id."""
    return Artwork(
        id=name,
        image_url=f"/api/images/{name}",
        sha256=name,
        bytes=1,
        width=16,
        height=9,
        media_type="image/png",
        title=name,
        artist="",
        prompt="",
        style="flow",
        origin=Origin.GENERATED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        fresh_until=None,
        reason=reason,
    )


@dataclass(frozen=True)
class Stay:
    """A showing as the simulated glass saw it: which piece, when it got half the weight."""

    artwork_id: str
    half_at_s: float


@dataclass
class Show:
    """Simulated time, stage and supply round the pure core."""

    state: State = field(default_factory=State)
    now_s: float = 0.0
    fetches: bool = True
    stays: list[Stay] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    _due: list[tuple[float, int, Event]] = field(default_factory=list)
    _wake_s: float | None = None
    _serial: int = 0

    def tell(self, event: Event) -> tuple[Effect, ...]:
        """Let the core take in one event and perform what it wants."""
        if isinstance(event, ShowFailed):
            self._due = [item for item in self._due if getattr(item[2], "showing_id", "") != event.showing_id]
        self.state, effects = decide(self.state, event)
        self.effects.extend(effects)
        for effect in effects:
            match effect:
                case ShowPiece():
                    self._due = [item for item in self._due if not isinstance(item[2], HalfWeightSeen | MorphEnded)]
                    self._later(effect.morph_s / 2, HalfWeightSeen(0.0, effect.showing_id))
                    self._later(effect.morph_s, MorphEnded(0.0, effect.showing_id))
                case Prefetch() if self.fetches:
                    missing = {entry.artwork.id for entry in self.state.pieces if not entry.ready}
                    for piece in effect.artworks:
                        if piece.id in missing:
                            self._later(0.01, ImageReady(0.0, piece.id))
                case WakeAt():
                    self._wake_s = effect.at_s
                case _:
                    pass
        return effects

    def run(self, seconds: float) -> None:
        """Let simulated time pass."""
        end_s = self.now_s + seconds
        while True:
            due = min(self._due, key=lambda item: item[:2], default=None)
            next_s = min(
                (at_s for at_s in (due[0] if due else None, self._wake_s) if at_s is not None), default=end_s + 1
            )
            if next_s > end_s:
                self.now_s = end_s
                return
            self.now_s = max(self.now_s, next_s)
            if due is not None and due[0] <= next_s:
                self._due.remove(due)
                self._arrive(due[2])
            else:
                self._wake_s = None
                self.tell(Ticked(self.now_s))

    def sync(self, *pieces: Artwork) -> None:
        """Let a page of the server's arrive."""
        self.tell(QueueSynced(self.now_s, pieces, Pool(unseen=len(pieces))))

    def _arrive(self, event: Event) -> None:
        stamped = type(event)(**{**{s: getattr(event, s) for s in event.__slots__}, "at_s": self.now_s})
        if isinstance(stamped, HalfWeightSeen):
            shown = self.state.incoming
            assert shown is not None
            self.stays.append(Stay(shown.artwork.id, self.now_s))
        self.tell(stamped)

    def _later(self, delay_s: float, event: Event) -> None:
        self._serial += 1
        self._due.append((self.now_s + delay_s, self._serial, event))


def show_with(*names: str, timing: Timing | None = None) -> Show:
    """Return a show whose server lists these pieces."""
    show = Show(State(timing=timing or Timing()))
    show.sync(*(artwork(name) for name in names))
    return show
