"""Writing settings: checked first, comments kept, whole or not at all; backup, restore, and a file that is no TOML."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import DataFolderError, KioskError
from kiosk.settings import edit, pin
from kiosk.settings.fields import FIELDS
from kiosk.settings.load import load
from kiosk.settings.show import show
from kiosk.storage.folder import write_atomically

WITH_COMMENTS = """\
# Hall 3, north wall
[playback] # slow, please
pin_s = 4 # seconds
fit = "blur"
sync = "not ours"

[display]
sleep_from = "22:30"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the settings of this test lie."""
    return tmp_path / "settings.toml"


def test_a_value_is_set_and_everything_else_stays(file: Path) -> None:
    """Setting one value leaves comments, order, other values and unknown keys as they were."""
    file.write_text(WITH_COMMENTS)
    assert edit.SettingsFile(file, write_atomically).set_value("playback.pin_s", "9") == edit.Written(
        "playback.pin_s", "9"
    )
    assert file.read_text() == WITH_COMMENTS.replace("pin_s = 4", "pin_s = 9")
    edit.SettingsFile(file, write_atomically).set_value("generate.styles", "silk, ribbons")
    assert file.read_text().startswith(WITH_COMMENTS.replace("pin_s = 4", "pin_s = 9"))
    assert load(file, environ={}).settings.generate.styles == ("silk", "ribbons")


def test_a_reset_takes_the_key_out(file: Path) -> None:
    """After a reset the default counts again; resetting what was never set changes nothing."""
    file.write_text(WITH_COMMENTS)
    edit.SettingsFile(file, write_atomically).reset_value("playback.fit")
    edit.SettingsFile(file, write_atomically).reset_value("server.url")
    assert file.read_text() == WITH_COMMENTS.replace('fit = "blur"\n', "")


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("playback.pin_s", "soon", "from 0.1 to 86400"),
        ("playback.transition", "wipe", "flow, dissolve, ink or none"),
        ("display.sleep_from", "25:00", "22:30"),
        ("server.url", "gallery", "http://"),
        ("server.images_url", "ftp://bucket", "s3://bucket"),
        ("server.images_url", "s3://key:secret@bucket", "AWS_ACCESS_KEY_ID"),
        ("server.redis_url", "localhost:6379", "redis://"),
        ("playback.label_qr", "https://gallery.example/works", "{id}"),
        ("playback.label_qr", "https://{id}.example/", "{id}"),
        ("playback.label_qr", "javascript:alert({id})", "https://"),
        ("playback.label_qr", "https://gallery.example/{id}/{name}", "{id}"),
        ("display.http_address", "gallery.local", "127.0.0.1"),
        ("display.http_port", "65536", "from 0 to 65535"),
        ("display.http_token", "two words", "without spaces"),
        ("operator.pin_hash", "123", "at least 6"),
        ("operator.pin_hash", "aaaaaa", "digits"),
        ("operator.pin_hash", "$argon2id$nonsense", "argon2id"),
        ("playback.pim_s", "3", "playback.pin_s"),
        ("dwell_s", "3", "playback.dwell_s"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(file: Path, key: str, text: str, said: str) -> None:
    """The message says what is allowed or meant, an example follows, and the file is untouched."""
    file.write_text(WITH_COMMENTS)
    with pytest.raises(KioskError) as caught:
        edit.SettingsFile(file, write_atomically).set_value(key, text)
    assert said in str(caught.value)
    assert caught.value.hint
    assert file.read_text() == WITH_COMMENTS


def test_a_check_says_what_setting_would_say() -> None:
    """Live validation agrees with writing: fine texts give nothing, wrong ones a sentence."""
    assert edit.check_text("playback.pin_s", "3.5") == ""
    assert edit.check_text("playback.pin_s", "0") == "Must be a number from 0.1 to 86400."
    assert edit.check_text("operator.pin_hash", "") == ""
    assert edit.check_text("operator.pin_hash", "270451") == ""
    assert edit.check_text("operator.pin_hash", "12ab56") == "A PIN is digits only."


def test_a_pin_is_written_as_its_hash(file: Path) -> None:
    """The PIN itself is in no file and no answer, and it opens what was written; an empty text takes it away."""
    written = edit.SettingsFile(file, write_atomically).set_value("operator.pin_hash", "270451")
    assert "270451" not in file.read_text() + repr(written)
    assert pin.verify_pin(load(file, environ={}).settings.operator.pin_hash, "270451")
    edit.SettingsFile(file, write_atomically).set_value("operator.pin_hash", "")
    assert load(file, environ={}).settings.operator.pin_hash == ""


def test_a_file_that_is_no_toml_is_moved_aside_and_kept(file: Path) -> None:
    """A value can be set in front of a ruin; the ruin is kept under a name of its own, each time a new one."""
    for number in (1, 2):
        file.write_text(f"[[[ {number}")
        written = edit.SettingsFile(file, write_atomically).set_value("playback.pin_s", "5")
        assert written.moved_aside == file.with_name(f"settings.toml.broken-{number}")
        assert written.moved_aside.read_text() == f"[[[ {number}"
        assert load(file, environ={}).settings.playback.pin_s == 5
        assert load(file, environ={}).problems == ()


def test_a_section_that_is_no_table_is_made_one(file: Path) -> None:
    """`playback = 3` does not stand in the way of a value."""
    file.write_text("playback = 3\n[sync]\npoll_s = 5\n")
    edit.SettingsFile(file, write_atomically).set_value("playback.pin_s", "5")
    settings = load(file, environ={}).settings
    assert (settings.playback.pin_s, settings.sync.poll_s) == (5, 5)


def test_backup_and_restore_give_the_same_file(tmp_path: Path, file: Path) -> None:
    """What was backed up comes back byte for byte, for its owner's eyes only, and the replaced file is kept."""
    file.write_text(WITH_COMMENTS.replace('sync = "not ours"\n', ""))
    original = file.read_bytes()
    target = tmp_path / "usb" / "wall.toml"
    edit.SettingsFile(file, write_atomically).backup(target)
    assert target.stat().st_mode & 0o077 == 0
    edit.SettingsFile(file, write_atomically).set_value("playback.pin_s", "30")
    changed = file.read_bytes()
    edit.SettingsFile(file, write_atomically).restore(target)
    assert file.read_bytes() == original
    assert file.with_name("settings.toml.previous").read_bytes() == changed


