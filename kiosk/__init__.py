"""The gallery kiosk: a fullscreen display for gallery walls, its server and its art generator."""

__version__ = "0.1.0"
