"""From pieces, sizes and settings to what QML is told, pure. The counterpart in QML is bindings alone."""

from dataclasses import dataclass

from kiosk.stage.pieces import StagePiece

FITS = ("cover", "contain", "blur")
TRANSITIONS = ("flow", "dissolve", "ink", "none")
FALLBACK_TRANSITION = "dissolve"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in the units of the screen it is on."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class LabelText:
    """The two lines of a wall label; either may be empty."""

    title: str
    byline: str


def fit_rect(fit: str, picture: tuple[int, int], screen: tuple[int, int]) -> Rect:
    """Return where a picture of this size lies on a screen of that size; `cover` reaches beyond it, the others do not.

    `fit` is cover, contain or blur; a picture of unknown size (0) is taken to have the screen's shape.
    """
    width, height = picture if min(picture) > 0 else screen
    screen_width, screen_height = screen
    if min(screen) <= 0:
        return Rect(0, 0, 0, 0)
    ratios = (screen_width / width, screen_height / height)
    scale = max(ratios) if fit == "cover" else min(ratios)
    fitted = (width * scale, height * scale)
    return Rect((screen_width - fitted[0]) / 2, (screen_height - fitted[1]) / 2, *fitted)


def coverage(fit: str, picture: tuple[int, int], screen: tuple[int, int]) -> float:
    """Return the share (0-1) of the screen's area the picture itself covers; mat and blurred ground do not count."""
    rect = fit_rect(fit, picture, screen)
    if min(screen) <= 0:
        return 0.0
    seen = min(rect.width, screen[0]) * min(rect.height, screen[1])
    return min(1.0, seen / (screen[0] * screen[1]))


def source_bound(fit: str, picture: tuple[int, int], screen_px: tuple[int, int]) -> int:
    """Return the length (px) to decode a picture's shorter side to, so that none is kept larger than it will be drawn.

    Never longer than it is. Qt scales a picture to cover the `sourceSize` it is given, before it turns it upright: a
    square one means the same either way. A picture of unknown size is bounded by the screen's longer side.
    """
    if min(picture) <= 0:
        return max(1, *screen_px)
    rect = fit_rect(fit, picture, screen_px)
    return max(1, round(min(picture) * min(1.0, rect.width / picture[0])))


def transition_name(wanted: str, *, reduced_motion: bool = False) -> str:
    """Return the transition to use: an unknown one is a dissolve, and so is every moving one under `reduced_motion`."""
    if wanted == "none":
        return wanted
    return wanted if wanted in TRANSITIONS and not reduced_motion else FALLBACK_TRANSITION


def fit_name(wanted: str) -> str:
    """Return the fit to use; an unknown one is `cover`."""
    return wanted if wanted in FITS else FITS[0]


def label_text(piece: StagePiece) -> LabelText:
    """Return the wall label of a piece: its title, and artist and year on one line."""
    byline = ", ".join(part.strip() for part in (piece.artist, piece.year) if part.strip())
    return LabelText(title=piece.title.strip(), byline=byline)
