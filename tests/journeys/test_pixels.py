"""Journeys under film: what the wall says it showed is what was on the screen."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.imaging.layout import places
from tests.journeys.filmed import Filmed
from tests.journeys.pixels import Camera, flat_pieces, pair, quartered_pieces, twin
from tests.journeys.records import HEARTBEAT_S, TOLERANCE_S
from tests.journeys.timeline import COVER, COVER_COLOUR
from tests.journeys.wall import WAIT_S, wait_until
from tests.journeys.xserver import map_again, unmap, windows_of_size
from tests.journeys.xwindows import covered

pytestmark = pytest.mark.journey
STILL = {"KIOSK_PLAYBACK__DWELL_S": "600"}
NOTHING = (0, 0, 0)
AWAY_S = 1.0


@pytest.mark.parametrize("transition", ["dissolve", "none", "flow", "ink"])
def test_records_equal_pixels(folder: Path, screen: str, tmp_path: Path, transition: str) -> None:
    """By every transition: same pieces, same order, same count, begin and end to 0.3 s; never black, never half.

    Where no pixel moves, the pictures are larger than the screen and have four colours, each in its quarter.
    """
    moves = transition in {"flow", "ink"}
    made = tmp_path / "pieces"
    pieces = flat_pieces(made, 12) if moves else quartered_pieces(made, 12, size=(1280, 720))
    with Filmed(folder, screen, pieces, environ={"KIOSK_PLAYBACK__TRANSITION": transition}) as filmed:
        filmed.changes(4)
        told = filmed.end(server_dates=True)
    assert len(told.seen.pieces()) >= 4
    told.holds()


def _sleep(filmed: Filmed, screen: str) -> None:
    filmed.wall.command("sleep")
    filmed.keeps(AWAY_S, NOTHING)
    filmed.wall.command("wake")


def _unmap(filmed: Filmed, screen: str) -> None:
    (window,) = windows_of_size(screen, *filmed.size)
    unmap(screen, window)
    filmed.keeps(AWAY_S, NOTHING)
    map_again(screen, window)


def _cover(filmed: Filmed, screen: str) -> None:
    with covered(screen, filmed.size, COVER_COLOUR):
        filmed.keeps(AWAY_S, COVER_COLOUR)


def _half_cover(filmed: Filmed, screen: str) -> None:
    """Have another window over the lower half for a while, where the camera of this test does not look."""
    width, height = filmed.size
    with Camera(screen, filmed.size) as whole, covered(screen, (width, height), COVER_COLOUR, at=(0, height // 2)):

        def half_covered() -> bool:
            levels = whole.levels()
            return levels is not None and [list(part) == list(COVER_COLOUR) for part in levels] == [0, 0, 1, 1]

        wait_until(half_covered, "the lower half is covered")
        begun_s = time.monotonic()
        wait_until(lambda: time.monotonic() - begun_s > AWAY_S, "it has been for a while")


def test_away_and_back_is_another_play(folder: Path, screen: str, tmp_path: Path) -> None:
    """Asleep, unmapped or covered by another window a piece is not seen: its play ends, another begins after it.

    Half covered it is seen: nothing ends, and its coverage is what it has of the stage, not of what others leave free.
    """
    pieces = flat_pieces(tmp_path / "pieces", 6)
    size = (324, 182)
    with Filmed(folder, screen, pieces, environ=STILL, size=size, filmed=(size[0], size[1] // 2)) as filmed:
        look = filmed.keeps(1.0)
        _half_cover(filmed, screen)
        for away in (_sleep, _unmap, _cover):
            with filmed.dark():
                away(filmed, screen)
            filmed.keeps(1.0)
        told = filmed.end()
    assert [run.look for run in told.seen.pieces()] == [look] * 4
    assert len(told.seen.scenery(COVER)) == 1
    told.holds()
    assert [record.ended_by for record in told.records][-4:] == ["sleep", "hidden", "hidden", "exit"]
    assert {record.coverage for record in told.records[-4:]} == {1.0}


def test_two_portrait_pieces_share_the_screen(folder: Path, screen: str, tmp_path: Path) -> None:
    """On a landscape screen they are two plays of one time with half the screen each; both upright and still.

    One moves, and shows its first frame; the other lies on its side in the file, and the screen sets it upright.
    """
    size = (360, 220)
    cell = places(size, [(100, 130), (100, 130)], "cover")[0].cell
    pieces = flat_pieces(tmp_path / "pieces", 10, size=size)
    pieces[5:5] = pair(tmp_path / "pieces", (cell.width, cell.height))
    with Filmed(folder, screen, pieces, size=size) as filmed:
        wait_until(lambda: filmed.rested("pair"), "the two were on the screen")
        filmed.look(other_than="pair")
        told = filmed.end()
    told.holds()
    both = [record for record in told.records if record.sha256 in filmed.sha256s_of("pair")]
    assert len(both) == 2
    assert len({record.sha256 for record in both}) == 2
    assert len({(record.begin_s, record.visible_s, record.frames, record.ended_by) for record in both}) == 1
    share = cell.area / (size[0] * size[1])
    assert [record.coverage for record in both] == pytest.approx([share, share], abs=0.001)


def test_killed_a_play_ends_at_its_last_heartbeat(folder: Path, screen: str, tmp_path: Path) -> None:
    """kill -9: the next start closes the record as recovered, no later than the screen, a heartbeat earlier at most."""
    pieces = flat_pieces(tmp_path / "pieces", 6)
    with Filmed(folder, screen, pieces, environ=STILL) as filmed:
        filmed.keeps(HEARTBEAT_S + 1.0)
        with filmed.dark():
            filmed.wall.kill()
            filmed.wall.start()
        filmed.keeps(0.5)
        told = filmed.end()
    told.holds()
    (recovered,) = [record for record in told.records if record.ended_by == "recovered"]
    assert recovered.visible_s


def test_by_hand_forward_and_back(folder: Path, screen: str, tmp_path: Path) -> None:
    """`next`, `next` and `previous`: the screen follows, and so do the records, which say skip."""
    pieces = flat_pieces(tmp_path / "pieces", 8)
    with Filmed(folder, screen, pieces, environ=STILL) as filmed:
        first = filmed.keeps(0.5)
        filmed.wall.command("next")
        second = filmed.look(other_than=first)
        filmed.wall.command("next")
        third = filmed.look(other_than=second)
        filmed.keeps(0.5)
        filmed.wall.command("previous")
        again = filmed.look(other_than=third)
        filmed.keeps(0.5)
        told = filmed.end()
    assert [run.look for run in told.seen.pieces()] == [first, second, third, again]
    assert again == second
    told.holds()
    assert [record.ended_by for record in told.records][-4:] == ["skip", "skip", "skip", "exit"]


def test_next_in_the_middle_of_a_change(folder: Path, screen: str, tmp_path: Path) -> None:
    """A change that is taken over by another goes on from where it is: only what had half counts, nothing jumps."""
    pieces = flat_pieces(tmp_path / "pieces", 8)
    environ = {**STILL, "KIOSK_PLAYBACK__MORPH_S": "1.2"}
    with Filmed(folder, screen, pieces, environ=environ) as filmed:
        first = filmed.keeps(0.5)
        command = [sys.executable, "-m", "kiosk", "next", "--data-dir", str(filmed.folder)]
        begun = filmed.camera.samples
        with subprocess.Popen(command) as asked:
            wait_until(lambda: filmed.mixes(begun), "the first change is on its way")
            assert asked.wait(WAIT_S) == 0
        filmed.wall.command("next")
        filmed.look(other_than=first)
        filmed.keeps(0.5)
        told = filmed.end()
    assert 2 <= len(told.seen.pieces()) <= 3
    told.holds()


def test_two_pieces_that_look_the_same_are_two_plays(folder: Path, screen: str, tmp_path: Path) -> None:
    """No pixel tells one from the other when the same picture comes twice in a row; the records do."""
    pieces = flat_pieces(tmp_path / "pieces", 6)
    pieces.insert(3, twin(pieces[3], "again"))
    with Filmed(folder, screen, pieces) as filmed:
        look = pieces[3].look
        wait_until(lambda: filmed.rested(look), "the first of the two was on the screen")
        filmed.look(other_than=look)
        told = filmed.end()
    (run,) = [run for run in told.seen.pieces() if run.look == look]
    told.holds()
    both = [record for record in told.records if record.sha256 in filmed.sha256s_of(look)]
    assert len(both) == 2
    assert len({record.artwork_id for record in both}) == 2
    withheld_s = sum(told.seen.withheld_s(at_s - TOLERANCE_S, at_s + TOLERANCE_S) for at_s in (run.begin_s, run.end_s))
    off_s = sum(record.visible_s or 0.0 for record in both) - (run.end_s - run.begin_s)
    assert abs(off_s) <= TOLERANCE_S + withheld_s
