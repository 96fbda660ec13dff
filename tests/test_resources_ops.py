"""The files for operators: they name metrics, commands and settings there are. See test_proxy.py for the proxy."""

import asyncio
import json
import re
import shlex
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from kiosk.cli.parser import parse
from kiosk.server.main import open_app
from kiosk.settings.model import Settings
from tests.server.harness import client_of, options_on, picture

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
RULES = RESOURCES / "prometheus" / "kiosk.rules.yml"
DASHBOARD = RESOURCES / "grafana" / "kiosk.json"
UNITS = sorted((RESOURCES / "systemd").iterdir())
PROMETHEUS_OWN = {"up"}
NAME = re.compile(r"\b[a-z_:]+\b(?=[{\[])|\b(?:kiosk|batch|process)[a-z_0-9:]*\b")


@pytest.fixture(scope="module")
def metric_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every name in `/metrics`, of a server that has been used a little."""

    async def names() -> set[str]:
        with open_app(options_on(tmp_path_factory.mktemp("folder"))) as opened:
            transport = httpx.ASGITransport(opened.app)
            async with client_of(opened.device_token, transport=transport) as display:
                piece = (await display.post("/api/artworks", files={"file": ("a.jpg", picture(1))})).json()
                await display.post("/api/artworks/batch-impressions", json={"artworkIds": [piece["id"]]})
            async with client_of(opened.admin_token, transport=transport) as admin:
                written = (await admin.get("/metrics")).raise_for_status().text
        lines = written.splitlines()
        typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}  # those without a sample yet as well
        return typed | {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}

    return asyncio.run(names())


def rules() -> list[dict[str, str]]:
    """All rules of the file."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def names_in(expression: str) -> set[str]:
    """The metrics an expression is about."""
    return {name for name in NAME.findall(re.sub(r'"[^"]*"', '""', expression)) if name not in {"by", "kiosk"}}


def test_rules_are_about_metrics_there_are(metric_names: set[str]) -> None:
    """Every name in a rule is in /metrics, or recorded by a rule before it; every alert says what it means."""
    known = metric_names | PROMETHEUS_OWN
    for rule in rules():
        found = names_in(rule["expr"])
        assert found
        assert found <= known, rule
        if "record" in rule:
            known.add(rule["record"])
        else:
            assert rule["labels"]["severity"] in {"info", "warning", "critical"}  # type: ignore[index]
            assert rule["annotations"]["summary"]  # type: ignore[index]
    assert {rule.get("alert") for rule in rules()} >= {"KioskServerDown", "KioskSustainedFailures", "KioskWallSilent"}


def test_the_dashboard_is_about_metrics_there_are(metric_names: set[str]) -> None:
    """Every name in a panel is in /metrics, and there is a row for each part."""
    dashboard = json.loads(DASHBOARD.read_text())
    rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    assert rows == ["Wall traffic", "Queue", "Generation", "Streams", "Database and store"]
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(expressions) > 30
    for expression in expressions:
        assert names_in(expression)
        assert names_in(expression) <= metric_names | PROMETHEUS_OWN, expression


def test_every_metric_is_explained(metric_names: set[str]) -> None:
    """docs/operating.md has a row for each family, and no row for one there is not."""
    rows = re.findall(r"^\| `([a-z_]+)[`{]", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE)
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in metric_names}
    assert set(rows) == {name for name in families if not name.startswith("process_")}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_commands_there_are(unit: Path) -> None:
    """Every command of a unit is one this program understands."""
    lines = unit.read_text().splitlines()
    commands = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
    assert commands or unit.suffix == ".timer"
    for command in commands:
        words = shlex.split(command.replace("$$", "$").replace("%%", "%"))
        if words[0] == "/bin/sh":
            words = shlex.split(words[2].removeprefix("exec "))
        assert words[0] == "/opt/kiosk/bin/kiosk"
        assert parse(words[1:]).command == words[1]


def test_compose_starts_commands_there_are_with_settings_there_are() -> None:
    """Commands and settings of every service are this program's; streams and uploads have their proxy."""
    services = yaml.safe_load((RESOURCES / "compose" / "compose.yaml").read_text())["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "gallery-kiosk"}
    assert ours.keys() == {"kiosk1", "kiosk2", "renderer"}
    for service in ours.values():
        words = shlex.split(service["command"])
        assert parse(words[1:]).command == words[1]
        for name in service["environment"]:
            section, _, setting = name.removeprefix("KIOSK_").lower().partition("__")
            assert setting in type(getattr(Settings(), section)).model_fields
    datas = [service["volumes"][0] for name, service in ours.items() if name.startswith("kiosk")]
    assert len(set(datas)) == 2  # a server holds its data folder alone
