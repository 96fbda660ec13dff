"""Which print lies in which slot, pure. A slot is a place in the scene that loads and keeps one print.

What is on the glass or about to come is protected; the look-ahead takes what is left, and a print already there stays
where it is. `wall.py` performs the assignment.
"""

from collections.abc import Mapping, Sequence

SLOTS = 5
AHEAD_MAX = 3
AHEAD_BYTES = 12 * 1024 * 1024
BYTES_A_PIXEL = 4


def ahead(size_px: tuple[int, int]) -> int:
    """Return how many prints of that size to hold ready beyond those on the glass: by bytes, at least one."""
    frame_bytes = max(1, size_px[0] * size_px[1] * BYTES_A_PIXEL)
    return min(AHEAD_MAX, max(1, AHEAD_BYTES // frame_bytes))


def assign(held: Sequence[str | None], protected: frozenset[int], wanted: Sequence[str]) -> Mapping[int, str | None]:
    """Return what to change: slot number -> print to load there, None to empty it.

    `held` names the print in each slot, `wanted` the prints to have, most urgent first; what finds no slot is left
    out. Slots in `protected` never change; others with prints nobody wants are emptied.
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
