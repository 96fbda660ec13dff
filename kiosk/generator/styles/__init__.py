"""The styles: one file each, one protocol, and the registry that names them."""

from typing import TYPE_CHECKING, Protocol

from kiosk.domain.errors import BadGenome
from kiosk.generator.genome import Genome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STYLES = ("flow", "silk")


class Style(Protocol):
    """How every style is called. Pure: genome and size decide every value; `threads` (0: one a core) never does."""

    def __call__(self, genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> "NDArray[np.float32]":
        """Return linear RGB, (height_px, width_px, 3), all values 0-1."""


def style_named(name: str) -> Style:
    """Return the style `name`. Its kernels are imported only now: numba takes half a second.

    Raises `BadGenome` for an unknown one.
    """
    match name:
        case "flow":
            from kiosk.generator.styles import flow  # noqa: PLC0415 - brings numba in

            return flow.render
        case "silk":
            from kiosk.generator.styles import silk  # noqa: PLC0415 - brings numba in

            return silk.render
        case _:
            raise BadGenome(f"There is no style {name!r}.", hint=f"Known styles are {', '.join(STYLES)}.")
