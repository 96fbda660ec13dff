"""The operator's PIN: what may be one, its argon2id hash, its verification. How often one may try says `lockout.py`."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_DIGITS = 6
MAX_DIGITS = 32

_HASHER = PasswordHasher()  # RFC 9106, low-memory profile: argon2id, 64 MiB, 3 passes, 4 lanes


def fault(pin: str) -> str:
    """Return why `pin` cannot be a PIN, as one sentence; empty when it can."""
    if not (pin.isascii() and pin.isdigit()):
        return "A PIN is digits only."
    if len(pin) < MIN_DIGITS:
        return f"A PIN has at least {MIN_DIGITS} digits."
    if len(pin) > MAX_DIGITS:
        return f"A PIN has at most {MAX_DIGITS} digits."
    if len(set(pin)) == 1:
        return "A PIN is not the same digit over and over."
    return ""


def hash_pin(pin: str) -> str:
    """Return the salted argon2id hash of `pin`, encoded as `$argon2id$v=19$...`; raise ValueError for no PIN."""
    if wrong := fault(pin):
        raise ValueError(wrong)
    return _HASHER.hash(pin)


def verify_pin(pin_hash: str, pin: str) -> bool:
    """Tell whether `pin` is the one `pin_hash` was made of; a spoilt hash fits no PIN."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except (InvalidHashError, VerificationError):
        return False
