"""How Qt is told to draw. What the environment already says is left alone, but for the depth buffer.

`QSG_USE_SIMPLE_ANIMATION_DRIVER`: Qt's own driver takes every frame for one refresh of the screen, so that on a screen
that does not hold frames back (a virtual one, for one) a morph of four seconds is over in three. The simple one asks
the clock.

`QSG_TRANSIENT_IMAGES`: a picture that is on the GPU is not kept in memory as well; `wall.py` loads it again should the
GPU lose it. `QSG_NO_STENCIL_BUFFER`, `QSG_NO_DEPTH_BUFFER`: nothing here lies in a frame that is no rectangle, or
behind anything, and each texture drawn into would have such a buffer of its own size. `flow.vert` even relies on it:
it clips by depth, and in a depth buffer what it draws would hide the label.

`QSG_ATLAS_WIDTH`, `QSG_ATLAS_HEIGHT`: small pictures share a texture, which Qt makes as large as the screen (16 MiB at
1920x1080). Here the few there are (a QR code, the motion) come one at a time.

`QT_MESSAGE_PATTERN`: Qt writes its own words to stderr, in the log's form. A message handler in Python would run on the
render thread too, and wait there for the interpreter while the GUI thread, which has it, waits for the render thread:
so a wall hung for ever when its X server died.
"""

from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "QSG_RENDER_LOOP": "threaded",
        "QSG_USE_SIMPLE_ANIMATION_DRIVER": "1",
        "QSG_TRANSIENT_IMAGES": "1",
        "QSG_NO_STENCIL_BUFFER": "1",
        "QSG_ATLAS_WIDTH": "256",
        "QSG_ATLAS_HEIGHT": "256",
        "QT_QUICK_CONTROLS_STYLE": "Basic",
        "QT_FORCE_STDERR_LOGGING": "1",
        "QT_MESSAGE_PATTERN": "%{time HH:mm:ss} %{if-debug}DEBUG  %{endif}%{if-info}INFO   %{endif}%{if-warning}WARNING"
        "%{endif}%{if-critical}ERROR  %{endif}%{if-fatal}FATAL  %{endif} qt: %{message}",
    }
)
NEEDED: Mapping[str, str] = MappingProxyType({"QSG_NO_DEPTH_BUFFER": "1"})


def set_defaults(environ: MutableMapping[str, str]) -> None:
    """Set what a morph on the render thread needs, in `os.environ`, before the first window is made."""
    for name, value in DEFAULTS.items():
        environ.setdefault(name, value)
    environ.update(NEEDED)
