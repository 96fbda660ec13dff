"""`kiosk report`, `stats`, `backfill`, `rebuild-spans`, `purge`, `migrate` on a folder where nothing runs."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kiosk.cli.main import main
from kiosk.server.opening import open_database
from kiosk.server.tables import spans
from kiosk.storage.folder import DataFolder, exclusive_lock
from tests.fakes.clock import FakeClock
from tests.server.harness import impression, kiosk_on, send, upload

Kiosk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """A data folder with two pieces, one of them shown twice on 1 January 2026."""

    async def fill() -> None:
        async with kiosk_on(tmp_path, clock=FakeClock()) as kiosk, kiosk.client() as display:
            shown = await upload(display, 1, title="=Tide", artist="Mara")
            await upload(display, 2, title="Never shown")
            await send(display, impression(shown["id"], visibleMs=1_000), impression(shown["id"], visibleMs=500))

    asyncio.run(fill())
    return tmp_path


@pytest.fixture
def kiosk(wall: Path, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    """Runs a command on the wall; returns exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*words, "--data-dir", str(wall)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def of(kiosk: Kiosk, *words: str) -> Any:
    """What a command prints with --json, when it ends well."""
    code, out, err = kiosk(*words, "--json")
    assert code == 0, err
    return json.loads(out)


YEAR = ("report", "--from", "2026-01-01", "--to", "2027-01-01")


def test_a_report_by_each_of_four(kiosk: Kiosk) -> None:
    """Per artwork and display unless told otherwise; per artist, display and day with `--by`."""
    start = "2026-01-01T00:00:00.000Z"
    counted = {"plays": 2, "visibleMs": 1_500, "first": start, "last": start}
    (row,) = of(kiosk, *YEAR)
    assert row == {"artworkId": row["artworkId"], "title": "=Tide", "artist": "Mara", "device": "display", **counted}
    assert of(kiosk, *YEAR, "--by", "artist") == [{"artist": "Mara", **counted}]
    assert of(kiosk, *YEAR, "--by", "display") == [{"device": "display", "user": "wall", **counted}]
    assert of(kiosk, *YEAR, "--by", "day") == [{"day": "2026-01-01", **counted}]
    assert kiosk(*YEAR, "--by", "hour")[0] == 2


def test_a_report_is_csv_unless_told_otherwise(kiosk: Kiosk) -> None:
    """A header, a line a row, a title that looks like a formula made harmless."""
    code, out, _ = kiosk(*YEAR)
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert (code, [row["title"] for row in rows], rows[0]["plays"]) == (0, ["'=Tide"], "2")
    assert kiosk(*YEAR, "--by", "day")[1].splitlines()[0] == "day,plays,visibleMs,first,last"


def test_backfill_and_purge_are_counterparts(kiosk: Kiosk) -> None:
    """What is marked is no longer untracked; what is purged is unseen again, its plays still counted."""
    assert of(kiosk, "stats") == {"fresh": 0, "storage": 10, "legacy_untracked": 9}
    assert of(kiosk, "backfill") == {"updated": 9}
    assert of(kiosk, "backfill") == {"updated": 0}
    assert of(kiosk, "stats")["legacy_untracked"] == 0
    assert of(kiosk, "purge", "--before", "2026-01-02", "--user", "wall") == {"purged": 1}
    assert of(kiosk, "stats")["legacy_untracked"] == 1
    assert "9 impressions forgotten" in kiosk("purge", "--before", "2100-01-01")[1]
    assert of(kiosk, *YEAR)[0]["plays"] == 2
    assert kiosk("purge")[0] == 2
    code, _, err = kiosk("purge", "--before", "2026-01-02", "--user", "nobody")
    assert (code, "no such user" in err) == (1, True)


def test_wrong_spans_are_found_and_mended(kiosk: Kiosk, wall: Path) -> None:
    """`--check` only looks, and ends with 1; without it the spans are written anew, and all is well after."""
    assert of(kiosk, "rebuild-spans", "--check")["users"][0]["differs"] is False
    database = open_database(wall / "server" / "kiosk.db")
    database.write_now(lambda connection: connection.execute(update(spans).where(spans.c.lane == 0).values(lo=1)))
    database.close()
    code, out, err = kiosk("rebuild-spans", "--check")
    assert (code, "spans are wrong" in out, "not what the impressions say" in err) == (1, True, True)
    mended = of(kiosk, "rebuild-spans", "--user", "wall")
    assert mended["written"] is True
    assert [(user["name"], user["differs"]) for user in mended["users"]] == [("wall", True)]
    assert kiosk("rebuild-spans", "--check")[0] == 0


def test_migrate_goes_down_and_up(kiosk: Kiosk, wall: Path) -> None:
    """It says from where to where, and where the file is kept as it was; then the wall goes on."""
    copy = str(wall / "server" / "kiosk.db.schema-0003-1")
    assert of(kiosk, "migrate") == {"from": "0003", "to": "0003", "copy": None}
    assert of(kiosk, "migrate", "--to", "0001") == {"from": "0003", "to": "0001", "copy": copy}
    assert of(kiosk, "migrate") == {"from": "0001", "to": "0003", "copy": None}
    assert of(kiosk, *YEAR)[0]["plays"] == 2
    assert kiosk("migrate", "--to", "0009")[0] == 2


def test_migrate_waits_for_no_server(kiosk: Kiosk, wall: Path) -> None:
    """While a server holds the folder it is refused in one line."""
    with exclusive_lock(DataFolder(wall).server_dir / "server.lock", held_by="a server"):
        code, out, err = kiosk("migrate", "--to", "0001")
    assert (code, out) == (1, "")
    assert "is in use by a server" in err
    assert len(err.strip().splitlines()) <= 2
