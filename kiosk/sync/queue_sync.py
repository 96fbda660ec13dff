"""The queue, fetched page by page: when to ask, and what the answer means to this display.

`service` passes on the hints of the stream; `reconcile` merges; here are the waits between pages and the memory of what
pages may not know yet.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import Final

from kiosk.domain.artworks import Artwork, Pool
from kiosk.domain.errors import KioskError, ServerRefused
from kiosk.domain.ports import Clock, Random
from kiosk.sync.backoff import Backoff
from kiosk.sync.cache import ImageCache
from kiosk.sync.client import ApiClient
from kiosk.sync.reconcile import Known, announce, reconcile, unconfirmed
from kiosk.sync.waiting import wait_for

_log = logging.getLogger(__name__)

SAFETY_POLL_FACTOR: Final = 10
REMEMBERED_SHOWN_MAX: Final = 1_000


class QueueSync:
    """Asks for a page every `poll_s` seconds (ten times slower while `live`), and soon after each `request`.

    `on_queue(queue, pool)` gets each queue; `on_page(ok)` hears before that how asking went. Requests within
    `debounce_s` become one page. `undelivered` returns ids of artworks whose impressions the server may not have.
    """

    def __init__(
        self,
        *,
        client: ApiClient,
        cache: ImageCache,
        clock: Clock,
        random: Random,
        undelivered: Callable[[], Collection[str]],
        on_queue: Callable[[Sequence[Artwork], Pool], None],
        on_page: Callable[[bool], None],
        debounce_s: float,
        poll_s: float,
        page_limit: int,
        session_id: str | None,
    ) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock
        self._random = random
        self._undelivered = undelivered
        self._on_queue = on_queue
        self._on_page = on_page
        self._debounce_s = debounce_s
        self._poll_s = poll_s
        self._page_limit = page_limit
        self._retries = Backoff(base_s=1.0, cap_s=max(poll_s, 1.0))
        self._live = False
        self._due_s = 0.0
        self._not_before_s = 0.0
        self._wake = asyncio.Event()
        self._optimistic: tuple[Artwork, ...] = ()
        self._recently_shown: OrderedDict[str, None] = OrderedDict()
        self._shown_meanwhile: set[str] = set()
        self._removed_meanwhile: set[str] = set()
        self.session_id = session_id
        self.session_known = asyncio.Event()
        self.synced_at_s: float | None = None
        self.problem = ""

    # ------------------------------------------------------------------ hints
    def request(self, delay_s: float = 0.0) -> None:
        """Fetch a page after the debounce time and `delay_s`; requests close together become one."""
        self._due_s = min(self._due_s, self._clock.monotonic() + self._debounce_s + delay_s)
        self._wake.set()

    def request_now(self) -> None:
        """Fetch a page as soon as may be, whatever wait a failure before has set."""
        self._not_before_s = 0.0
        self.request()

    def set_live(self, live: bool) -> None:
        """Take the pace that suits the stream; news may have been missed when it has just come up or gone down."""
        self._live = live
        self._due_s = min(self._due_s, self._clock.monotonic() + self._poll_s)
        self._wake.set()
        if live:
            self.request()

    def adopt_session(self, session_id: str) -> None:
        """Use the session the server names from now on."""
        self.session_id = session_id
        self.session_known.set()

    def announced(self, artwork: Artwork) -> None:
        """A piece is there that pages may not have yet: it stays on top until they have, or it was shown."""
        self._optimistic = announce(self._optimistic, artwork)

    def shown(self, artwork_id: str) -> None:
        """A piece was painted: no page made before may bring it back."""
        self._shown_meanwhile.add(artwork_id)
        self._recently_shown[artwork_id] = None
        self._recently_shown.move_to_end(artwork_id)
        while len(self._recently_shown) > REMEMBERED_SHOWN_MAX:
            self._recently_shown.popitem(last=False)
        self._drop_optimistic(artwork_id)

    def removed(self, artwork_id: str) -> None:
        """A piece is gone: no page made before may bring it back."""
        self._removed_meanwhile.add(artwork_id)
        self._drop_optimistic(artwork_id)

    def was_shown(self, artwork_id: str) -> bool:
        """Tell whether this display has shown the piece lately, or has impressions of it still to deliver."""
        return artwork_id in self._recently_shown or artwork_id in self._undelivered()

    def _drop_optimistic(self, artwork_id: str) -> None:
        self._optimistic = tuple(artwork for artwork in self._optimistic if artwork.id != artwork_id)

    # ------------------------------------------------------------------ pages
    async def run(self) -> None:
        """Ask until cancelled; the first page is asked for at once."""
        self._due_s = self._clock.monotonic()
        attempt = 0
        while True:
            await self._until_due()
            pace_s = self._poll_s * (SAFETY_POLL_FACTOR if self._live else 1)
            self._due_s = self._clock.monotonic() + pace_s
            try:
                await self._fetch_page()
                attempt = 0
            except KioskError as error:
                retry_after_s = error.retry_after_s if isinstance(error, ServerRefused) else None
                delay_s = self._retries.delay_s(attempt, self._random, retry_after_s=retry_after_s)
                level = logging.WARNING if attempt == 0 else logging.DEBUG
                _log.log(level, "No page of the queue; again in %.1f s. %s", delay_s, error)
                attempt += 1
                self.problem = str(error)
                self._not_before_s = self._due_s = self._clock.monotonic() + delay_s
                self._on_page(False)

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            left_s = max(self._due_s, self._not_before_s) - self._clock.monotonic()
            if left_s <= 0:
                return
            await wait_for(self._wake, self._clock, left_s)

    async def _fetch_page(self) -> None:
        self._shown_meanwhile.clear()
        self._removed_meanwhile.clear()
        undelivered_before = frozenset(self._undelivered())
        reply = await self._client.next_page(limit=self._page_limit, session_id=self.session_id)
        self.adopt_session(reply.session_id)
        page = [artwork.to_domain() for artwork in reply.artworks]
        known = Known(
            optimistic=self._optimistic,
            shown=undelivered_before | frozenset(self._undelivered()) | self._shown_meanwhile,
            removed=frozenset(self._removed_meanwhile),
            set_aside=self._cache.set_aside_hashes,
        )
        queue = reconcile(page, known)
        self._optimistic = unconfirmed(page, self._optimistic)
        self._cache.remember(queue)
        self.synced_at_s = self._clock.monotonic()
        self.problem = ""
        self._on_page(True)
        self._on_queue(queue, reply.pool.to_domain())
