"""The headers of our pages for browsers: nothing from elsewhere, no script, and only the style that stands in them."""

import base64
import hashlib
from functools import cache


@cache
def policy_headers(style: str, *, assets: bool = False) -> dict[str, str]:
    """Return the headers of a page with this style inlined, and with images and fonts of this server if `assets`."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sources = "img-src 'self'; font-src 'self'; " if assets else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; {sources}"
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
