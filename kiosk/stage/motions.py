"""The material of the coming morphs: which motion texture lies ready for which pair of prints.

`wall.py` asks when a morph begins; a motion that is not loaded by then is not waited for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl

from kiosk.stage.view_models import IMAGE_READY, NO_MOTION, SlotModel

Pair = tuple[str, str]


@dataclass(slots=True)
class Loaded:
    """What lies in a place: the motion between a pair of prints (from, to), its file, whether it is loaded."""

    pair: Pair
    path: Path
    ready: bool = False


class Motions:
    """Keeps as many motions as there are places; the one in use is never overwritten."""

    def __init__(self, places: Sequence[SlotModel]) -> None:
        self._places = places
        self._loaded: list[Loaded | None] = [None] * len(places)
        self._in_use = NO_MOTION
        for number, place in enumerate(places):
            place.reported.connect(partial(self._reported, number))

    def want(self, motions: Mapping[Pair, Path]) -> None:
        """Load these motions, most urgent first, where others lie that are not wanted any more."""
        here = {
            it.pair: number
            for number, it in enumerate(self._loaded)
            if it is not None and it.path == motions.get(it.pair)
        }
        free = [number for number in range(len(self._places)) if number not in (self._in_use, *here.values())]
        missing = [pair for pair in motions if pair not in here]
        for number, pair in zip(free, missing, strict=False):
            self._loaded[number] = Loaded(pair, motions[pair])
            self._places[number].put(QUrl.fromLocalFile(str(motions[pair])))

    def take(self, pair: Pair) -> int:
        """Return the place of the motion for that pair, kept as it is from now on; NO_MOTION when none is ready."""
        ready = (number for number, it in enumerate(self._loaded) if it is not None and it.ready and it.pair == pair)
        self._in_use = next(ready, NO_MOTION)
        return self._in_use

    def release(self) -> None:
        """The morph is over: the place may be used again."""
        self._in_use = NO_MOTION

    def load_again(self) -> None:
        """Load what is there once more: its textures are gone."""
        for place, loaded in zip(self._places, self._loaded, strict=True):
            if loaded is not None:
                place.put_again()

    def _reported(self, number: int, status: int) -> None:
        loaded = self._loaded[number]
        if loaded is not None:
            loaded.ready = status == IMAGE_READY
