"""Addresses people are told: below `server.public_url`, or below the address they came by when that is empty."""

from urllib.parse import urlsplit

from fastapi import Request

PAGE = "/pair"


def page_url(request: Request, public_url: str) -> str:
    """Return the address of the pairing page."""
    return (public_url or str(request.base_url)).rstrip("/") + PAGE


def page_path(public_url: str) -> str:
    """Return the path of the pairing page as browsers see it: a proxy may serve the API below a path of its own."""
    return urlsplit(public_url).path.rstrip("/") + PAGE
