"""A run of changes with faults in between, under film: no black, no half picture, and records that equal the screen."""

from pathlib import Path

import pytest

from tests.journeys.faults import changes_with_faults

pytestmark = pytest.mark.journey
CHANGES = 40


def test_changes_with_faults(folder: Path, screen: str, tmp_path: Path) -> None:
    """Server killed, stopped, cache wiped, spoilt, 100 imports, window resized: nothing black or half, all recorded."""
    told, done = changes_with_faults(folder, screen, tmp_path / "pieces", seed=5, changes=CHANGES)
    assert len(told.seen.pieces()) >= CHANGES
    told.holds("\n".join(done))
