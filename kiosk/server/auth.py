"""Who is calling: from a bearer token to a principal.

Tokens of users and displays are in the database as SHA-256; tokens that hold for this run only (the display's own, the
local commands') are in memory, in the same form. An answer of the database is believed for `BELIEVED_S`, so that a
revoked display is out everywhere within that time, and here at once.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from kiosk.domain.ports import Clock
from kiosk.server import store_people
from kiosk.server.database import Database
from kiosk.server.moments import to_ms
from kiosk.server.store_queue import NO_DEVICE, Viewer
from kiosk.server.tries import Lately

log = logging.getLogger(__name__)

BELIEVED_S = 1.0
TOUCH_EVERY_S = 300.0
WRONG_MAX = 10  # tokens an address may get wrong
WRONG_WINDOW_S = 60.0
_REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a token speaks for. `is_local`: a token of this run, known on this machine only.

    `token_sha256`: of a token in the database, by which its end is noticed; None for one of this run.
    """

    user_id: int
    device_id: int | None
    is_admin: bool = False
    is_local: bool = False
    token_sha256: str | None = None

    @property
    def viewer(self) -> Viewer:
        """The user and display whose queue this caller sees."""
        return Viewer(self.user_id, NO_DEVICE if self.device_id is None else self.device_id)


class Authenticator:
    """Looks tokens up. `run_tokens` maps SHA-256 to principals of this run."""

    def __init__(self, database: Database, clock: Clock, run_tokens: Mapping[str, Principal]) -> None:
        self._database = database
        self._clock = clock
        self._run_tokens = dict(run_tokens)
        self._believed: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._touched: dict[int, float] = {}
        self._wrong = Lately(clock, window_s=WRONG_WINDOW_S)

    async def principal(self, token: str) -> Principal | None:
        """Return whom `token` speaks for, or None when it is unknown or revoked."""
        return await self.principal_of(store_people.hash_token(token))

    def was_wrong(self, token: str) -> bool:
        """True when `token` was found unknown or revoked not long ago; it may have become good since."""
        return store_people.hash_token(token) in self._wrong

    async def principal_of(self, digest: str) -> Principal | None:
        """Return whom the token with this SHA-256 speaks for, or None when it is unknown or revoked."""
        found = self._run_tokens.get(digest) or self._still_believed(digest)
        if found is None:
            row = await self._database.read(lambda connection: store_people.find_token(connection, digest))
            if row is None:
                self._wrong.add(digest)
                return None
            found = Principal(row.user_id, row.device_id, is_admin=row.is_admin, token_sha256=digest)
            self._believed[digest] = (self._clock.monotonic(), found)
            while len(self._believed) > _REMEMBERED_MAX:
                self._believed.popitem(last=False)
        await self._touch(found)
        return found

    def forget(self) -> None:
        """Ask the database again about every token: one was revoked."""
        self._believed.clear()

    def _still_believed(self, digest: str) -> Principal | None:
        known = self._believed.get(digest)
        if known is None or self._clock.monotonic() - known[0] > BELIEVED_S:
            self._believed.pop(digest, None)
            return None
        return known[1]

    async def _touch(self, caller: Principal) -> None:
        device = caller.device_id
        now_s = self._clock.monotonic()
        if device is None or now_s - self._touched.get(device, -TOUCH_EVERY_S) < TOUCH_EVERY_S:
            return
        self._touched[device] = now_s
        now_ms = to_ms(self._clock.now())
        try:
            await self._database.write(
                lambda connection: store_people.touch_device(connection, device_id=device, now_ms=now_ms)
            )
        except SQLAlchemyError:
            log.exception("that a display was heard of could not be noted")
