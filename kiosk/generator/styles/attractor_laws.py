"""Which parameters an attractor may have: ranges known to hold chaos, and how they may drift. Pure."""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.styles.attractor_orbits import PARAMETERS

Floats = NDArray[np.float64]
# Icons: lambda, alpha, beta, gamma, omega, degree. The first four are Field and Golubitsky's own, the others were found
# by a search for fine lines.
_ICONS = (
    (1.56, -1.0, 0.1, -0.82, 0.12, 3), (-2.5, 5.0, -1.9, 1.0, 0.188, 5),
    (1.5, -1.0, 0.1, -0.805, 0.0, 3), (-1.86, 2.0, 0.0, 1.0, 0.1, 4), (-2.073, 2.438, -1.568, 0.257, 0.0, 3),
    (-1.816, 4.401, 1.526, 0.73, 0.176, 3), (-1.791, 2.356, 0.0, -0.837, 0.0, 3),
    (2.635, -4.768, -2.014, 0.748, 0.0, 3), (-2.369, 5.701, 1.029, 0.107, 0.237, 3),
    (2.418, -3.698, -0.234, 0.194, 0.202, 4), (2.318, -3.067, -2.061, 0.898, 0.187, 4),
    (-2.494, 3.732, 0.3, -0.105, 0.194, 4),
    (-1.736, 1.836, 0.641, 1.045, 0.0, 5), (-2.555, 4.449, 0.0, 0.739, 0.069, 5),
    (2.437, -1.685, 0.0, -0.361, 0.171, 5), (2.517, -4.957, 0.073, 1.096, 0.222, 5),
    (-2.623, 3.66, 0.268, 0.453, 0.243, 5), (-2.43, 2.705, -0.812, 0.691, 0.0, 6),
    (-2.405, 3.332, 2.204, -1.018, 0.203, 6), (-2.378, 3.293, -2.823, 0.956, 0.171, 6),
    (2.459, -3.851, 1.768, 0.17, 0.226, 6), (2.592, -5.155, 0.0, 0.145, 0.154, 6),
    (2.528, -3.344, 0.29, -0.453, 0.0, 7), (2.537, -5.052, 0.0, 0.947, 0.06, 7),
    (-2.556, 5.601, 0.0, -0.193, 0.112, 7), (-2.73, 4.951, 0.288, -0.176, 0.165, 8),
    (2.364, -3.243, 0.055, 0.589, 0.148, 8),
)  # fmt: skip
_FLOWS = {  # centre and relative spread of each parameter, then the step
    "lorenz": ((10.0, 33.0, 2.6), (0.15, 0.25, 0.2), 0.008),
    "aizawa": ((0.95, 0.7, 0.6, 3.5, 0.25, 0.1), (0.05, 0.08, 0.1, 0.25, 0.3, 0.4), 0.012),
    "thomas": ((0.187,), (0.05,), 0.07),
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
    elif family == "ikeda":
        law[:3] = rng.uniform((0.72, 0.2, 5.6), (0.93, 0.6, 9.0))
    elif family == "icon":
        law[:6] = _ICONS[int(rng.integers(len(_ICONS)))]
        law[:5] *= 1 + rng.normal(0, 0.006, 5)
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
    elif family == "ikeda":
        drift[:3] = (0.05, 0.5, 1.5) * rng.uniform(-1, 1, 3)
    elif family == "icon":
        drift[:4] = law[:4] * rng.uniform(-0.015, 0.015, 4)
    else:
        centre, spread, _ = _FLOWS[family]
        drift[: len(centre)] = np.array(centre) * np.array(spread) * rng.uniform(-1, 1, len(centre))
        if family == "lorenz":
            drift *= 0.3  # its many rings would fill the gaps between them
    return drift
