"""The pool of renderer processes: spawned when needed, replaced when they die or hang.

One thread a process speaks with it, so the event loop never waits. `renderer_process` is the other end.
"""

import asyncio
import logging
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Protocol

from kiosk.domain.errors import KioskError
from kiosk.generator.render import RenderedPiece
from kiosk.server.renderer_process import Draw, Order, Refusal, draw, prepare, serve_orders

log = logging.getLogger(__name__)

HANGS_AFTER_S = 120.0


class RenderFailed(KioskError):
    """A piece was not drawn; `is_final` when trying again would not help."""

    code = "render_failed"

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


class Renderer(Protocol):
    """Draws pieces, somewhere."""

    async def start(self) -> None:
        """Get ready ahead of the first order."""
        ...

    async def render(self, order: Order) -> RenderedPiece:
        """Return the piece; raise RenderFailed."""
        ...

    def close(self) -> None:
        """End whatever is drawing, at once."""
        ...


class RendererPool:
    """At most `size` renderer processes on this machine. `draw` and `warm` are functions of modules, sent by name."""

    def __init__(
        self,
        size: int = 1,
        *,
        work: Draw = draw,
        warm: Callable[[], None] | None = prepare,
        hangs_after_s: float = HANGS_AFTER_S,
    ) -> None:
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._workers = [_Worker(work, warm, hangs_after_s) for _ in range(size)]
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="renderer")

    async def render(self, order: Order) -> RenderedPiece:
        """Draw a piece in the first process that is idle; raise RenderFailed."""
        worker = await self._idle.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, worker.render, order)
        finally:
            self._idle.put_nowait(worker)

    async def start(self) -> None:
        """Start a process ahead of the first order, so that it warms up in the background."""
        worker = await self._idle.get()
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, worker.start)
        finally:
            self._idle.put_nowait(worker)

    @property
    def pids(self) -> list[int]:
        """The process ids of the renderers that live."""
        return [pid for worker in self._workers if (pid := worker.pid) is not None]

    def close(self) -> None:
        """End every process at once, and the threads with them."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown()


class _Worker:
    """One renderer process at a time; methods block."""

    def __init__(self, work: Draw, warm: Callable[[], None] | None, hangs_after_s: float) -> None:
        self._work = work
        self._warm = warm
        self._hangs_after_s = hangs_after_s
        self._process: SpawnProcess | None = None
        self._orders: Connection | None = None
        self._life: Connection | None = None
        self._closed = threading.Event()

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def start(self) -> None:
        """Start the process unless it lives."""
        if self._closed.is_set() or self.pid is not None:
            return
        self._end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        their_life, our_life = context.Pipe(duplex=False)
        process = context.Process(
            target=serve_orders, args=(theirs, their_life, self._work, self._warm), name="kiosk-renderer", daemon=True
        )
        process.start()
        theirs.close()
        their_life.close()
        self._process, self._orders, self._life = process, ours, our_life
        if self._closed.is_set():
            self._end()

    def render(self, order: Order) -> RenderedPiece:
        """Draw a piece; a process that dies or hangs over it is ended, and the next order starts another."""
        self.start()
        orders = self._orders
        if orders is None:
            raise RenderFailed("The server is stopping.", is_final=False)
        try:
            orders.send(order)
            if not orders.poll(self._hangs_after_s):
                self._end()
                raise RenderFailed(f"The renderer hung for {self._hangs_after_s:g} s.", is_final=False)
            result: RenderedPiece | Refusal = orders.recv()
        except (EOFError, OSError) as error:
            self._end()
            raise RenderFailed("The renderer died.", is_final=False) from error
        if isinstance(result, Refusal):
            raise RenderFailed(result.reason, is_final=result.is_final)
        return result

    def close(self) -> None:
        """Kill the process; a thread that waits for it finds it dead."""
        self._closed.set()
        process = self._process
        if process is not None:
            process.kill()

    def _end(self) -> None:
        process, self._process = self._process, None
        for pipe in (self._orders, self._life):
            if pipe is not None:
                pipe.close()
        self._orders = self._life = None
        if process is not None:
            process.kill()
            process.join()
            process.close()
