"""Whether the wall may listen, pure: the one rule that microphone, panel and `kiosk doctor` follow.

Nothing is opened or listed while listening is off, while what is heard could steer no new art, or while a person has
muted the wall. A sleeping wall does not listen either, for nobody could see the mark.
"""

from dataclasses import dataclass, replace

from kiosk.app.sound import Sound
from kiosk.settings.model import Settings

ENABLED, MAKES, FOLLOWS = "audio.enabled", "generate.enabled", "generate.dynamic_mode"


@dataclass(frozen=True, slots=True)
class ListenWish:
    """What the operator wants and the hour allows: `device` as in `audio.device`.

    `off_by` names the setting that is off and keeps the wall from listening; empty when none does.
    """

    device: str
    off_by: str = ""
    muted: bool = False
    asleep: bool = False

    @property
    def is_allowed(self) -> bool:
        """True when devices may be looked for: people let the wall listen, whatever the hour."""
        return not self.off_by and not self.muted

    @property
    def may_listen(self) -> bool:
        """True when a device may be open."""
        return self.is_allowed and not self.asleep

    @property
    def closed(self) -> Sound:
        """What is told of a wall that may not listen."""
        if self.muted and self.off_by != ENABLED:
            return Sound("muted")
        return Sound("off", reason=self.off_reason)

    @property
    def off_reason(self) -> str:
        """Why a wall that was told to listen does not, in words; empty where it was not told to."""
        return f"what is heard could steer nothing, for {self.off_by} is off" if self.off_by in {MAKES, FOLLOWS} else ""

    def never(self) -> "ListenWish":
        """Return the wish of a wall that has ended: it listens no more."""
        return replace(self, off_by=self.off_by or ENABLED)


def wish_of(settings: Settings, *, muted: bool, asleep: bool) -> ListenWish:
    """Return the wish that these settings mean for a wall that is muted or asleep, or neither."""
    switches = {
        ENABLED: settings.audio.enabled,
        MAKES: settings.generate.enabled,
        FOLLOWS: settings.generate.dynamic_mode,
    }
    off_by = next((name for name, is_on in switches.items() if not is_on), "")
    return ListenWish(settings.audio.device, off_by, muted, asleep)
