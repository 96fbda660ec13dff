"""A flame as plain values: what a `.flam3` file says and the chaos game needs, whoever wrote it. Pure.

`flame_families` makes flames from genomes, `flame_xml` reads and writes them as text, `flame_pack` lays them out for
the kernels. Coefficients, colour and tone mean what they mean in flam3; only lengths are in heights of the picture.
"""

from dataclasses import dataclass

from kiosk.generator.styles.flame_catalogue import Variation

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
PALETTE_SIZE = 256


@dataclass(frozen=True, slots=True)
class Xform:
    """One transform. `coefs` and `post` are (xx, yx, xy, yy, x, y): x' = xx x + xy y + x, y' = yx x + yy y + y.

    `weight` says how often it is drawn (> 0, any scale), `colour` (0-1) where it pulls the colour coordinate,
    `speed` (0-1) how far, `opacity` (0-1) how much of it is seen; of a final transform, how many points it moves.
    `chaos` has a factor for each transform's weight when it is the next one; nothing: all are 1.
    """

    weight: float
    colour: float
    variations: tuple[Variation, ...]
    coefs: Matrix = IDENTITY
    post: Matrix = IDENTITY
    speed: float = 0.5
    opacity: float = 1.0
    chaos: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Tone:
    """From density to light: alpha = (1.047 brightness ln(1 + density))^(1 / gamma), straightened below `threshold`.

    The density is the share of all points in a square unit. `vibrancy` 1 keeps hues, 0 lets every channel go alone;
    `highlight_power` says how fast what is brighter than white loses its colour, negative: it is cut off.
    """

    brightness: float = 4.0
    gamma: float = 4.0
    threshold: float = 0.01
    vibrancy: float = 1.0
    highlight_power: float = -1.0


@dataclass(frozen=True, slots=True)
class Flame:
    """A whole flame. `centre` in units of the plane, `zoom` in heights of the picture a unit, turned by `rotate_deg`.

    `palette` has 256 sRGB colours, `background` is one.
    """

    xforms: tuple[Xform, ...]
    final: Xform | None
    centre: tuple[float, float]
    zoom: float
    rotate_deg: float
    palette: tuple[Colour, ...]
    background: Colour = (0, 0, 0)
    tone: Tone = Tone()
