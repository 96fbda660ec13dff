"""Compiled kernels: where numba keeps its cache, and a decorator that degrades instead of raising.

The one module that touches numba's set-up; imported by every module with kernels, before anything else of numba is.
Kernels release the GIL and work on a band of rows, `bands` runs them on threads.
"""

import hashlib
import importlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from kiosk import __version__
from kiosk.generator.kernel_cache import folder_for

Function = TypeVar("Function", bound=Callable[..., Any])


def _source_digest() -> str:
    # numba knows that a kernel is stale only by that kernel's own file; a changed helper in another file goes unseen.
    digest = hashlib.blake2b(__version__.encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _prepare_cache() -> None:
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    root = Path(platformdirs.user_cache_dir("gallery-kiosk")) / "numba"
    folder = folder_for(_source_digest(), root=root)
    if folder is not None:
        os.environ["NUMBA_CACHE_DIR"] = str(folder)


_prepare_cache()
_numba: Any = importlib.import_module("numba")


def kernel(function: Function) -> Function:
    """Compile `function` on first use, cached on disk where that works. Fast-math: no NaN or infinity may enter it."""
    return _compiled(function, fastmath=True)


def exact(function: Function) -> Function:
    """Compile as `kernel` does, each operation as it is written, so that every compilation has the same results.

    For what is chaotic: an orbit summed in another order is another orbit.
    """
    return _compiled(function, fastmath=False)


def inlined(function: Function) -> Function:
    """Compile a small helper that is only called from kernels."""
    return _numba.njit(inline="always", fastmath=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def woven(function: Function) -> Function:
    """Compile a small helper that LLVM puts into every loop that calls it, so that the loop can become vector code."""
    return _numba.njit(forceinline=True, fastmath=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def _compiled(function: Function, *, fastmath: bool) -> Function:
    options = {"nogil": True, "fastmath": fastmath, "error_model": "numpy"}
    try:
        compiled = _numba.njit(cache=True, **options)(function)
    except (RuntimeError, OSError):  # numba: "no locator available" in a bundle or a read-only home
        return _numba.njit(**options)(function)  # type: ignore[no-any-return]
    _forgive_cache_faults(compiled)
    return compiled  # type: ignore[no-any-return]


def _forgive_cache_faults(compiled: Any) -> None:
    # A full disk or a file torn by a power cut must cost a compilation, not the picture; numba lets both errors out.
    cache = compiled._cache  # noqa: SLF001 - numba has no public hook for this
    load, save = cache.load_overload, cache.save_overload

    def load_or_compile(signature: Any, target: Any) -> Any:
        try:
            return load(signature, target)
        except Exception:  # noqa: BLE001 - unpickling torn bytes raises anything
            with suppress(OSError):
                cache.flush()  # a torn index would be in the way at every start: what is compiled now begins a new one
            return None

    def save_if_possible(signature: Any, data: Any) -> None:
        try:
            save(signature, data)
        except Exception:  # noqa: BLE001 - the index is unpickled here as well
            cache.disable()

    cache.load_overload, cache.save_overload = load_or_compile, save_if_possible
