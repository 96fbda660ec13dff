"""The wall's ear, put together: listening, the mute, the mark on the glass, the microphones to choose from.

`listen_wish.py` is the rule; `listening.py` runs the process that hears; `mute.py` keeps the choice; `microphones.py`
has what the panel offers. Hands and commands come in here.
"""

from collections.abc import Callable

from kiosk.app.audio_process import list_microphones
from kiosk.app.listen_wish import ListenWish, wish_of
from kiosk.app.listening import Listening
from kiosk.app.microphones import Microphones
from kiosk.app.mute import Mute
from kiosk.app.preferences import CurrentSettings
from kiosk.app.screens import Screens
from kiosk.app.sound import Sound
from kiosk.app.supervisor import Supervisor
from kiosk.app.wall_screen import WallScreen
from kiosk.domain.ports import Clock
from kiosk.settings.edit import SettingsFile
from kiosk.stage.listen_mark import ListenMark
from kiosk.storage.folder import DataFolder, write_atomically


class Ear:
    """Used on the loop's thread. `new_music` is told that another piece of music has begun in the room."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        current: CurrentSettings,
        clock: Clock,
        screens: Screens,
        supervisor: Supervisor,
        new_music: Callable[[], None],
    ) -> None:
        self._current = current
        self._screens = screens
        self._file = SettingsFile(folder.settings_file, write_atomically)
        self._mark = ListenMark(screens.primary.stage)
        self._mute = Mute(current=current, keep=self._keep, changed=self._look_again)
        self.listening = Listening(clock=clock, wish=self._wish, on_state=self._show, on_new_music=new_music)
        self.microphones = Microphones(
            may_list=lambda: self._wish().is_allowed,
            list_them=list_microphones,
            spawn=lambda work: supervisor.spawn("microphones", work),
        )
        screens.on_added(self._put_mark)

    @property
    def muted(self) -> bool:
        """True while a person has closed the microphone."""
        return self._mute.on

    def set_mute(self, wish: str) -> None:
        """Close the microphone (`on`), allow it (`off`) or turn that over (`toggle`), and say so on the glass."""
        muted = not self._mute.on if wish == "toggle" else wish == "on"
        self._mute.set(muted=muted)
        self._screens.flash("muted" if muted else "not-listening" if self._wish().off_by else "listening")

    async def mute(self, wish: str) -> str:
        """Do as `set_mute` and return what became of it, once it is so, in words."""
        self.set_mute(wish)
        if self._mute.on:
            await self.listening.quiet()
            return "Muted: the microphone is closed; `kiosk unmute` lets the wall listen again."
        if off_by := self._wish().off_by:
            return f"Not muted; the wall does not listen all the same, for {off_by} is off."
        return "The wall may listen."

    def _wish(self) -> ListenWish:
        asleep = self._screens.primary.playback.state.asleep
        return wish_of(self._current.now, muted=self._mute.on, asleep=asleep)

    def _keep(self, key: str, text: str) -> None:
        self._file.set_value(key, text)
        self._current.reload()

    def _look_again(self) -> None:
        self.listening.look_again()

    def _show(self, sound: Sound) -> None:
        self._mark.show(shown=sound.is_open)

    def _put_mark(self, screen: WallScreen) -> None:
        screen.stage.add_overlay("ListenMark.qml", {"mark": self._mark})
