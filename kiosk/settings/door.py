"""The operator's door: takes a PIN, answers yes or no, and keeps count where a restart finds it.

A try is counted and kept *before* it is checked, so pulling the plug in between wins nothing. `lockout.py` decides.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.settings import lockout as rules
from kiosk.settings.pin import verify_pin


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """The answer to one try: open or not, how many tries are left before the next delay, how long to wait now."""

    opened: bool
    tries_left: int
    wait_s: float


class Door:
    """Guards the settings with `pin_hash`; `monotonic` counts seconds, `save` keeps the plain state on disk.

    `kept` is what `save` was last given, None on a new machine.
    """

    def __init__(
        self,
        *,
        pin_hash: str,
        kept: object,
        monotonic: Callable[[], float],
        save: Callable[[dict[str, float]], None],
    ) -> None:
        self._pin_hash = pin_hash
        self._monotonic = monotonic
        self._save = save
        self._lockout = rules.from_plain(kept)
        self._counted_at = monotonic()

    @property
    def asks(self) -> bool:
        """True when a PIN is set."""
        return bool(self._pin_hash)

    def change_pin(self, pin_hash: str) -> None:
        """Guard with another hash from now on; the count of failures stays."""
        self._pin_hash = pin_hash

    def wait_s(self) -> float:
        """Return the seconds until the next try is allowed, 0 when it is."""
        self._count_down()
        return self._lockout.remaining_s

    def keep(self) -> None:
        """Save what is left of a running delay; called now and then, so that a restart adds little to it."""
        if self.wait_s() > 0:
            self._save(rules.to_plain(self._lockout))

    def try_pin(self, pin: str) -> DoorAnswer:
        """Check `pin` when that is allowed now; takes about 50 ms and 64 MiB for the hash."""
        self._count_down()
        if not self._pin_hash:
            return DoorAnswer(opened=True, tries_left=rules.FREE_TRIES, wait_s=0.0)
        if not rules.may_try(self._lockout):
            return DoorAnswer(opened=False, tries_left=0, wait_s=self._lockout.remaining_s)
        self._remember(rules.after_failure(self._lockout))
        if not verify_pin(self._pin_hash, pin):
            return DoorAnswer(opened=False, tries_left=self._lockout.tries_left, wait_s=self._lockout.remaining_s)
        self._remember(rules.Lockout())
        return DoorAnswer(opened=True, tries_left=rules.FREE_TRIES, wait_s=0.0)

    def _count_down(self) -> None:
        now = self._monotonic()
        self._lockout = rules.after_wait(self._lockout, now - self._counted_at)
        self._counted_at = now

    def _remember(self, lockout: rules.Lockout) -> None:
        self._lockout = lockout
        self._save(rules.to_plain(lockout))