def test_a_backup_of_no_settings_restores_the_defaults(tmp_path: Path, file: Path) -> None:
    """Backing up before anything was set is no fault, and restoring that means defaults."""
    edit.SettingsFile(file, write_atomically).backup(tmp_path / "empty.toml")
    edit.SettingsFile(file, write_atomically).set_value("playback.pin_s", "30")
    edit.SettingsFile(file, write_atomically).restore(tmp_path / "empty.toml")
    assert load(file, environ={}).settings.playback.pin_s == 3


@pytest.mark.parametrize("text", ["[[[", "[playback]\npin_s = 0\n", "[playback]\nnonsense = 1\n", None])
def test_a_bad_backup_is_not_restored(tmp_path: Path, file: Path, text: str | None) -> None:
    """A backup with anything wrong in it is refused with the reason, and the settings stay as they are."""
    file.write_text(WITH_COMMENTS)
    source = tmp_path / "bad.toml"
    if text is not None:
        source.write_text(text)
    with pytest.raises(KioskError, match=r"bad\.toml"):
        edit.SettingsFile(file, write_atomically).restore(source)
    assert file.read_text() == WITH_COMMENTS
    assert not file.with_name("settings.toml.previous").exists()


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """A settings file inside a file (or on a full disk) gives a DataFolderError with what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError) as caught:
        edit.SettingsFile(tmp_path / "file" / "settings.toml", write_atomically).set_value("playback.pin_s", "5")
    assert caught.value.hint


def test_show_tells_value_default_and_origin_and_hides_secrets(file: Path) -> None:
    """Every setting has a row; `get` gives a secret to whoever asks for it by name, `show` to nobody."""
    file.write_text('[server]\ntoken = "hushhush"\n[playback]\npin_s = 5\n')
    loaded = load(file, environ={})
    rows = {row.key: row for row in show(loaded)}
    assert list(rows) == [field.key for field in FIELDS]
    pin_row = rows["playback.pin_s"]
    assert (pin_row.value, pin_row.default, pin_row.unit, pin_row.origin) == ("5", "3", "s", "file")
    assert "hush" not in repr(rows)
    assert loaded.settings.server.token == "hushhush"


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from([field for field in FIELDS if field.kind != "pin"]))
def test_check_and_set_agree_on_any_text(tmp_path_factory: pytest.TempPathFactory, text: str, field: object) -> None:
    """Whatever is typed: either the check complains and nothing is written, or it is written and reads back clean."""
    one = next(candidate for candidate in FIELDS if candidate is field)
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    if edit.check_text(one.key, text):
        with pytest.raises(KioskError):
            edit.SettingsFile(file, write_atomically).set_value(one.key, text)
        assert not file.exists()
    else:
        edit.SettingsFile(file, write_atomically).set_value(one.key, text)
        assert load(file, environ={}).problems == ()
        assert one.name in tomllib.loads(file.read_text())[one.section]
