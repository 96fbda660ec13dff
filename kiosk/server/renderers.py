"""The pool of renderer processes: spawned when needed, replaced when they die or hang.

One thread a process speaks with it, so the event loop never waits; the loop keeps the time, and kills a process that
has an order for too long, whatever its thread is waiting in. `renderer_process` is the other end.
"""

import asyncio
import logging
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Protocol, TypeVar

from kiosk.domain.errors import KioskError
from kiosk.generator.render import RenderedPiece, warm_up
from kiosk.server.renderer_process import Draw, Order, Refusal, Warm, draw, serve_orders

log = logging.getLogger(__name__)

T = TypeVar("T")

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
        warm: Warm | None = warm_up,
        hangs_after_s: float = HANGS_AFTER_S,
    ) -> None:
        self._hangs_after_s = hangs_after_s
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._workers = [_Worker(work, warm) for _ in range(size)]
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="renderer")

    async def render(self, order: Order) -> RenderedPiece:
        """Draw a piece in the first process that is idle; raise RenderFailed. Cancelled, it ends that process."""
        return await self._with_idle(partial(_Worker.render, order=order))

    async def start(self) -> None:
        """Start a process ahead of the first order, so that it warms up in the background; the order tries again."""
        try:
            await self._with_idle(_Worker.start)
        except RenderFailed as error:
            log.warning("ahead of the first order: %s", error)

    async def _with_idle(self, act: Callable[["_Worker"], T]) -> T:
        """Let an idle worker act on a thread; it is idle again when the thread is done, not when the caller is gone."""
        worker = await self._idle.get()
        worker.take()
        loop = asyncio.get_running_loop()
        acting = loop.run_in_executor(self._threads, worker.act, act)
        why = f"The renderer hung for {self._hangs_after_s:g} s."
        too_long = loop.call_later(self._hangs_after_s, worker.give_up, why)

        def put_back(ended: asyncio.Future[T]) -> None:
            too_long.cancel()
            ended.exception()  # looked at, though the caller may be gone
            self._idle.put_nowait(worker)

        acting.add_done_callback(put_back)
        try:
            return await asyncio.shield(acting)
        except asyncio.CancelledError:
            if not acting.done():
                worker.give_up("Nobody waits for it any more.")
            raise

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
    """One renderer process at a time. `act`, `start` and `render` block, one at a time; all else may come amid them."""

    def __init__(self, work: Draw, warm: Warm | None) -> None:
        self._work = work
        self._warm = warm
        self._process: SpawnProcess | None = None
        self._orders: Connection | None = None
        self._life: Connection | None = None
        self._number = 0
        self._lock = threading.Lock()  # over the process and these three
        self._is_taken = self._is_closed = False
        self._given_up = ""  # why, while it is

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def take(self) -> None:
        """Be at work: until `act` is over, `give_up` ends it."""
        with self._lock:
            self._is_taken, self._given_up = True, ""

    def act(self, act: Callable[["_Worker"], T]) -> T:
        """Do what the worker was taken for; what was given up leaves no process behind."""
        try:
            return act(self)
        finally:
            with self._lock:
                self._is_taken = False
                is_spoilt = bool(self._given_up)
            if is_spoilt:
                self._end()

    def give_up(self, why: str) -> None:
        """End what the worker was taken for, and its process with it; its caller, if there is one, hears `why`."""
        with self._lock:
            if self._is_taken:
                self._given_up = why
                self._kill()

    def start(self) -> None:
        """Start the process unless it lives, or nobody wants it any more; raise RenderFailed when that cannot be."""
        if self._is_unwanted() or self.pid is not None:
            return
        self._end()
        try:
            self._spawn()
        except OSError as error:  # no more descriptors, processes or memory
            told = error.strerror or type(error).__name__
            raise RenderFailed(f"The renderer could not be started: {told}.", is_final=False) from error
        if self._is_unwanted():
            self._end()

    def _spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        their_life, our_life = context.Pipe(duplex=False)
        process = context.Process(
            target=serve_orders, args=(theirs, their_life, self._work, self._warm), name="kiosk-renderer", daemon=True
        )
        process.start()
        theirs.close()
        their_life.close()
        with self._lock:
            self._process, self._orders, self._life = process, ours, our_life

    def render(self, order: Order) -> RenderedPiece:
        """Draw a piece; a process that dies or hangs over it is ended, and the next order starts another."""
        self.start()
        orders = self._orders
        if orders is None:
            raise RenderFailed(self._given_up or "The server is stopping.", is_final=False)
        self._number += 1
        try:
            orders.send((self._number, order))
            answer: tuple[int, RenderedPiece | Refusal] = orders.recv()
        except (EOFError, OSError) as error:
            self._end()
            raise RenderFailed(self._given_up or "The renderer died.", is_final=False) from error
        number, result = answer
        if number != self._number:
            self._end()
            raise RenderFailed("The renderer answered another order.", is_final=False)
        if isinstance(result, Refusal):
            raise RenderFailed(result.reason, is_final=result.is_final)
        return result

    def close(self) -> None:
        """Kill the process; a thread that waits for it finds it dead."""
        with self._lock:
            self._is_closed = True
            self._kill()

    def _is_unwanted(self) -> bool:
        with self._lock:
            return self._is_closed or bool(self._given_up)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _end(self) -> None:
        with self._lock:
            self._kill()
            process, self._process = self._process, None
        for pipe in (self._orders, self._life):
            if pipe is not None:
                pipe.close()
        self._orders = self._life = None
        if process is not None:
            process.join()
            process.close()
