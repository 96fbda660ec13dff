"""The server's options out of the settings."""

from pathlib import Path

import pytest

from kiosk.cli.main import main
from kiosk.cli.server_access import server_options
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder

SECRET = "sk-0123456789-never-to-be-seen"


def test_the_provider_and_its_key_come_from_the_settings(tmp_path: Path) -> None:
    """File and environment name the provider; the key is in the options and not in what is written of them."""
    (tmp_path / "settings.toml").write_text('[generate]\nprovider = "comfyui"\nprovider_url = "http://studio:8188"\n')
    environ = {"KIOSK_GENERATE__PROVIDER_KEY": SECRET, "KIOSK_GENERATE__DAILY_BUDGET": "7"}
    options = server_options(DataFolder(tmp_path), load(tmp_path / "settings.toml", environ=environ))
    assert (options.provider, options.provider_url, options.daily_budget) == ("comfyui", "http://studio:8188", 7)
    assert options.provider_key == SECRET
    assert SECRET not in repr(options)


@pytest.mark.parametrize(
    "fault", ['provider_url = "studio"', 'provider = "midjourney"', "provider_model = 5", 'daily_budget = "fifty"']
)
def test_a_misspelt_provider_leaves_the_key_at_home(tmp_path: Path, fault: str) -> None:
    """Where a setting of the provider is faulty its default may send the key elsewhere, or pay more: the generator."""
    others = [] if fault.startswith("provider =") else ['provider = "openai"']
    lines = ["[generate]", f'provider_key = "{SECRET}"', *others, fault]
    (tmp_path / "settings.toml").write_text("\n".join(lines))
    options = server_options(DataFolder(tmp_path), load(tmp_path / "settings.toml", environ={}))
    assert options.provider == "procedural"


def test_a_file_that_cannot_be_read_has_no_budget(tmp_path: Path) -> None:
    """With the provider from the environment and a broken file nobody knows what may be paid: nothing is."""
    (tmp_path / "settings.toml").write_text("[generate\ndaily_budget = 5")
    environ = {"KIOSK_GENERATE__PROVIDER": "openai", "KIOSK_GENERATE__PROVIDER_KEY": SECRET}
    options = server_options(DataFolder(tmp_path), load(tmp_path / "settings.toml", environ=environ))
    assert options.provider == "procedural"


def test_the_key_is_hidden_where_settings_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`settings set` and `show` print no part of it."""
    folder = ["--data-dir", str(tmp_path)]
    assert main(["settings", "set", "generate.provider_key", SECRET, *folder]) == 0
    assert main(["settings", "show", *folder]) == 0
    assert main(["settings", "show", "--json", *folder]) == 0
    written = capsys.readouterr()
    assert "generate.provider_key" in written.out
    assert SECRET not in written.out + written.err
