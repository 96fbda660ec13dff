"""The fan-out: reads what happened once and writes it to every open stream of this process that it concerns.

A stream first gets what it had missed, from the table; then it joins the others, who are kept up to date from one
reading of everything new. A short tail of that reading stays in memory: who comes back soon needs no table.

    broker: a hint ─┐
    every second  ──┴─► read the new events ─► encode each once ─► write to the sockets, and never wait for one

Each second it also looks for displays and tokens that were revoked, and drops readers that do not keep up; they come
back and get what they missed. `stream` is one of them on the wire; whoever adds an event tells the `broker`.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive

from kiosk.domain.ports import Clock
from kiosk.server import store_events, store_people
from kiosk.server.broker import Broker, Subscription, Wake
from kiosk.server.database import Database
from kiosk.server.metrics import Metrics
from kiosk.server.moments import HOUR_MS, to_ms
from kiosk.server.store_events import BATCH, StoredEvent
from kiosk.server.stream import Frame, Stream, Told, encode

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
STUCK_MAX_S = 10.0
UNSENT_MAX_BYTES = 512 * 1024
TAIL_EVENTS = 1_000
AT_A_TIME = 250  # streams written to before others on the loop have their turn
REVOKED_WITHIN_MS = HOUR_MS  # wide, so that clocks of server processes need not agree
HEARTBEAT = Frame.of(b":\n\n")


@dataclass(frozen=True, slots=True)
class Page:
    """Events read from the table: all there is after `start` up to and including `end`, or the first of them."""

    start: int
    end: int
    news: list[Told]
    is_all: bool


class FanOut:
    """All streams of this process. `run` for ever; used on the event loop's thread only."""

    def __init__(self, *, database: Database, broker: Broker, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._broker = broker
        self._clock = clock
        self._metrics = metrics
        self._streams: set[Stream] = set()
        self._live: dict[int, set[Stream]] = {}
        self._tail: deque[Told] = deque()
        self._floor = 0  # the tail has everything after this
        self._newest = 0  # up to this
        self._is_closed = False
        self._is_in_trouble = False

    @property
    def subscribers(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    async def missed(self, *, user_id: int, seq: int | None) -> Page:
        """Return what a stream begins with that has everything up to `seq`; None, or a number to come, means now."""
        if seq is not None and seq <= self._newest and self._live:
            remembered = self._remembered(user_id, seq)
            if remembered is not None:
                return remembered
        return await self._database.read(partial(_page_of, user=user_id, seq=seq))

    async def follow(self, stream: Stream, page: Page, receive: Receive) -> None:
        """Keep a stream up to date, from its first page on, until its client leaves or it is ended."""
        self._streams.add(stream)
        self._metrics.streams_opened.inc()
        if page.news:
            self._metrics.streams_replayed.inc()
        try:
            await stream.begin(page.start)
            await self._catch_up(stream, page)
            while (await receive())["type"] != "http.disconnect":
                pass
        except SQLAlchemyError as error:
            log.warning("a stream is cut, for what it missed cannot be read: %s", error)
            stream.drop()
        finally:
            self._forget(stream)

    async def run(self) -> None:
        """Pass on what happens until the broker closes."""
        with self._broker.subscribe(None) as subscription:
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._look_regularly(subscription))
                while Wake.ENDED not in (woken := await subscription.wait()):
                    await self._act(woken)
                looking.cancel()
        self._is_closed = True
        for stream in list(self._streams):
            await self._end(stream)

    async def _look_regularly(self, subscription: Subscription) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self._drop_stuck()
            if self._streams:
                subscription.wake(Wake.NEWS | Wake.REVOKED)

    async def _act(self, woken: Wake) -> None:
        try:
            if Wake.REVOKED in woken:
                await self._end_revoked()
            await self._pass_on()
        except (SQLAlchemyError, OSError) as error:
            if not self._is_in_trouble:
                log.warning("the streams get no news, for the database cannot be read: %s", error)
            self._is_in_trouble = True
        else:
            self._is_in_trouble = False
        if Wake.BEAT in woken:
            await self._write(self._all_live(), HEARTBEAT)

    async def _catch_up(self, stream: Stream, page: Page) -> None:
        while not stream.is_closing:
            await stream.replay(page.news, position=page.end)
            self._metrics.events_sent.inc(len(page.news))
            if page.is_all and not self._live:
                self._begin_at(page.end)
            remembered = self._remembered(stream.user_id, stream.position)
            if remembered is not None and not remembered.news:
                stream.is_live = True
                self._live.setdefault(stream.user_id, set()).add(stream)
                break
            if remembered is None:
                remembered = await self._database.read(partial(_page_of, user=stream.user_id, seq=stream.position))
            page = remembered
        if self._is_closed:
            await self._end(stream)

    def _remembered(self, user_id: int, seq: int) -> Page | None:
        """Return what comes after `seq` from the tail, or None when that does not reach back so far."""
        if seq < self._floor:
            return None
        news = list(islice((told for told in self._tail if told.seq > seq and told.user_id in {None, user_id}), BATCH))
        is_all = len(news) < BATCH
        return Page(seq, max(seq, self._newest) if is_all else news[-1].seq, news, is_all)

    def _begin_at(self, seq: int) -> None:
        """Nobody follows: what happened until now need not be read for those who come."""
        self._tail.clear()
        self._floor = self._newest = seq

    async def _pass_on(self) -> None:
        is_all = False
        while self._live and not is_all:
            page = await self._database.read(partial(_page_of_all, seq=self._newest))
            if page.start != self._newest:  # all had left meanwhile, and those who came begin elsewhere
                continue
            if page.end < page.start:  # an older copy of the database was put in its place
                await self._send_away(page.end)
                return
            is_all = page.is_all
            self._newest = page.end
            self._tail.extend(page.news)
            while len(self._tail) > TAIL_EVENTS:
                self._floor = max(self._floor, self._tail.popleft().seq)
            whose = {told.user_id for told in page.news}
            for user_id in [user_id for user_id in self._live if None in whose or user_id in whose]:
                await self._tell(user_id, [told for told in page.news if told.user_id in {None, user_id}])

    async def _send_away(self, newest: int) -> None:
        """End every stream: their positions mean nothing any more. They come back and follow from now on."""
        for stream in self._all_live():
            await self._end(stream)
        self._begin_at(newest)

    async def _tell(self, user_id: int, news: Sequence[Told]) -> None:
        """Write to a user's streams. All but a few need all of `news`, framed once; those were ahead of the others."""
        streams = list(self._live.get(user_id, ()))
        for position, group in _by_position(streams, news[0].seq):
            rest = [told for told in news if told.seq > position]
            if rest:
                for stream in group:
                    stream.position = rest[-1].seq
                await self._write(group, Frame.of(b"".join(told.data for told in rest)))
                self._metrics.events_sent.inc(len(rest) * len(group))

    async def _write(self, streams: Sequence[Stream], frame: Frame) -> None:
        waiting = iter(streams)
        while batch := list(islice(waiting, AT_A_TIME)):
            for stream in batch:
                stream.write(frame)
                if stream.unsent_bytes > UNSENT_MAX_BYTES:
                    self._drop(stream)
            await asyncio.sleep(0)

    def _drop_stuck(self) -> None:
        now_s = self._clock.monotonic()
        for stream in list(self._streams):
            if not stream.unsent_bytes:
                stream.stuck_since_s = None
            elif stream.stuck_since_s is None:
                stream.stuck_since_s = now_s
            elif now_s - stream.stuck_since_s >= STUCK_MAX_S:
                self._drop(stream)

    def _drop(self, stream: Stream) -> None:
        self._metrics.streams_dropped.inc()
        self._forget(stream)
        stream.drop()

    async def _end_revoked(self) -> None:
        of_devices = {stream for stream in self._streams if stream.device_id is not None}
        of_tokens = {stream for stream in self._streams - of_devices if stream.token_sha256 is not None}
        revoked: set[Stream] = set()
        if of_devices:
            since_ms = to_ms(self._clock.now()) - REVOKED_WITHIN_MS
            devices = await self._database.read(partial(store_people.revoked_since, since_ms=since_ms))
            revoked |= {stream for stream in of_devices if stream.device_id in devices}
        if of_tokens:
            digests = {stream.token_sha256 for stream in of_tokens if stream.token_sha256 is not None}
            living = await self._database.read(partial(store_people.living_tokens, digests=digests))
            revoked |= {stream for stream in of_tokens if stream.token_sha256 not in living}
        for stream in revoked & self._streams:
            await self._end(stream)

    async def _end(self, stream: Stream) -> None:
        self._forget(stream)
        await stream.end()

    def _forget(self, stream: Stream) -> None:
        self._streams.discard(stream)
        siblings = self._live.get(stream.user_id, set())
        siblings.discard(stream)
        if not siblings:
            self._live.pop(stream.user_id, None)

    def _all_live(self) -> list[Stream]:
        return [stream for streams in self._live.values() for stream in streams]


def _page_of(connection: Connection, *, user: int, seq: int | None) -> Page:
    newest = store_events.last_seq(connection)
    start = newest if seq is None else min(seq, newest)
    return _page(start, newest, store_events.after(connection, user=user, seq=start) if start < newest else [])


def _page_of_all(connection: Connection, *, seq: int) -> Page:
    newest = store_events.last_seq(connection)
    return _page(seq, newest, store_events.after_of_all(connection, seq=seq) if seq < newest else [])


def _page(start: int, newest: int, events: Sequence[StoredEvent]) -> Page:
    """`newest` was read before `events`, whose numbers have no holes: everything up to it is among them."""
    last = events[-1].seq if events else 0
    is_all = len(events) < BATCH
    return Page(start, max(newest, last) if is_all else last, [encode(event) for event in events], is_all)


def _by_position(streams: Sequence[Stream], first: int) -> Iterable[tuple[int, list[Stream]]]:
    """Group streams by what they have: nothing from `first` on, or up to a position."""
    groups: defaultdict[int, list[Stream]] = defaultdict(list)
    for stream in streams:
        groups[max(stream.position, first - 1)].append(stream)
    return groups.items()
