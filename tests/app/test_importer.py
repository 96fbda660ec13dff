"""Which files are meant by paths."""

from pathlib import Path

from kiosk.app.importer import files_in


def test_files_as_named_folders_with_all_in_them(tmp_path: Path) -> None:
    """Order is kept, folders go by name, hidden entries are left out, nothing comes twice, missing files are kept."""
    show = tmp_path / "show"
    (show / "deep").mkdir(parents=True)
    (show / ".hidden").mkdir()
    for name in ("b.png", "a.jpg", "deep/c.webp", ".DS_Store", ".hidden/d.png"):
        (show / name).write_bytes(b"")
    missing = tmp_path / "missing.png"
    found = files_in([missing, show, show / "a.jpg"])
    assert found == [missing, show / "a.jpg", show / "b.png", show / "deep" / "c.webp"]
