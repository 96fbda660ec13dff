"""Pairing a wall with the server, after RFC 8628: codes, patience, and the transactions behind them.

    wall                            server                       administrator, at /pair
    asks for codes        ->  device code, user code
    shows the user code                                     ->   types it, sees who asks, approves
    polls with the device code -> a token, exactly once

Twenty letters by eight are 2.6e10 user codes; who looks for one that is open, past a sign-in, has `WRONG_CODES_MAX`
tries a minute, all together, and none of them is looked at while they have to wait. `api.pairing` and `api.pair_page`
are the callers, `store_pairings` keeps the state. Tries are counted by each server process for itself.
"""

import secrets
from dataclasses import dataclass

from kiosk.domain.ports import Clock
from kiosk.server import store_pairings
from kiosk.server.database import Database
from kiosk.server.moments import to_ms
from kiosk.server.store_pairings import Refusal
from kiosk.server.store_people import hash_token
from kiosk.server.tables import AnyRow
from kiosk.server.tries import Lately, TooOften, Tries

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; nothing that looks like a digit
CODE_LETTERS = 8
SECRET_BYTES = 32
EXPIRES_S = 900
INTERVAL_S = 5
OPEN_MAX = 1_000
OPEN_OF_ONE_MAX = 20  # for one address, so that no few of them keep everybody else out
OPEN_WAIT_S = 60.0
NEW_MAX = 20  # a minute, for one address
WRONG_CODES_OF_ONE_MAX = 10  # a minute, for one address
WRONG_CODES_MAX = 60  # a minute, for all addresses
WINDOW_S = 60.0
_CANDIDATES = 3
_SEPARATORS = str.maketrans("", "", " -\t\u2010\u2011\u2012\u2013\u2014")


@dataclass(frozen=True, slots=True)
class Codes:
    """What a wall gets: `device_code` to poll with, a secret; `user_code` to show, as people read it."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class Paired:
    """What a wall gets in the end, once."""

    token: str
    device: str
    user: str


class Pairing:
    """The pairings of one server process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._new = Tries(clock, limit=NEW_MAX, window_s=WINDOW_S)
        self._wrong_of_one = Tries(clock, limit=WRONG_CODES_OF_ONE_MAX, window_s=WINDOW_S)
        self._wrong = Tries(clock, limit=WRONG_CODES_MAX, window_s=WINDOW_S)
        self._invalid = Lately(clock, window_s=WINDOW_S)

    async def start(self, *, name: str, address: str) -> Codes:
        """Open a pairing; TooOften when this address, or all together, have too many."""
        wait_s = self._new.count(address)
        if wait_s is not None:
            raise TooOften("Too many pairings were begun from this address.", wait_s)
        device_code, now_ms = secrets.token_urlsafe(SECRET_BYTES), self._now_ms()
        user_codes = [_make_user_code() for _ in range(_CANDIDATES)]
        user_code = await self._database.write(
            lambda connection: store_pairings.start(
                connection,
                device_code=device_code,
                user_codes=user_codes,
                name=name,
                address=address[:64],
                interval_s=INTERVAL_S,
                now_ms=now_ms,
                expires_at=now_ms + EXPIRES_S * 1_000,
                open_max=OPEN_MAX,
                open_of_one_max=OPEN_OF_ONE_MAX,
            )
        )
        if user_code is None:
            raise TooOften("Too many pairings are open, from this address or in all.", OPEN_WAIT_S)
        return Codes(device_code, shown_code(user_code))

    async def poll(self, device_code: str) -> Paired | Refusal:
        """Return the display's access once it was approved, the first time it is asked for; otherwise why not."""
        if not await self._database.read(
            lambda connection: store_pairings.is_known(connection, device_code=device_code)
        ):
            self._invalid.add(hash_token(device_code))
            return Refusal.INVALID
        token, now_ms = secrets.token_urlsafe(SECRET_BYTES), self._now_ms()
        outcome = await self._database.write(
            lambda connection: store_pairings.poll(connection, device_code=device_code, token=token, now_ms=now_ms)
        )
        return outcome if isinstance(outcome, Refusal) else Paired(token, outcome.name, outcome.user_name)

    def was_unknown(self, device_code: str) -> bool:
        """True when there was no pairing with this device code, not long ago."""
        return hash_token(device_code) in self._invalid

    async def find(self, text: str, *, address: str) -> AnyRow | None:
        """Return the pairing whose user code somebody typed, open or not; TooOften after too many that are none."""
        counts = ((self._wrong_of_one, address), (self._wrong, ""))
        waits_s = [wait_s for tries, key in counts if (wait_s := tries.count(key)) is not None]
        if waits_s:
            raise TooOften("Too many codes were wrong.", max(waits_s))
        user_code = parse_code(text)
        if user_code is None:
            return None
        found = await self._database.read(lambda connection: store_pairings.find(connection, user_code=user_code))
        if found is not None:
            for tries, key in counts:
                tries.take_back(key)
        return found

    async def approve(self, user_code: str, *, user: str, is_new: bool, name: str) -> AnyRow:
        """Let the display be `name` of a user; errors as `store_pairings.approve`."""
        now_ms = self._now_ms()
        return await self._database.write(
            lambda connection: store_pairings.approve(
                connection, user_code=user_code, user=user, is_new=is_new, name=name, now_ms=now_ms
            )
        )

    async def refuse(self, user_code: str) -> None:
        """Let the display be told no; NotPending when it is too late for that."""
        now_ms = self._now_ms()
        await self._database.write(
            lambda connection: store_pairings.refuse(connection, user_code=user_code, now_ms=now_ms)
        )

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


def parse_code(text: str) -> str | None:
    """Return the user code in what somebody typed, in either case, with or without separators; None when it is none."""
    code = text.translate(_SEPARATORS).upper()
    return code if len(code) == CODE_LETTERS and set(code) <= set(ALPHABET) else None


def shown_code(user_code: str) -> str:
    """Return a user code as people read it: XXXX-XXXX."""
    return f"{user_code[:4]}-{user_code[4:]}"


def _make_user_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
