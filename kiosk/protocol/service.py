"""Version, health, problems, usage and reports on the wire."""

from typing import Annotated

from pydantic import Field

from kiosk.protocol.base import Timestamp, Wire


class Problem(Wire):
    """An error after RFC 9457; `code` is a stable word for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


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


class ReportRow(Wire):
    """Plays of one artwork on one display; `first` and `last` are the starts of showings, `visibleMs` their sum."""

    artwork_id: str
    title: str
    artist: str
    device: str
    plays: int
    visible_ms: int
    first: Timestamp
    last: Timestamp


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
