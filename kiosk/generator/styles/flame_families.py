"""Families of flames: for each structure word, transforms drawn at random within bounds known to give good ones.

The genes set what the music moves: how far transforms bend the plane, how many there are, how much they turn. Which of
several draws becomes the piece is `flame_compose`'s choice.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kiosk.generator.genome import Genome
from kiosk.generator.styles.flame_catalogue import Variation
from kiosk.generator.styles.flame_model import IDENTITY, Matrix, Xform

Rng = np.random.Generator
Body = tuple[tuple[Xform, ...], Xform | None]
ORDERS = ("none", "2", "3", "5", "mirror")
_ROOTED = {"spiral": ("2", "3", "5"), "waves": ("3", "5")}  # turns among their transforms would smear their arms to fog
_SOFT = ("linear", "sinusoidal", "swirl", "bubble", "eyefish", "cylinder", "bent", "horseshoe")
_BOLD = ("spherical", "julia", "handkerchief", "heart", "spiral", "hyperbolic", "ex", "polar", "diamond", "fisheye")


def placed(scale: float, turn: float, x: float, y: float, squeeze: float = 1.0) -> Matrix:
    """Return the matrix that scales (its y axis by `squeeze` more), turns by `turn` radians, and moves."""
    c, s = scale * math.cos(turn), scale * math.sin(turn)
    return (c, s, -s * squeeze, c * squeeze, x, y)


def term(name: str, weight: float, *parameters: float) -> Variation:
    """Return one variation of a transform."""
    return Variation(name, weight, parameters)


def _spin(rng: Rng, genome: Genome) -> float:
    way = 1.0 if genome.gene("tilt") > 0.5 else -1.0
    return way * math.radians(8 + 55 * genome.gene("turn") + rng.normal(0, 9))


def _aside(rng: Rng, near: float, far: float) -> tuple[float, float]:
    angle, distance = rng.uniform(0, 2 * math.pi), rng.uniform(near, far)
    return distance * math.cos(angle), distance * math.sin(angle)


def _arm_place(genome: Genome, rng: Rng, family: str, far: float) -> tuple[float, float]:
    # Only an arm round the origin goes together with turns round it; any other is smeared into fog.
    x, y = _aside(rng, 0.05, far)
    return (x, y) if genome.choice("order", ORDERS) in ("none", *_ROOTED[family]) else (0.0, 0.0)


def _spiral(genome: Genome, rng: Rng) -> Body:
    bend = genome.gene("bend")
    way = 1.0 if genome.gene("tilt") > 0.5 else -1.0
    order = genome.choice("order", ORDERS)
    slim = 0.5 if order == "mirror" else 1.0  # copies of broad shapes are a blur
    count = 1 + round(1.6 * genome.gene("parts"))
    broad = 1.4 if count == 1 else 1.15 if order in _ROOTED["spiral"] else 1.0  # what stands alone is thin
    x, y = _arm_place(genome, rng, "spiral", 0.35)
    arm = Xform(
        weight=rng.uniform(5, 9), colour=rng.uniform(0, 0.3), speed=0.12 + 0.2 * rng.random(),
        # Steps as wide as the shapes on them: copies that overlap too much are a blur.
        coefs=placed(rng.uniform(0.83, 0.94), 0.45 * _spin(rng, genome) + 0.22 * way, x, y, rng.uniform(0.92, 1.06)),
        variations=(
            term("linear", 1 - 0.25 * bend),
            term(str(rng.choice(["swirl", "sinusoidal", "curl"])), 0.10 * bend),
        ),
    )  # fmt: skip
    shapes = []
    for k in range(count):
        x, y = _aside(rng, 0.5, 1.3)
        kind = str(rng.choice(["julia", "bubble", "sinusoidal", "blob", "disc", "spherical", "horseshoe", "cross"]))
        parameters = (rng.uniform(0.2, 0.6), 1.0, float(rng.integers(3, 8))) if kind == "blob" else ()
        shapes.append(
            Xform(
                weight=rng.uniform(0.6, 1.4), colour=0.55 + 0.45 * (k % 2), speed=0.6,
                coefs=placed(rng.uniform(0.25, 0.7) * broad, rng.uniform(0, 6.3), x, y, slim * rng.uniform(0.5, 1.2)),
                variations=(term(kind, rng.uniform(0.35, 0.7), *parameters), term("linear", 0.25 * rng.random())),
            )
        )  # fmt: skip
    return (arm, *shapes), _roots(order, rng) if order in _ROOTED["spiral"] else _lens(genome, rng, 0.3)


def _rings(genome: Genome, rng: Rng) -> Body:
    power = float(rng.choice([2, 3, 3, 4, 5, 6])) + 3 * float(genome.gene("parts") > 0.65)
    name = str(rng.choice(["julian", "juliascope"]))
    way = 1.0 if rng.random() < 0.7 else -1.0
    x, y = _aside(rng, 0.0, 0.55 + 0.5 * genome.gene("reach"))
    wheel = Xform(
        weight=rng.uniform(2, 6), colour=rng.uniform(0, 0.35), speed=rng.uniform(0.3, 0.6),
        coefs=placed(rng.uniform(0.7, 1.5), _spin(rng, genome), x, y),
        variations=(term(name, rng.uniform(0.8, 1.05), way * power, way * rng.uniform(0.8, 1.15)),),
    )  # fmt: skip
    others = []
    for k in range(1 + round(1.4 * genome.gene("bend"))):
        x, y = _aside(rng, 0.25, 1.1)
        kind = str(rng.choice(["linear", "spherical", "bubble", "sinusoidal", "eyefish", "curl"]))
        others.append(
            Xform(
                weight=rng.uniform(0.5, 1.6), colour=0.6 + 0.4 * (k % 2), speed=0.55,
                coefs=placed(rng.uniform(0.3, 0.75), rng.uniform(0, 6.3), x, y, rng.uniform(0.6, 1.1)),
                variations=(term(kind, rng.uniform(0.5, 0.95)),),
            )
        )  # fmt: skip
    return (wheel, *others), _lens(genome, rng, 0.25)


def _rose(genome: Genome, rng: Rng) -> Body:
    petals = []
    alone = genome.choice("order", ORDERS) == "none"
    count = 2 + round(genome.gene("parts")) + alone  # two petals alone are dust
    for k in range(count):
        x, y = _aside(rng, 0.1, 0.8)
        kind = str(rng.choice(["heart", "handkerchief", "swirl", "blob", "disc", "bubble", "fisheye", "ngon"]))
        parameters = {
            "blob": (rng.uniform(0.1, 0.5), 1.0, float(rng.integers(3, 9))),
            "ngon": (float(rng.integers(3, 8)), 2.0, 1.0, rng.uniform(0.5, 1.5)),
        }.get(kind, ())
        petals.append(
            Xform(
                weight=rng.uniform(0.6, 1.5), colour=k / 2 + 0.2 * rng.random() - 0.1 if k else 0.05, speed=0.5,
                coefs=placed(rng.uniform(0.5, 0.95), _spin(rng, genome) * (1 + k), x, y, rng.uniform(0.7, 1.2)),
                variations=(term(kind, rng.uniform(0.45, 0.85), *parameters), term("linear", rng.uniform(0.1, 0.4))),
            )
        )  # fmt: skip
    return tuple(petals), _lens(genome, rng, 0.5)


def _tendrils(genome: Genome, rng: Rng) -> Body:
    count = 2 + round(1.5 * genome.gene("parts"))
    parts = []
    for k in range(count):
        x, y = _aside(rng, 0.2, 0.9)
        bold = rng.random() < 0.35 + 0.4 * genome.gene("bend")
        kind = str(rng.choice(_BOLD if bold else _SOFT))
        variations = [term(kind, rng.uniform(0.5, 0.95))]
        if rng.random() < 0.6:
            variations.append(term(str(rng.choice(_SOFT)), rng.uniform(0.1, 0.45)))
        parts.append(
            Xform(
                weight=rng.uniform(0.6, 1.6), colour=k / max(count - 1, 1), speed=rng.uniform(0.4, 0.6),
                coefs=placed(rng.uniform(0.55, 1.0), rng.uniform(0, 6.3), x, y, rng.uniform(0.6, 1.15)),
                post=placed(rng.uniform(0.75, 1.05), rng.normal(0, 0.5), 0, 0) if rng.random() < 0.4 else IDENTITY,
                variations=tuple(variations),
            )
        )  # fmt: skip
    return tuple(parts), _lens(genome, rng, 0.35)


def _bubbles(genome: Genome, rng: Rng) -> Body:
    count = 1 + round(0.9 * genome.gene("parts"))
    parts = []
    for k in range(count):
        x, y = _aside(rng, 0.5, 1.25)
        parts.append(
            Xform(
                weight=rng.uniform(0.8, 1.5), colour=0.35 * k, speed=0.5,
                coefs=placed(rng.uniform(0.55, 1.05), rng.uniform(0, 6.3), x, y, rng.uniform(0.85, 1.1)),
                variations=(term("spherical", rng.uniform(0.55, 0.95)),),
            )
        )  # fmt: skip
    for k in range(1 + round(0.8 * genome.gene("bend"))):
        x, y = _aside(rng, 0.2, 0.9)
        kind = str(rng.choice(["swirl", "curl", "sinusoidal", "swirl", "julia"]))  # straight copies are dust
        parts.append(
            Xform(
                weight=rng.uniform(0.4, 1.4), colour=1.0 - 0.35 * k, speed=0.6,
                coefs=placed(rng.uniform(0.4, 0.85), rng.uniform(0, 6.3), x, y),
                variations=(term(kind, rng.uniform(0.6, 1.0)),),
            )
        )  # fmt: skip
    lens = Xform(1.0, 0.0, (term("bubble", 1.6 + 0.6 * rng.random()),), placed(1, 0, *_aside(rng, 0, 0.4)), speed=0.0)
    return tuple(parts), lens


def _sheets(genome: Genome, rng: Rng) -> Body:
    a, b, c, d = rng.uniform(0.8, 1.6 + 1.4 * genome.gene("turn"), 4) * rng.choice([-1, 1], 4)
    x, y = _aside(rng, 0.1, 0.5)
    fold = Xform(
        weight=2.0, colour=rng.uniform(0, 0.25), speed=0.4,
        coefs=placed(rng.uniform(0.8, 1.1), rng.uniform(0, 6.3), x, y, rng.uniform(0.8, 1.1)),
        variations=(term("pdj", rng.uniform(0.7, 1.0), a, b, c, d),),
    )  # fmt: skip
    others = []
    for k in range(1 + round(genome.gene("parts"))):
        x, y = _aside(rng, 0.3, 1.0)
        kind = str(rng.choice(["sinusoidal", "cylinder", "linear", "bent", "swirl", "horseshoe", "curl"]))
        others.append(
            Xform(
                weight=rng.uniform(0.4, 1.2), colour=0.6 + 0.4 * (k % 2), speed=0.5,
                coefs=placed(rng.uniform(0.6, 0.98), _spin(rng, genome), x, y, rng.uniform(0.7, 1.1)),
                variations=(term(kind, rng.uniform(0.6, 0.95)), term("linear", 0.3 * rng.random())),
            )
        )  # fmt: skip
    return (fold, *others), _lens(genome, rng, 0.2)


def _waves(genome: Genome, rng: Rng) -> Body:
    pitch = 1.2 + 3.2 * genome.gene("turn")
    height = 0.12 + 0.35 * genome.gene("bend")
    x, y = _arm_place(genome, rng, "waves", 0.6)
    swell = Xform(
        weight=rng.uniform(4, 9), colour=rng.uniform(0, 0.3), speed=rng.uniform(0.05, 0.2),
        coefs=placed(rng.uniform(0.90, 0.985), _spin(rng, genome), x, y),
        variations=(term("waves2", 1.0, *(height * rng.uniform(0.6, 1.2, 2)), *(pitch * rng.uniform(0.7, 1.3, 2))),),
    )  # fmt: skip
    others = []
    for k in range(1 + round(genome.gene("parts"))):
        x, y = _aside(rng, 0.3, 1.4)
        kind = str(rng.choice(["bubble", "julia", "spherical", "disc", "linear", "cylinder"]))
        others.append(
            Xform(
                weight=rng.uniform(0.5, 1.4), colour=0.55 + 0.45 * (k % 2), speed=0.7,
                coefs=placed(rng.uniform(0.3, 0.9), rng.uniform(0, 6.3), x, y, rng.uniform(0.5, 1.1)),
                variations=(term(kind, rng.uniform(0.4, 0.9)),),
            )
        )  # fmt: skip
    order = genome.choice("order", ORDERS)
    return (swell, *others), _roots(order, rng) if order in _ROOTED["waves"] else _lens(genome, rng, 0.2)


def _discs(genome: Genome, rng: Rng) -> Body:
    parts = []
    count = 2 + round(genome.gene("parts"))
    for k in range(count):
        x, y = _aside(rng, 0.1, 0.8)
        kind = ("disc", "rings2", "disc2", "heart", "blob", "eyefish")[int(rng.integers(0, 2 if k == 0 else 6))]
        parameters = {
            "rings2": (rng.uniform(0.4, 0.9),),
            "disc2": (rng.uniform(0.3, 1.0), rng.uniform(0.5, 3.0)),
            "blob": (rng.uniform(0.2, 0.6), 1.0, float(rng.integers(2, 7))),
        }.get(kind, ())
        parts.append(
            Xform(
                weight=rng.uniform(0.7, 1.6), colour=k / (count - 1), speed=rng.uniform(0.4, 0.6),
                coefs=placed(rng.uniform(0.55, 1.05), _spin(rng, genome) * (k + 1), x, y, rng.uniform(0.75, 1.1)),
                variations=(term(kind, rng.uniform(0.7, 1.1), *parameters), term("linear", 0.35 * rng.random())),
            )
        )  # fmt: skip
    return tuple(parts), _lens(genome, rng, 0.4)


def _roots(order: str, rng: Rng) -> Xform:
    """Return a last transform that makes of a picture as many copies round the origin: its roots of that order."""
    fold = float(order)
    stretch = rng.uniform(0.9, 0.5 + 0.32 * fold) * rng.choice([-1.0, 1.0], p=[0.2, 0.8])  # or a wreath has no middle
    spread = term("julian", 1.0, fold, stretch)
    return Xform(1.0, 0.0, (spread,), placed(1, rng.uniform(0, 6.3), *_aside(rng, 0.0, 0.9)), speed=0.0)


def _lens(genome: Genome, rng: Rng, share: float) -> Xform | None:
    """Return a last transform that bends the whole picture, for a share of the draws."""
    if rng.random() > share * (0.5 + genome.gene("bend")):
        return None
    kind = str(rng.choice(["bubble", "eyefish", "sinusoidal", "curl", "julia", "spherical"]))
    weight = 1.8 if kind == "bubble" else 1.0
    parameters = (rng.uniform(-0.6, 0.6), rng.uniform(-0.3, 0.3)) if kind == "curl" else ()
    x, y = _aside(rng, 0.0, 0.4)
    return Xform(1.0, 0.0, (term(kind, weight, *parameters),), placed(1, rng.uniform(0, 6.3), x, y), speed=0.0)


_FAMILIES: dict[str, Callable[[Genome, Rng], Body]] = {
    "spiral": _spiral, "rings": _rings, "rose": _rose, "tendrils": _tendrils, "bubbles": _bubbles, "sheets": _sheets,
    "waves": _waves, "discs": _discs,
}  # fmt: skip
FAMILIES = tuple(_FAMILIES)


def draw_body(genome: Genome, rng: Rng) -> Body:
    """Return one draw of the genome's family, with the transforms of its symmetry."""
    family, order = genome.choice("family", FAMILIES), genome.choice("order", ORDERS)
    xforms, final = _FAMILIES[family](genome, rng)
    if order in _ROOTED.get(family, ()):
        return xforms, final
    return (*xforms, *_symmetry(order, sum(xform.weight for xform in xforms))), final


def _symmetry(order: str, weight: float) -> tuple[Xform, ...]:
    plain = Xform(weight=0.7 * weight, colour=0.5, speed=0.0, variations=(term("linear", 1.0),))
    if order == "none":
        return ()
    if order == "mirror":
        return (replace(plain, coefs=(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0)),)
    fold = int(order)
    turns = [placed(1, 2 * math.pi * k / fold, 0, 0) for k in range(1, fold)]
    return tuple(replace(plain, weight=0.7 * weight, coefs=coefs) for coefs in turns)
