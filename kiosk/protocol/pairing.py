"""Pairing on the wire: the members are called as RFC 8628 and RFC 6749 call them, the errors are problems as well."""

from pydantic import ConfigDict

from kiosk.protocol.base import Wire
from kiosk.protocol.service import Problem

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


class _Rfc(Wire):
    model_config = ConfigDict(alias_generator=None)


class DeviceCode(_Rfc):
    """A pairing begun: codes to poll with and to show, where to type the latter; times in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DeviceToken(_Rfc):
    """The display's access, shown this once, and as whose display it is known."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the kind, no token
    device: str
    user: str


class PairingProblem(Problem):
    """Why a poll gives no token; `error` is the RFC's word for it."""

    error: str
