"""From wishes and materials to what QML is told, pure. The counterpart in QML is bindings alone."""

TRANSITIONS = ("flow", "dissolve", "ink", "none")
NEED_MOTION = ("flow", "ink")
FALLBACK_TRANSITION = "dissolve"
QUARTER_TURNS = (90, 270)


def transition_name(wanted: str, *, reduced_motion: bool = False) -> str:
    """Return the transition to use: an unknown one is a dissolve, and so is every moving one under `reduced_motion`."""
    if wanted == "none":
        return wanted
    return wanted if wanted in TRANSITIONS and not reduced_motion else FALLBACK_TRANSITION


def transition_now(wanted: str, *, has_motion: bool) -> str:
    """Return the shader to use for a morph that begins now: a dissolve where the material of another is not there."""
    if wanted == "none" or (wanted in NEED_MOTION and not has_motion):
        return FALLBACK_TRANSITION
    return wanted


def upright(size_px: tuple[int, int], rotation: int) -> tuple[int, int]:
    """Return the size of a scene that is turned by `rotation` degrees (0, 90, 180, 270) on a screen of that size."""
    width_px, height_px = size_px
    return (height_px, width_px) if rotation in QUARTER_TURNS else (width_px, height_px)
