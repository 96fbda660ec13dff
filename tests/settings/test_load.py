"""Reading settings: every fault is named and falls back, nothing else suffers, and nothing is ever raised."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import KioskError, UsageError
from kiosk.settings.fields import BY_KEY, FIELDS, Value, format_value, value_of
from kiosk.settings.load import load
from kiosk.settings.model import Settings
from kiosk.settings.rules import UNUSABLE_PIN_HASH
from kiosk.settings.values import parse_text

CONTRACT_DEFAULTS = {
    "playback.pin_s": 3,
    "playback.dwell_s": 12,
    "playback.morph_s": 4,
    "playback.transition": "flow",
    "playback.fit": "cover",
    "playback.label": "off",
    "sync.debounce_ms": 250,
    "sync.poll_s": 30,
    "sync.refetch_after_generate_s": 2,
    "outbox.flush_after_s": 2,
    "outbox.batch_max": 200,
    "outbox.close_timeout_s": 2,
    "cache.max_mb": 2048,
    "server.url": "",
    "server.token": "",
    "server.database_url": "",
    "server.fresh_ttl_min": 15,
    "server.session_ttl_h": 24,
    "server.cooldown_d": 7,
    "server.created_cutoff_d": 0,
    "server.heartbeat_s": 30,
    "generate.enabled": True,
    "generate.every_min": 5,
    "generate.pool_low": 10,
    "generate.daily_budget": 500,
    "generate.provider": "procedural",
    "generate.styles": (),
    "generate.artists": (),
    "generate.dynamic_mode": True,
    "audio.device": "",
    "audio.enabled": False,
    "operator.pin_hash": "",
    "display.screen": 0,
    "display.sleep_from": "",
    "display.sleep_to": "",
    "display.brightness": 1.0,
}
ADDED_DEFAULTS = {
    "server.images_url": "",
    "server.redis_url": "",
    "server.listen_url": "",
    "server.public_url": "",
    "server.plays_kept_d": 400,
    "server.generated_max_mb": 20_000,
    "playback.label_qr": "",
    "playback.diptychs": True,
    "display.all_screens": False,
    "display.rotation": "0",
    "display.panel_off_asleep": True,
    "display.night_from": "",
    "display.night_to": "",
    "display.night_brightness": 0.4,
    "display.night_ramp_min": 30,
    "display.http_port": 0,
    "display.http_address": "0.0.0.0",
    "display.http_token": "",
    "generate.provider_url": "",
    "generate.provider_key": "",
    "generate.provider_model": "",
    "generate.provider_workflow": "",
    "generate.provider_timeout_s": 120,
    "audio.muted": False,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the settings of this test lie."""
    return tmp_path / "settings.toml"


def test_the_defaults_are_the_contracts(file: Path) -> None:
    """With no file, every key has the contract's default, or that of an addition; nothing is complained about."""
    loaded = load(file, environ={})
    assert {field.key: value_of(loaded.settings, field) for field in FIELDS} == CONTRACT_DEFAULTS | ADDED_DEFAULTS
    assert loaded.problems == ()
    assert not file.exists()


def test_a_value_is_taken_from_the_strongest_source(file: Path) -> None:
    """File under environment under command line, each key by itself, and the origin of each is told."""
    file.write_text("[playback]\npin_s = 4\ndwell_s = 20\nmorph_s = 2.5\n")
    loaded = load(
        file,
        environ={"KIOSK_PLAYBACK__DWELL_S": "21", "KIOSK_PLAYBACK__MORPH_S": "3", "PATH": "/bin"},
        overrides={"playback.morph_s": 3.5, "server.url": "http://wall:80/"},
    )
    playback = loaded.settings.playback
    assert (playback.pin_s, playback.dwell_s, playback.morph_s) == (4, 21, 3.5)
    assert loaded.settings.server.url == "http://wall:80"
    keys = ["playback.pin_s", "playback.dwell_s", "playback.morph_s", "playback.fit"]
    assert [loaded.origins[key] for key in keys] == ["file", "environment", "command line", "default"]
    assert loaded.problems == ()


@pytest.mark.parametrize(
    "data",
    [b"[playback\npin_s = 1", b"\xff\xfe\x00", b"a = " + b"[" * 50_000, b"n = " + b"9" * 10_000, b"x=1\nx=2"],
    ids=["no TOML", "no text", "nested", "huge number", "twice"],
)
def test_a_broken_file_means_defaults_and_one_problem(file: Path, data: bytes) -> None:
    """A file that is no TOML gives all defaults and one problem that names the file; the file is kept as it is."""
    file.write_bytes(data)
    loaded = load(file, environ={})
    assert loaded.settings == Settings()
    assert [problem.key for problem in loaded.problems] == ["settings.toml"]
    assert "defaults" in str(loaded.problems[0])
    assert file.read_bytes() == data


