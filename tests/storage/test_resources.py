"""The bundled files."""

from kiosk.storage.resources import resource_path


def test_the_bundled_files_are_found() -> None:
    """The wall's scene and the demo set lie where the program looks."""
    assert resource_path("qml", "Stage.qml").is_file()
    assert resource_path("demo", "demo.json").is_file()
