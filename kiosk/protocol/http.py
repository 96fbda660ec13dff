"""httpx without its own command line. Whoever speaks HTTP as a client takes it from here.

httpx loads that command line whenever it finds what it is written with (Rich, Pygments, Click), as a developer's
environment has it: 8 MiB and 0.1 s that no wall has a use for.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _as_if_not_installed(module_name: str) -> Iterator[None]:
    """Let the import of a module fail within the block, unless it is loaded already."""
    if module_name in sys.modules:
        yield
        return
    sys.modules[module_name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module_name]


with _as_if_not_installed("httpx._main"):
    import httpx

__all__ = ["httpx"]
