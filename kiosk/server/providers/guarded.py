"""The guard before a service outside: asked only when it may be, only as long as it may take, never beyond the budget.

An order passes the prompts refused before, the breaker, the day's budget, and then has `CallRules.limit_s` seconds for
up to three tries. Its end goes to the breaker, to the budget (given back unless something may be charged) and to the
figures; the log has a line for each failed order and for each turn of the breaker. What a provider raises that nobody
foresaw is a failed order too, and may be charged: the answer it stumbled over may be a picture's.
"""

import asyncio
import hashlib
import itertools
import logging
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kiosk.domain.ports import Clock, Random
from kiosk.server import store_budget
from kiosk.server.database import Database
from kiosk.server.meter_providers import BREAKER_OPEN, NEEDS_ATTENTION, ProviderMeter
from kiosk.server.moments import to_ms
from kiosk.server.providers.breaker import STOPS_FOR_S, Breaker
from kiosk.server.providers.outcomes import ADVICE, WHY, Outcome
from kiosk.server.providers.port import PaintedImage, PaintOrder, Provider, ProviderFailed
from kiosk.server.tries import Lately
from kiosk.sync.backoff import Backoff

log = logging.getLogger(__name__)

BACKOFF: Final = Backoff(base_s=1.0, cap_s=8.0)
REFUSED_KEPT_S: Final = 24 * 3_600.0
_PROGRAM: Final = Path(__file__).parents[2]
_WORTH_ANOTHER_TRY: Final = frozenset({Outcome.UNAVAILABLE, Outcome.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class CallRules:
    """How long and how often an order is tried. Who asks to wait for more than `wait_max_s` is left to later pieces."""

    limit_s: float
    daily_budget: int
    tries_max: int = 3
    wait_max_s: float = 10.0
    backoff: Backoff = BACKOFF


class Guarded:
    """A provider round another. One event loop's; each server process has its own breaker, all share the budget."""

    def __init__(
        self,
        provider: Provider,
        *,
        database: Database,
        clock: Clock,
        random: Random,
        meter: ProviderMeter,
        rules: CallRules,
    ) -> None:
        self._provider = provider
        self._database = database
        self._clock = clock
        self._random = random
        self._meter = meter
        self._rules = rules
        self._breaker = Breaker()
        self._numbers = itertools.count()
        self._refused = Lately(clock, window_s=REFUSED_KEPT_S)

    @property
    def name(self) -> str:
        """The guarded provider's."""
        return self._provider.name

    @property
    def model(self) -> str:
        """The guarded provider's."""
        return self._provider.model

    async def make(self, order: PaintOrder) -> PaintedImage:
        """Return the picture; raise ProviderFailed, at once when the service is not to be asked now."""
        prompt_sha256 = hashlib.sha256(order.prompt.encode()).hexdigest()
        if prompt_sha256 in self._refused:
            raise ProviderFailed(Outcome.REFUSED, f"{self.name} has refused this prompt before.")
        if not self._breaker.may_ask(self._clock.monotonic()):
            raise ProviderFailed(Outcome.STOPPED, f"{self.name} is left alone for now.")
        number = next(self._numbers)
        self._breaker = self._breaker.asked(number)
        started_s = self._clock.monotonic()
        try:
            image = await self._within_budget(order)
        except ProviderFailed as error:
            if error.outcome is Outcome.OVER_BUDGET:
                self._breaker = self._breaker.let_go(number)
                raise
            log.warning("no piece from %s: %s", self.name, error.message)
            if error.outcome is Outcome.REFUSED:
                self._refused.add(prompt_sha256)
            self._end(number, error.outcome, error.retry_after_s)
            raise
        except BaseException:
            self._breaker = self._breaker.let_go(number)
            raise
        self._end(number, Outcome.DONE)
        return replace(image, seconds=self._clock.monotonic() - started_s)

    async def _within_budget(self, order: PaintOrder) -> PaintedImage:
        day = store_budget.day_of(to_ms(self._clock.now()))
        limit = self._rules.daily_budget
        if not await self._database.write(lambda connection: store_budget.take(connection, day=day, limit=limit)):
            raise ProviderFailed(Outcome.OVER_BUDGET, f"The day's budget of {limit} pieces is used up.")
        try:
            image = await self._tried(order)
        except ProviderFailed as error:
            if error.is_charged:
                self._meter.charged(self.name)
            else:
                await self._database.write(lambda connection: store_budget.give_back(connection, day=day))
            raise
        self._meter.charged(self.name)
        return image

    async def _tried(self, order: PaintOrder) -> PaintedImage:
        """Ask up to three times; what is under way when the time is over may be charged for."""
        is_asking = False
        try:
            async with asyncio.timeout(self._rules.limit_s):
                for failed in itertools.count():
                    is_asking = True
                    try:
                        image = await self._asked(order)
                    except ProviderFailed as error:
                        is_asking = False
                        self._meter.called(self.name, error.outcome)
                        await self._clock.sleep(self._wait_s(failed, error))
                    else:
                        self._meter.called(self.name, Outcome.DONE)
                        return image
        except TimeoutError:
            if is_asking:
                self._meter.called(self.name, Outcome.TIMED_OUT)
            message = f"{self.name} had no picture within {self._rules.limit_s:g} s."
            raise ProviderFailed(Outcome.TIMED_OUT, message, is_charged=is_asking) from None
        raise AssertionError

    async def _asked(self, order: PaintOrder) -> PaintedImage:
        """Ask once; what nobody foresaw is a failure like others."""
        try:
            return await self._provider.make(order)
        except ProviderFailed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it counts and is told in one line
            message = f"this server failed on it: {_place_of(error)}."
            raise ProviderFailed(Outcome.FAULT, message, is_charged=True) from None

    def _wait_s(self, failed: int, error: ProviderFailed) -> float:
        """Return the seconds until the next try; raise the error when there is to be none."""
        wait_s = self._rules.backoff.delay_s(failed, self._random, retry_after_s=error.retry_after_s)
        is_last = failed + 1 >= self._rules.tries_max
        has_to_ask = error.outcome is Outcome.RATE_LIMITED and error.retry_after_s is None
        if is_last or has_to_ask or error.is_charged or error.outcome not in _WORTH_ANOTHER_TRY:
            raise error
        if (error.retry_after_s or 0.0) > self._rules.wait_max_s:
            raise error
        return wait_s

    def _end(self, number: int, outcome: Outcome, retry_after_s: float | None = None) -> None:
        before, now_s = self._breaker, self._clock.monotonic()
        self._breaker = before.ended(
            number, outcome, now_s=now_s, retry_after_s=retry_after_s, spread=self._random.uniform(0.0, 1.0)
        )
        cause = self._breaker.cause
        needs_person = cause in STOPS_FOR_S
        self._meter.turn(NEEDS_ATTENTION, holds=needs_person)
        self._meter.turn(
            BREAKER_OPEN, holds=self._breaker.is_open and not needs_person and cause is not Outcome.RATE_LIMITED
        )
        if cause is not None and cause is not before.cause:
            assert self._breaker.open_until_s is not None
            seconds = self._breaker.open_until_s - now_s
            say = log.error if needs_person else log.warning
            advice = ADVICE.get(cause, "Pieces are drawn here meanwhile.")
            say("%s is left alone for %s: %s. %s", self.name, _span(seconds), WHY[cause], advice)
        elif before.is_open and not self._breaker.is_open:
            log.info("%s is asked again", self.name)


def _span(seconds: float) -> str:
    """Return a length of time as people say it."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _place_of(error: Exception) -> str:
    """Return an error's kind and the line of this program it came by; its words may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PROGRAM)]
    return f"{type(error).__name__} in {Path(ours[-1].filename).name}, line {ours[-1].lineno}"
