"""Version, health, problems, usage, people and upkeep on the wire."""

from typing import Annotated

from pydantic import Field

from kiosk.protocol.base import Timestamp, Wire


class Problem(Wire):
    """An error after RFC 9457; `code` is a stable word for programs, `requestId` the call's name in the log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""


class Version(Wire):
    """Which program answers: `name` is always `gallery-kiosk`."""

    name: str
    version: str
    api: int


class Health(Wire):
    """`status` is `ok`, or says what is missing."""

    status: str


class Usage(Wire):
    """What the caller has used so far."""

    impressions: int
    generated: int
    deduplicated: int
    votes: int
    sessions: int


class User(Wire):
    """A person or institution; pieces are fresh and private to a user."""

    id: str
    name: str


class NewUser(Wire):
    """A user to be made."""

    name: str


class NewDevice(Wire):
    """A display to be made, for the user of that name or id."""

    name: str
    user: str


class DeviceWithToken(Wire):
    """A display just made; the token is shown this once."""

    id: str
    name: str
    user: str
    token: str


class Device(Wire):
    """A display as listed."""

    id: str
    name: str
    user: str
    created_at: Timestamp
    last_seen_at: Timestamp | None
    revoked: bool


class AdminToken(Wire):
    """An admin token as listed: the first letters of its SHA-256, by which it is revoked."""

    fingerprint: str
    user: str
    created_at: Timestamp


class Token(Wire):
    """An admin token just made, shown this once."""

    token: str


class Stats(Wire):
    """Counts for the caller: fresh pieces, pieces stored, and those shown before impressions were kept."""

    fresh: int
    storage: int
    legacy_untracked: Annotated[int, Field(alias="legacy_untracked")]


class BackfillRequest(Wire):
    """`userId` null means every user; `asOf` limits to pieces made before that time."""

    user_id: str | None = None
    as_of: Timestamp | None = None


class BackfillReply(Wire):
    """Rows really inserted."""

    updated: int


class RebuildRequest(Wire):
    """`userId` null means every user; `check` only looks."""

    user_id: str | None = None
    check: bool = False


class RebuiltSpans(Wire):
    """One user's unseen spans: how many were stored, how many there must be, and whether they differ."""

    id: str
    name: str
    stored: int
    due: int
    differs: bool


class RebuildReply(Wire):
    """Every user looked at; `written` unless it was only a check."""

    users: list[RebuiltSpans]
    written: bool


class PurgeRequest(Wire):
    """Impressions from before a time; `userId` null means every user's."""

    before: Timestamp
    user_id: str | None = None


class PurgeReply(Wire):
    """Impressions forgotten: so many pieces are unseen again."""

    purged: int
