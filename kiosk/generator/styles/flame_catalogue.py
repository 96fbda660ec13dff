"""The variations a flame may use: flam3's names, their parameters, and the numbers kernels know them by. Pure.

A variation is a function of the plane; a transform adds several, each with a weight. Those from `FIRST_POLAR` on are in
`flame_vary_polar`, the others in `flame_vary_plane`; both follow flam3 (Draves and Reckase, "The Fractal Flame
Algorithm", 2008, and the catalogue of flam3 3.1).
"""

from dataclasses import dataclass, field

PLANE = (
    "linear", "sinusoidal", "spherical", "swirl", "horseshoe", "bent", "waves", "fisheye", "popcorn", "exponential",
    "cosine", "pdj", "eyefish", "bubble", "cylinder", "perspective", "curl", "rectangles", "tangent", "cross", "bent2",
    "loonie", "scry", "splits", "waves2", "popcorn2", "hyperbolic", "blur", "gaussian_blur", "square",
)  # fmt: skip
POLAR = (
    "polar", "handkerchief", "heart", "disc", "spiral", "diamond", "ex", "julia", "power", "rings", "fan", "blob",
    "fan2", "rings2", "julian", "juliascope", "ngon", "polar2", "escher", "whorl", "disc2", "foci", "radial_blur",
    "bipolar",
)  # fmt: skip
VARIATIONS = PLANE + POLAR
FIRST_POLAR = len(PLANE)
NUMBER_OF = {name: number for number, name in enumerate(VARIATIONS)}
MAX_PARAMETERS = 4


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number a variation takes: its name in a file and its value where the file leaves it out, as in flam3."""

    name: str
    default: float = 0.0


_PARAMETERS = {
    "blob": {"low": 0.0, "high": 1.0, "waves": 1.0},
    "pdj": {"a": 0.0, "b": 0.0, "c": 0.0, "d": 0.0},
    "fan2": {"x": 0.0, "y": 0.0},
    "rings2": {"val": 0.0},
    "perspective": {"angle": 0.0, "dist": 0.0},
    "julian": {"power": 1.0, "dist": 1.0},
    "juliascope": {"power": 1.0, "dist": 1.0},
    "radial_blur": {"angle": 0.0},
    "ngon": {"sides": 5.0, "power": 3.0, "circle": 1.0, "corners": 2.0},
    "curl": {"c1": 1.0, "c2": 0.0},
    "rectangles": {"x": 1.0, "y": 1.0},
    "disc2": {"rot": 0.0, "twist": 0.0},
    "bent2": {"x": 1.0, "y": 1.0},
    "bipolar": {"shift": 0.0},
    "escher": {"beta": 0.0},
    "popcorn2": {"x": 0.0, "y": 0.0, "c": 0.0},
    "splits": {"x": 0.0, "y": 0.0},
    "waves2": {"scalex": 0.0, "scaley": 0.0, "freqx": 0.0, "freqy": 0.0},
    "whorl": {"inside": 0.0, "outside": 0.0},
}
PARAMETERS = {
    variation: tuple(Parameter(f"{variation}_{name}", default) for name, default in names.items())
    for variation, names in _PARAMETERS.items()
}


@dataclass(frozen=True, slots=True)
class Variation:
    """One term of a transform: a variation's name, its weight, and its parameters in the order of `PARAMETERS`."""

    name: str
    weight: float
    parameters: tuple[float, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.parameters:
            object.__setattr__(self, "parameters", tuple(known.default for known in PARAMETERS.get(self.name, ())))
