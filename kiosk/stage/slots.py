"""Which picture lies in which slot, pure. A slot is a place in the scene that decodes and keeps one picture.

What is on the glass or about to come is protected; the look-ahead takes what is left, and a picture already there stays
where it is. `wall.py` performs the assignment.
"""

from collections.abc import Mapping, Sequence

SLOTS = 4
AHEAD = 2


def assign(held: Sequence[str | None], protected: frozenset[int], wanted: Sequence[str]) -> Mapping[int, str | None]:
    """Return what to change: slot number -> picture to load there, None to empty it.

    `held` names the picture in each slot, `wanted` the pictures to have, most urgent first; what finds no slot is left
    out. Slots in `protected` never change; others with pictures nobody wants are emptied.
    """
    keep = {held[slot] for slot in protected}
    urgent = [key for key in dict.fromkeys(wanted) if key not in keep]
    free = [slot for slot in range(len(held)) if slot not in protected]
    urgent = urgent[: len(free)]
    settled = {held[slot]: slot for slot in reversed(free) if held[slot] in urgent}
    vacant = [slot for slot in free if slot not in settled.values()]
    vacant.sort(key=lambda slot: held[slot] is not None)
    emptied: dict[int, str | None] = {slot: None for slot in vacant if held[slot] is not None}
    loaded = zip(vacant, (key for key in urgent if key not in settled), strict=False)
    return {**emptied, **dict(loaded)}
