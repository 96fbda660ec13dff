"""Who draws: the name of the OpenGL renderer, for `kiosk status` and `kiosk doctor`."""

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext
from PySide6.QtQuick import QQuickWindow, QSGRendererInterface

GL_RENDERER = 0x1F01


def renderer_name() -> str:
    """Return the name OpenGL gives its renderer, or that of the graphics interface when it is another one."""
    api = QQuickWindow.graphicsApi()
    if api != QSGRendererInterface.GraphicsApi.OpenGL:
        return api.name
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not (context.create() and context.makeCurrent(surface)):
        return "OpenGL, which does not answer"
    try:
        return str(context.functions().glGetString(GL_RENDERER))
    finally:
        context.doneCurrent()
