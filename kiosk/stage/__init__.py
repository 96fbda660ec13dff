"""The stage: what stands on the glass, how it got there, and the proof that it did.

Start reading at `window.py`, the one class the application uses. `wall.py` brings pictures up and starts morphs, QML
under `resources/qml` draws them without Python, `witness.py` watches the frames go by and `painted.py`, pure, says
what they prove.

Qt chooses its way to the glass from the environment; nothing here depends on the choice:
`QT_QPA_PLATFORM` (`xcb`, `wayland`, `eglfs`, `linuxfb` will not do: it draws no shaders), `QSG_RHI_BACKEND` (`opengl`,
`vulkan`), `QSG_RENDER_LOOP=threaded` (needed: morphs run on the render thread), `QT_QPA_EGLFS_*` for a wall without X.
"""
