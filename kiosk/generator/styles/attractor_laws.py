"""Which parameters an attractor may have: ranges known to hold chaos, and how they may drift. Pure."""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.styles.attractor_orbits import PARAMETERS

Floats = NDArray[np.float64]
# Field and Golubitsky's icons: lambda, alpha, beta, gamma, omega, degree.
_ICONS = (
    (-2.5, 5.0, -1.9, 1.0, 0.188, 5), (1.56, -1.0, 0.1, -0.82, 0.12, 3), (-2.195, 10.0, -12.0, 1.0, 0.0, 3),
    (2.5, -2.5, 0.0, 0.9, 0.0, 3), (-2.05, 3.0, -16.79, 1.0, 0.0, 9), (-2.7, 5.0, 1.5, 1.0, 0.0, 6),
    (-2.08, 1.0, -0.1, 0.167, 0.0, 7), (-2.32, 2.32, 0.0, 0.75, 0.0, 5), (2.6, -2.0, 0.0, -0.5, 0.0, 5),
    (-2.34, 2.0, 0.2, 0.1, 0.0, 5), (1.5, -1.0, 0.1, -0.805, 0.0, 3), (1.455, -1.0, 0.03, -0.8, 0.0, 3),
    (-1.86, 2.0, 0.0, 1.0, 0.1, 4), (1.0, -2.1, 0.0, 1.0, 1.0, 3),
)  # fmt: skip
_FLOWS = {  # centre and relative spread of each parameter, then the step
    "lorenz": ((10.0, 33.0, 2.6), (0.15, 0.25, 0.2), 0.008),
    "aizawa": ((0.95, 0.7, 0.6, 3.5, 0.25, 0.1), (0.05, 0.08, 0.1, 0.25, 0.3, 0.4), 0.012),
    "thomas": ((0.145,), (0.25,), 0.07),
    "halvorsen": ((1.45,), (0.1,), 0.006),
    "dadras": ((3.0, 2.7, 1.7, 2.0, 9.0), (0.1, 0.12, 0.12, 0.12, 0.1), 0.008),
}


def draw_law(family: str, rng: np.random.Generator) -> Floats:
    """Return the parameters of one attractor of a family, (PARAMETERS,)."""
    law = np.zeros(PARAMETERS)
    sign = rng.choice((-1.0, 1.0), 4)
    if family == "clifford":
        law[:4] = sign * rng.uniform((1.3, 1.3, 0.4, 0.4), (2.2, 2.2, 1.5, 1.5))
    elif family == "dejong":
        law[:4] = sign * rng.uniform(1.1, 2.9, 4)
    elif family == "svensson":
        law[:4] = sign * rng.uniform((1.3, 1.3, 0.9, 0.9), (2.2, 2.2, 2.2, 2.2))
    elif family == "mira":
        law[:3] = rng.uniform(-0.8, 0.35), 1.0, rng.uniform(0.004, 0.012)
    elif family == "icon":
        law[:6] = _ICONS[int(rng.integers(len(_ICONS)))]
        law[:5] *= 1 + rng.normal(0, 0.012, 5)
    else:
        centre, spread, step = _FLOWS[family]
        law[: len(centre)] = np.array(centre) * (1 + np.array(spread) * rng.uniform(-1, 1, len(centre)))
        law[6] = step
    return law


def drift_of(family: str, law: Floats, rng: np.random.Generator) -> Floats:
    """Return how far the parameters wander over the ages of one figure at full drift, (PARAMETERS,)."""
    drift = np.zeros(PARAMETERS)
    if family in ("clifford", "dejong", "svensson"):
        way = rng.normal(size=4)
        drift[:4] = 0.9 * way / np.linalg.norm(way)
    elif family == "mira":
        drift[0] = 0.04
    elif family == "icon":
        drift[:4] = law[:4] * rng.uniform(-0.05, 0.05, 4)
    else:
        centre, spread, _ = _FLOWS[family]
        drift[: len(centre)] = np.array(centre) * np.array(spread) * rng.uniform(-1, 1, len(centre))
    return drift
