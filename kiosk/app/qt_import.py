"""Qt for Python loaded without its hook on Python's imports.

For two other ways of spelling its names, which nobody here uses, it reads the source of every module that is imported
after it, and keeps that: 13 MiB in a display.
"""

import builtins


def load_qt() -> None:
    """Load Qt's core, and leave `import` as it was; called before anything else imports Qt."""
    own_import = builtins.__import__
    import PySide6.QtCore  # noqa: F401, PLC0415 - the hook is there from now on

    builtins.__import__ = own_import
