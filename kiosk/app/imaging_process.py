"""The display's end of the imaging process: orders go out one at a time, results come home to the loop that waits.

A thread does the waiting. A process that dies, or says nothing for too long, is replaced; the order it had is tried
once more in a new one. `kiosk.imaging.process` is the other end; nothing it needs for pictures is imported here.
"""

import asyncio
import contextlib
import logging
import os
import queue
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kiosk.app.server_child import kiosk_command
from kiosk.domain.ports import Clock
from kiosk.imaging.orders import Fault, LookOrder, Order, PrintOrder, Refusal, Result
from kiosk.imaging.wire import result_from, to_line

log = logging.getLogger(__name__)

START_LIMIT_S = 60.0
ORDER_LIMIT_S = 20.0
PATIENCE = (1, 3)  # limits of the first and the second try: a machine may have been busy, a decoder stays hung
_READ_BYTES = 1 << 16


class _Lost(Exception):
    """The process died, hung or spoke nonsense, and its order with it; the message says which.

    `is_ours`: somebody ended it (an operator, the system for want of memory); the picture is not to blame.
    """

    def __init__(self, message: str, *, is_ours: bool = False) -> None:
        super().__init__(message)
        self.is_ours = is_ours


class _NoProcess(Exception):
    """There is no process that takes orders: none starts, or none gets ready. The message says why."""


@dataclass(slots=True)
class _Job:
    """An order, and who is given its result. `is_dropped`: nobody wants it any more."""

    order: Order
    deliver: Callable[[Result], None]
    is_dropped: bool = False


class ImagingProcess:
    """One imaging process at a time. `limit_s`: how long an order may take before its process is taken for hung.

    The second try of an order has three times as long.
    """

    def __init__(self, *, clock: Clock, limit_s: float = ORDER_LIMIT_S, command: Sequence[str] | None = None) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._command = list(command) if command is not None else [*kiosk_command(), "imaging", "--child"]
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True, name="imaging")
        self._process: subprocess.Popen[bytes] | None = None
        self._is_greeted = False
        self._guard = threading.Lock()
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The process's number; None before it is started and after it is closed."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Start the process and return at once: it is getting ready while the display is."""
        self._thread.start()

    async def carry_out(self, order: Order) -> Result:
        """Return what became of the order. Callers are served in turn; one who is cancelled before that is left out."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()
        job = _Job(order, partial(_bring_home, loop, result))
        self._put(job)
        try:
            return await result
        finally:
            job.is_dropped = True

    def ask(self, order: Order, deliver: Callable[[Result], None]) -> None:
        """Have the order carried out, where no loop runs yet; `deliver` is called once, on a thread of ours."""
        self._put(_Job(order, deliver))

    def close(self) -> None:
        """End the process, whatever it is doing; who still waits gets a refusal."""
        with self._guard:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()
        self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _put(self, job: _Job) -> None:
        if self._is_closed:
            job.deliver(_closed())
        else:
            self._jobs.put(job)

    def _work(self) -> None:
        with contextlib.suppress(_NoProcess):  # the first order will tell
            self._started()
        while (job := self._jobs.get()) is not None:
            if not job.is_dropped:
                job.deliver(self._result(job.order))
        self._end()
        while not self._jobs.empty():
            left = self._jobs.get()
            if left is not None:
                left.deliver(_closed())

    def _result(self, order: Order) -> Result:
        """Carry the order out, at most twice; what kills two processes in a row is refused."""
        begun, loss, blameless = self._clock.monotonic(), "", False
        for limits in PATIENCE:
            try:
                result = self._asked(order, limits * self._limit_s)
            except (_Lost, _NoProcess) as error:
                if self._is_closed:
                    return _closed()
                log.warning("the imaging process %s (%s)", error, _named(order))
                self._end()
                _remove_part(order)
                loss = str(error)
                blameless = blameless or (isinstance(error, _Lost) and error.is_ours)
                if isinstance(error, _NoProcess):
                    return Refusal(Fault.FAILED, f"The imaging process {loss}.")
            else:
                log.debug("%s took %.2f s", _named(order), self._clock.monotonic() - begun)
                return result
        if blameless:
            return Refusal(Fault.FAILED, f"The imaging process {loss}, twice, ended by somebody.")
        return self._refused(order, loss)

    def _refused(self, order: Order, loss: str) -> Refusal:
        if not isinstance(order, PrintOrder):
            return Refusal(Fault.FAILED, f"The imaging process {loss}, twice.")
        if len(order.sources) == 1:
            return Refusal(Fault.UNFIT, f"Its decoder died of it: the imaging process {loss}, twice.")
        for number, source in enumerate(order.sources):
            single = replace(order, sources=(source,), out=order.out.with_name(order.out.name + ".single"))
            result = self._result(single)
            single.out.unlink(missing_ok=True)
            if isinstance(result, Refusal):
                return replace(result, source=number)
        return Refusal(Fault.FAILED, f"The imaging process {loss}, twice, over two pictures that it prints singly.")

    def _asked(self, order: Order, limit_s: float) -> Result:
        process = self._ready()
        assert process.stdin is not None
        try:
            process.stdin.write(to_line(order))
        except OSError as error:
            raise _NoProcess(f"takes no order: {error.strerror}") from error
        try:
            return result_from(self._line(process, limit_s))
        except ValueError as error:
            raise _Lost(f"answered nonsense ({error})") from error

    def _line(self, process: subprocess.Popen[bytes], limit_s: float) -> bytes:
        """Return the next line the process writes; it writes one at a time."""
        assert process.stdout is not None
        poll, line, due = select.poll(), b"", self._clock.monotonic() + limit_s
        poll.register(process.stdout, select.POLLIN)
        while not line.endswith(b"\n"):
            if not poll.poll(max(0.0, due - self._clock.monotonic()) * 1_000):
                raise _Lost(f"said nothing for {limit_s:.0f} s")
            chunk = os.read(process.stdout.fileno(), _READ_BYTES)
            if not chunk:
                code = process.wait()
                raise _Lost(f"died (exit code {code})", is_ours=-code in {signal.SIGKILL, signal.SIGTERM})
            line += chunk
        return line

    def _ready(self) -> subprocess.Popen[bytes]:
        """Return a process that waits for orders: the one there is, or a new one."""
        process = self._started()
        if not self._is_greeted:
            try:
                self._line(process, START_LIMIT_S)
            except _Lost as error:
                raise _NoProcess(f"does not start: it {error}") from error
            self._is_greeted = True
        return process

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        with self._guard:
            if self._is_closed:
                raise _NoProcess("is closed")
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments made here
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
                )
            except OSError as error:
                raise _NoProcess(f"cannot be started: {error.strerror}") from error
            self._is_greeted = False
            return self._process

    def _end(self) -> None:
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            with process:  # closes its pipes and takes its exit code
                pass


def _bring_home(loop: asyncio.AbstractEventLoop, waiting: asyncio.Future[Result], result: Result) -> None:
    def settle() -> None:
        if not waiting.done():
            waiting.set_result(result)

    with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits there
        loop.call_soon_threadsafe(settle)


def _closed() -> Refusal:
    return Refusal(Fault.FAILED, "The display is closing.")


def _named(order: Order) -> str:
    match order:
        case PrintOrder():
            return "a print of " + " and ".join(source.path.name for source in order.sources)
        case LookOrder():
            return f"a look at {order.display}"
        case _:
            return f"the motion to {order.goal.name}"


def _remove_part(order: Order) -> None:
    """Remove what a dead process left half written."""
    if order.out is not None:
        part: Path = order.out.with_name(order.out.name + ".part")
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
