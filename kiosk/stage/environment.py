"""How Qt is told to draw, before the application object exists. What the environment already says is left alone."""

from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "QSG_RENDER_LOOP": "threaded",
        "QSG_RHI_BACKEND": "opengl",
        "QT_QUICK_CONTROLS_STYLE": "Basic",
    }
)


def set_defaults(environ: MutableMapping[str, str]) -> None:
    """Fill in what a morph on the render thread needs; call it with `os.environ` before the QGuiApplication is made."""
    for name, value in DEFAULTS.items():
        environ.setdefault(name, value)