def test_a_folder_or_a_huge_file_in_its_place_is_a_problem(tmp_path: Path) -> None:
    """What is no readable settings file, for any reason, gives defaults and says why."""
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 2_000_000)
    for path, reason in [(tmp_path, "not a file"), (huge, "larger")]:
        loaded = load(path, environ={})
        assert loaded.settings == Settings()
        assert reason in loaded.problems[0].reason


def test_faulty_and_unknown_keys_are_named_and_the_others_count(file: Path) -> None:
    """A wrong type, a wrong range, an unknown key and an unknown section each cost only themselves."""
    file.write_text(
        "display = 3\n"
        '[playback]\npin_s = "4"\ndwell_s = 20\nmorph_s = 0\nwobble = 1\n'
        "[generate]\nenabled = 1\nstyles = ['silk']\n[nonsense]\na = 1\n"
    )
    loaded = load(file, environ={})
    assert loaded.settings.playback.dwell_s == 20
    assert loaded.settings.generate.styles == ("silk",)
    assert (loaded.settings.playback.pin_s, loaded.settings.playback.morph_s) == (3, 4)
    assert {problem.key for problem in loaded.problems} == {
        "display",
        "playback.pin_s",
        "playback.morph_s",
        "playback.wobble",
        "generate.enabled",
        "nonsense.a",
    }
    morph = next(problem for problem in loaded.problems if problem.key == "playback.morph_s")
    assert (morph.found, morph.default) == ("0", "4")
    assert "from 0.1 to 600" in morph.reason


def test_a_wrong_environment_value_leaves_the_files(file: Path) -> None:
    """The environment cannot spoil what the file says right; an unknown variable of ours is named, others are not."""
    file.write_text("[playback]\npin_s = 4\n")
    loaded = load(file, environ={"KIOSK_PLAYBACK__PIN_S": "soon", "KIOSK_NO__THING": "1", "OTHER__THING": "1"})
    assert loaded.settings.playback.pin_s == 4
    assert loaded.origins["playback.pin_s"] == "file"
    assert [(problem.key, problem.where) for problem in loaded.problems] == [
        ("KIOSK_NO__THING", "environment"),
        ("playback.pin_s", "KIOSK_PLAYBACK__PIN_S"),
    ]


@pytest.mark.parametrize(("key", "value"), [("playback.pin_s", -1), ("server.url", "wall"), ("no.key", 1)])
def test_a_wrong_command_line_is_wrong_usage(file: Path, key: str, value: object) -> None:
    """A wrong option is refused and not papered over: whoever typed it is still there."""
    with pytest.raises(KioskError) as caught:
        load(file, environ={}, overrides={key: value})
    assert isinstance(caught.value, UsageError) or caught.value.code == "unknown_setting"
    assert caught.value.hint


def test_a_spoilt_pin_keeps_the_door_shut(file: Path) -> None:
    """A damaged PIN hash does not fall back to "no PIN", and its text is in no message."""
    file.write_text('[operator]\npin_hash = "$argon2id$v=19$m=65536,t=3"\n')
    loaded = load(file, environ={})
    assert loaded.settings.operator.pin_hash == UNUSABLE_PIN_HASH
    assert "argon2id$v" not in str(loaded.problems[0])


def test_secrets_are_in_no_message_and_no_repr(file: Path) -> None:
    """Neither a problem nor the settings printed give a token or a database password away."""
    file.write_text('[server]\ntoken = "hush hush"\ndatabase_url = "mysql://u:hush@h/d"\n')
    loaded = load(file, environ={"KIOSK_SERVER__TOKEN": "hushhush"})
    assert loaded.settings.server.token == "hushhush"
    assert "hush" not in "".join(map(str, loaded.problems)) + repr(loaded.problems) + repr(loaded.settings)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    st.sampled_from(FIELDS),
)
def test_no_text_in_the_environment_stops_the_wall(value: object, field: object) -> None:
    """Whatever a variable holds, loading succeeds and every value in force is one the setting allows."""
    assert field in FIELDS
    name = next(one for one in FIELDS if one is field).environment_name
    loaded = load(Path("/nonexistent/settings.toml"), environ={name: str(value)})
    for one in FIELDS:
        if not one.is_secret:
            in_force = value_of(loaded.settings, one)
            assert parse_text(one, format_value(in_force)) == in_force


def test_a_value_reads_back_as_it_was_written() -> None:
    """Text and value convert into one another without loss, names with commas included."""
    values: list[tuple[str, Value]] = [
        ("generate.artists", ("Agnes Martin", "Duchamp, Marcel")),
        ("generate.artists", ()),
        ("display.brightness", 0.35),
        ("sync.debounce_ms", 250),
        ("generate.enabled", False),
    ]
    for key, value in values:
        assert parse_text(BY_KEY[key], format_value(value)) == value
