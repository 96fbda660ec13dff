"""The generator: what a piece of each style takes at three sizes, each in a process of its own; and its cold start."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from kiosk.generator.styles import STYLES
from tests.bench.harness import Figure, Options

NAME = "generator"
GOALS = {"480x270": "<= 0.5", "1920x1080": "<= 3", "3840x2160": "<= 10"}


def run(options: Options) -> Iterable[Figure]:
    """Yields medians over pieces of different seeds: wall beside encoding alone, CPU, peak memory."""
    count = 3 if options.quick else 7
    for style in STYLES:
        with TemporaryDirectory() as cache:
            nothing, compiled = (drawn(style, "48x27", 1, cache=cache)["coldS"] for _ in range(2))
        yield Figure(
            name=f"{style}, first piece where nothing is compiled yet",
            value=nothing,
            unit="s",
            rival="where all is",
            rival_value=compiled,
        )
        for size, goal in GOALS.items():
            told = drawn(style, size, count)
            yield Figure(
                name=f"{style} at {size}",
                value=median(told["wallS"]),
                unit="s",
                rival="encoding it alone",
                rival_value=median(told["encodedS"]),
                goal=goal,
            )
            yield Figure(name=f"{style} at {size}, CPU of all threads", value=median(told["cpuS"]), unit="s")
            yield Figure(name=f"{style} at {size}, peak memory", value=told["peakMb"], unit="MiB")


def drawn(style: str, size: str, count: int, *, cache: str | None = None) -> Mapping[str, Any]:
    """Return what `draw_pieces` tells; `cache` is the folder of compiled code, by default the usual one."""
    environ = os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    command = [sys.executable, "-m", "tests.bench.draw_pieces", style, size, str(count)]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=600)
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told
