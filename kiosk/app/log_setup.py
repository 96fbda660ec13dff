"""Logs of the display: one line an event on stderr, secrets masked, Qt's own messages among them."""

import faulthandler
import logging
import re
import sys

_SECRET = re.compile(r"(?i)(bearer\s+|token[\"'=:\s]+)[A-Za-z0-9_\-]{16,}")


class MaskSecrets(logging.Filter):
    """Masks anything that looks like a token before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record's text; always let it pass."""
        text = record.getMessage()
        masked = _SECRET.sub(r"\1***", text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


def set_up_logging(*, verbose: bool = False) -> None:
    """Send logs to stderr: warnings and news of our own, or everything from `verbose`.

    Should the process crash, what each thread was at goes there as well.
    """
    faulthandler.enable()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    handler.addFilter(MaskSecrets())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kiosk").setLevel(logging.DEBUG if verbose else logging.INFO)
