"""The figures the benches print can be read by programs and by people."""

import json

import pytest

from tests.bench.__main__ import main
from tests.bench.harness import Figure, discover, to_json, to_text

FIGURE = Figure(name="frames", value=28.0, unit="frames", rival="a timer", rival_value=2.0, goal=">= 25")


def test_json_has_every_key_and_the_ratio() -> None:
    """A JSON figure holds exactly the seven fixed keys, with the ratio worked out."""
    assert json.loads(to_json(FIGURE)) == {
        "name": "frames",
        "value": 28.0,
        "unit": "frames",
        "rival": "a timer",
        "rivalValue": 2.0,
        "ratio": 14.0,
        "goal": ">= 25",
    }


def test_absent_parts_are_null() -> None:
    """Without rival and goal their keys are there and null."""
    record = json.loads(to_json(Figure(name="rss", value=1.5, unit="MB")))
    assert [record[key] for key in ("rival", "rivalValue", "ratio", "goal")] == [None] * 4


def test_a_rival_of_zero_has_no_ratio() -> None:
    """A rival that measured nothing yields no ratio instead of a crash."""
    assert Figure(name="n", value=1.0, unit="s", rival="none", rival_value=0.0).ratio is None


def test_text_is_one_line_with_rival_ratio_and_goal() -> None:
    """The line for people names value, unit, rival, ratio and goal."""
    assert to_text(FIGURE) == "frames: 28 frames (2 with a timer, ratio 14; goal >= 25)"


def test_every_bench_has_a_name_of_its_own() -> None:
    """Every bench module can be imported and told apart by name."""
    names = [bench.NAME for bench in discover()]
    assert len(names) == len(set(names))


def test_an_unknown_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for a bench that is not there exits with 2 and says so."""
    with pytest.raises(SystemExit) as ended:
        main(["no such bench"])
    assert ended.value.code == 2
    assert "no such bench" in capsys.readouterr().err
