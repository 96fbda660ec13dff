"""Identifiers: UUIDs in their canonical 36-character lower-case text form."""

import uuid

DEMO_NAMESPACE = uuid.UUID("6f1b6a52-5c0e-5c55-9d0e-5a3ad0c0ffee")


def new_id() -> str:
    """Return a new random (version 4) UUID as text."""
    return str(uuid.uuid4())


def demo_id(sha256: str) -> str:
    """Return the id a bundled demo piece has on every machine: version 5, from its content hash.

    Display and server each read the bundle on their own; equal ids let an impression of a demo piece painted before
    the first contact count on any server.
    """
    return str(uuid.uuid5(DEMO_NAMESPACE, sha256))


def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in canonical text form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except (ValueError, AttributeError, TypeError):
        return False
