"""What a bench is, how benches are found, and how a figure is written down.

A bench is a module `tests/bench/bench_*.py` with a `NAME` and a `run(options)` that yields figures. Its counterpart is
`__main__.py`, the command line. A figure is best a ratio to a rival measured in the same run: the machine cancels out.
"""

import importlib
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast


@dataclass(frozen=True, kw_only=True)
class Options:
    """How thoroughly to measure: `small` asks for a tenth of the data, `quick` for a hundredth and the shortest run
    that still means something. What benches of one run share is in `kept`, and undone by `keeper` when the run ends.
    """

    quick: bool = False
    small: bool = False
    keeper: ExitStack = field(default_factory=ExitStack)
    kept: dict[str, object] = field(default_factory=dict)

    @property
    def part(self) -> int:
        """By how much a full-size data set is divided."""
        return 100 if self.quick else 10 if self.small else 1


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value in its unit; the rival it is compared with, in the same unit; what was aimed at ("<= 3")."""

    name: str
    value: float
    unit: str
    rival: str | None = None
    rival_value: float | None = None
    goal: str | None = None

    @property
    def ratio(self) -> float | None:
        """Value over rival's value; None without a rival, or with one that measured zero."""
        return self.value / self.rival_value if self.rival_value else None


class Bench(Protocol):
    """What a bench module offers."""

    NAME: str

    def run(self, options: Options) -> Iterable[Figure]:
        """Measures and yields figures as they come."""
        ...


def discover(folder: Path = Path(__file__).parent, package: str = "tests.bench") -> Iterator[Bench]:
    """Imports the bench modules of a folder, in the order of their file names."""
    for path in sorted(folder.glob("bench_*.py")):
        yield cast("Bench", importlib.import_module(f"{package}.{path.stem}"))


def to_json(figure: Figure) -> str:
    """One line of JSON: {name, value, unit, rival, rivalValue, ratio, goal}, null where there is nothing."""
    return json.dumps(
        {
            "name": figure.name,
            "value": figure.value,
            "unit": figure.unit,
            "rival": figure.rival,
            "rivalValue": figure.rival_value,
            "ratio": figure.ratio,
            "goal": figure.goal,
        }
    )


def to_text(figure: Figure) -> str:
    """One line for people, such as `swapped while blocked: 28 frames (1 with a timer, ratio 28; goal >= 25)`."""
    remarks = []
    if figure.rival is not None and figure.rival_value is not None:
        ratio = "" if figure.ratio is None else f", ratio {figure.ratio:.3g}"
        remarks.append(f"{figure.rival_value:.4g} with {figure.rival}{ratio}")
    if figure.goal is not None:
        remarks.append(f"goal {figure.goal}")
    return f"{figure.name}: {figure.value:.4g} {figure.unit}" + (f" ({'; '.join(remarks)})" if remarks else "")
