"""The variations a flame may use: flam3's names, their parameters, and the numbers kernels know them by. Pure.

A variation is a function of the plane; a transform adds several, each with a weight. All follow flam3 (Draves and
Reckase, "The Fractal Flame Algorithm", 2008, and the catalogue of flam3 3.1). Our own flames use the first two groups,
in `flame_vary_plane` and `flame_vary_polar`; the others are for the files of other programs, in `flame_vary_complex`,
`flame_vary_folds` and `flame_vary_chance`, and played by `flame_wide` alone.
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
COMPLEX = (
    "exp", "log", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth", "mobius",
    "edisc", "elliptic", "flux", "butterfly", "curve",
)  # fmt: skip
FOLDS = (
    "secant2", "cell", "lazysusan", "modulus", "oscilloscope", "separation", "split", "stripes", "wedge", "wedge_sph",
    "auger",
)  # fmt: skip
CHANCE = (
    "noise", "pie", "arch", "rays", "blade", "twintrian", "super_shape", "flower", "conic", "parabola", "boarders",
    "cpow", "wedge_julia", "pre_blur",
)  # fmt: skip
VARIATIONS = PLANE + POLAR + COMPLEX + FOLDS + CHANCE
FIRST_POLAR = len(PLANE)
FIRST_WIDE = FIRST_COMPLEX = FIRST_POLAR + len(POLAR)
FIRST_FOLD = FIRST_COMPLEX + len(COMPLEX)
FIRST_CHANCE = FIRST_FOLD + len(FOLDS)
NUMBER_OF = {name: number for number, name in enumerate(VARIATIONS)}
PRE_BLUR = NUMBER_OF["pre_blur"]  # moves the points before all others see them
MAX_PARAMETERS = 8
# Files of the oldest programs give variations by their places in this row.
AS_NUMBERED = (
    "linear", "sinusoidal", "spherical", "swirl", "horseshoe", "polar", "handkerchief", "heart", "disc", "spiral",
    "hyperbolic", "diamond", "ex", "julia", "bent", "waves", "fisheye", "popcorn", "exponential", "power", "cosine",
    "rings", "fan", "blob", "pdj", "fan2", "rings2", "eyefish", "bubble", "cylinder", "perspective",
)  # fmt: skip


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
    "mobius": dict.fromkeys(("re_a", "im_a", "re_b", "im_b", "re_c", "im_c", "re_d", "im_d"), 0.0),
    "flux": {"spread": 0.0},
    "curve": {"xamp": 0.0, "yamp": 0.0, "xlength": 1.0, "ylength": 1.0},
    "cell": {"size": 1.0},
    "lazysusan": {"x": 0.0, "y": 0.0, "spin": 0.0, "space": 0.0, "twist": 0.0},
    "modulus": {"x": 0.0, "y": 0.0},
    "oscilloscope": {"separation": 1.0, "frequency": 3.14159265, "amplitude": 1.0, "damping": 0.0},
    "separation": {"x": 0.0, "xinside": 0.0, "y": 0.0, "yinside": 0.0},
    "split": {"xsize": 0.0, "ysize": 0.0},
    "stripes": {"space": 0.0, "warp": 0.0},
    "wedge": {"angle": 0.0, "hole": 0.0, "count": 1.0, "swirl": 0.0},
    "wedge_sph": {"angle": 0.0, "hole": 0.0, "count": 1.0, "swirl": 0.0},
    "auger": {"sym": 0.0, "weight": 0.5, "freq": 1.0, "scale": 1.0},
    "pie": {"slices": 6.0, "rotation": 0.0, "thickness": 0.5},
    "super_shape": {"rnd": 0.0, "m": 0.0, "n1": 1.0, "n2": 1.0, "n3": 1.0, "holes": 0.0},
    "flower": {"petals": 0.0, "holes": 0.0},
    "conic": {"eccentricity": 1.0, "holes": 0.0},
    "parabola": {"height": 0.0, "width": 0.0},
    "cpow": {"i": 0.0, "r": 1.0, "power": 1.0},
    "wedge_julia": {"angle": 0.0, "count": 1.0, "power": 1.0, "dist": 0.0},
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
