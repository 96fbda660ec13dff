"""What calls look like: a body to send for each that takes JSON, as `/openapi.json` shows it."""

from typing import Any, Final

_ARTWORK: Final = "0b4b6a4e-7b0a-4f0e-9a55-6a3d8b1c2d3e"

BODIES: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("/api/generate-art", "post"): {
        "sessionId": "3f0c6a52-5c0e-4c55-9d0e-5a3ad0c0ffee",
        "audioAnalysis": {"tempoBpm": 118.2, "key": "D", "mode": "minor", "loudnessDbfs": -21.4, "kind": "music"},
        "musicInfo": {"title": "Nocturne", "artist": "Mara"},
        "preferences": {"styles": ["strata"], "artists": [], "dynamicMode": True},
        "previousVotes": [{"artworkId": _ARTWORK, "value": 1}],
    },
    ("/api/artworks/batch-impressions", "post"): {
        "impressions": [
            {
                "id": "9a7f1e0c-93d3-4a3b-8f57-2f1a4c7be001",
                "artworkId": _ARTWORK,
                "type": "displayed",
                "paintedAt": "2026-11-21T05:03:00.000Z",
                "clockSynced": True,
                "ageMs": 14_200,
                "visibleMs": 12_000,
                "plannedMs": 12_000,
                "framesPainted": 720,
                "coverage": 1.0,
                "endedBy": "next",
                "reason": "unseen",
                "title": "Tide",
                "sha256": "5d41402abc4b2a76b9719d911017c592ae2f3f3c7f7b1f6e5d41402abc4b2a76",
            }
        ]
    },
    ("/api/artworks/{artwork_id}/viewed", "post"): {},
    ("/api/artworks/{artwork_id}/vote", "post"): {"value": 1},
    ("/api/artworks/{artwork_id}", "patch"): {"title": "Tide", "private": False},
    ("/api/artworks/backfill-impressions", "post"): {"userId": "museum", "asOf": "2026-11-01T00:00:00Z"},
    ("/api/admin/users", "post"): {"name": "museum"},
    ("/api/admin/devices", "post"): {"name": "foyer", "user": "museum"},
    ("/api/device/code", "post"): {"name": "foyer"},
    ("/api/device/token", "post"): {
        "device_code": "what-device-code-said",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    },
}
