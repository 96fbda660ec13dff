"""Sound from outside: a microphone by miniaudio, or a file played in real time in its place.

Each source hands mono float32 samples at RATE_HZ to `hear`, on a thread of its own. `names.py` says what
`audio.device` means; `listener.py` opens and closes the source.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Protocol

import miniaudio
import numpy as np
from numpy.typing import NDArray

from kiosk.audio.devices import microphones
from kiosk.audio.formats import BadSound, format_of, undecodable, without_sound
from kiosk.audio.names import NULL_DEVICE, chosen, file_of
from kiosk.domain.errors import KioskError

RATE_HZ = 44_100
CHUNK_MS = 200
CHUNK = RATE_HZ * CHUNK_MS // 1000

Hear = Callable[[NDArray[np.float32]], None]


class NoSource(KioskError):
    """The device cannot be opened; the message says why."""

    code = "no_microphone"


class Unopenable(NoSource):
    """The device is there, and will not open."""


class Source(Protocol):
    """Something that is heard until it is closed."""

    name: str

    def close(self) -> None:
        """Stop, and give the device back."""
        ...


def open_source(device: str, hear: Hear, monotonic: Callable[[], float]) -> Source:
    """Return the source that `audio.device` means, open and running; raises NoSource."""
    if file := file_of(device):
        return FileSource(file.path, hear, monotonic, speed=file.speed)
    if device == NULL_DEVICE:
        return Microphone("no hardware", None, hear, backends=[miniaudio.Backend.NULL])
    found = microphones()
    place = chosen(device, [name for name, _ in found])
    if place is None:
        others = ", ".join(name for name, _ in found)
        missing = f"There is no microphone called {device}." if device else "This machine has no microphone."
        raise NoSource(missing, hint=f"There are: {others}." if others else "")
    if not device:
        return Microphone("the system's own", None, hear)
    name, device_id = found[place]
    return Microphone(name, device_id, hear)


class Microphone:
    """An input of the system, converted by miniaudio to mono float32 at RATE_HZ."""

    def __init__(
        self, name: str, device_id: object, hear: Hear, *, backends: list[miniaudio.Backend] | None = None
    ) -> None:
        self.name = name
        try:
            self._device = _Device(
                input_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=1,
                sample_rate=RATE_HZ,
                buffersize_msec=CHUNK_MS,
                device_id=device_id,
                backends=backends,
                app_name="Gallery kiosk",
            )
            receiver = _receiver(hear)
            next(receiver)
            self._device.start(receiver)
        except miniaudio.MiniaudioError as error:
            raise Unopenable(f"The microphone ({name}) cannot be opened: {error}.") from error

    def close(self) -> None:
        """Stop, and give the device back."""
        self._device.close()


class _Device(miniaudio.CaptureDevice):  # type: ignore[misc]  # miniaudio has no types
    """Gives back its context as well: miniaudio keeps each one, which is a connection to PulseAudio."""

    def close(self) -> None:
        super().close()
        context, self._context = getattr(self, "_context", None), None
        if context is not None:
            miniaudio.lib.ma_context_uninit(context)


def _receiver(hear: Hear) -> Generator[None, bytes, None]:
    while True:
        data = yield
        hear(np.frombuffer(data, np.float32))


class FileSource:
    """A sound file in the place of a microphone: at its own pace times `speed`, from the beginning again at its end.

    One that cannot be read again then gives nothing more, as a microphone that was unplugged.
    """

    def __init__(self, path: str, hear: Hear, monotonic: Callable[[], float], *, speed: int) -> None:
        self._path = Path(path)
        self.name = self._path.name
        self._hear = hear
        self._monotonic = monotonic
        self._speed = speed
        self._over = threading.Event()
        chunks = self._chunks()
        try:
            first = next(chunks)
        except BadSound as error:
            raise NoSource(error.message, hint=error.hint) from error
        self._thread = threading.Thread(target=self._play, args=(chain([first], chunks),), daemon=True, name="file")
        self._thread.start()

    def close(self) -> None:
        """Stop playing."""
        self._over.set()
        self._thread.join()

    def _chunks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the file's chunks over and over; raises BadSound."""
        while True:
            format_of(self._path)
            is_heard = False
            try:
                for chunk in miniaudio.stream_file(
                    str(self._path),
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=1,
                    sample_rate=RATE_HZ,
                    frames_to_read=CHUNK,
                ):
                    is_heard = True
                    yield np.frombuffer(chunk, np.float32)
            except (miniaudio.MiniaudioError, OSError) as error:
                raise undecodable(self._path) from error
            if not is_heard:
                raise without_sound(self._path)

    def _play(self, chunks: Iterator[NDArray[np.float32]]) -> None:
        begun_s, played = self._monotonic(), 0
        with suppress(BadSound):
            for chunk in chunks:
                self._hear(chunk)
                played += len(chunk)
                due_s = begun_s + played / (RATE_HZ * self._speed)
                if self._over.wait(max(0.0, due_s - self._monotonic())):
                    return
