"""The wall looks at itself: on a real X screen through a real imaging process, and in time by a clock that stands."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication

from kiosk.app.self_witness import LOOK_AGAIN_S, LOOK_EVERY_S, SelfWitness, Views
from kiosk.imaging.orders import Look
from tests.app.screen_of_art import SIZE_PX, ScreenOfArt, screen_of_art
from tests.fakes.clock import FakeClock
from tests.fakes.web import eventually

PRINT = 0x0F0F_0F0F_0F0F_0F0F
OTHER = Look(fingerprint=PRINT ^ 0xFFFF_FFFF, mean=0.2)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a look that does not hang is waited for."""
    monkeypatch.setattr("kiosk.app.self_witness.LOOK_LIMIT_S", 60.0)


@pytest.fixture
def art(qapp: QGuiApplication, tmp_path: Path) -> Iterator[ScreenOfArt]:
    """A print on the screen."""
    with screen_of_art(tmp_path) as shown:
        yield shown


@dataclass
class Wall:
    """What the witness asks, as the test wants it."""

    expected: int | None = PRINT
    seen: Look | None = field(default_factory=lambda: Look(PRINT, 0.2))
    dark: str = ""
    covered: bool = False
    looks: int = 0
    next_expected: int | None = None

    def views(self) -> Views:
        """Return the ports."""
        return Views(
            look=self._look,
            expected=lambda: self.expected,
            artwork_id=lambda: "a",
            frame_age_ms=lambda: 100,
            dark=lambda: self.dark,
            covered=lambda: self.covered,
        )

    async def _look(self) -> Look | None:
        self.looks += 1
        if self.next_expected is not None:
            self.expected = self.next_expected
        return self.seen


def real_witness(art: ScreenOfArt) -> SelfWitness:
    """A witness of the real screen."""
    views = Views(
        look=art.screen.look,
        expected=lambda: art.made.fingerprint,
        artwork_id=lambda: "a",
        frame_age_ms=lambda: 100,
        dark=lambda: "",
        covered=lambda: False,
    )
    return SelfWitness(views, clock=FakeClock())


async def looked_twice(witness: SelfWitness) -> None:
    """Look once, and once more."""
    await witness.look()
    await witness.look()


def test_the_print_is_seen_on_the_screen(art: ScreenOfArt) -> None:
    """The screen's fingerprint, read from the X server, is the print's own."""
    witness = real_witness(art)
    asyncio.run(witness.look())
    found = witness.answer()
    assert (found.art, found.screen, found.bits_apart) == (True, "x11", 0)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_wall_hung_on_its_side_shows_the_same_piece(qapp: QGuiApplication, tmp_path: Path, turned: int) -> None:
    """What a turned screen shows is compared upright, as the print is."""
    with screen_of_art(tmp_path, turned) as art:
        witness = real_witness(art)
        asyncio.run(looked_twice(witness))
        found = witness.answer()
    assert (found.art, found.screen, found.bits_apart) == (True, "x11", 0)


def test_a_label_changes_nothing(art: ScreenOfArt) -> None:
    """A dark plate over a twelfth of the picture, in a corner: still the same piece."""
    x, y = art.window.x(), art.window.y() + SIZE_PX[1] - 70
    art.cover("#101012", QRect(x + 10, y, SIZE_PX[0] // 3, 60))
    witness = real_witness(art)
    asyncio.run(looked_twice(witness))
    found = witness.answer()
    assert found.art
    assert found.bits_apart is not None


@pytest.mark.parametrize(("colour", "word"), [("#000000", "black"), ("#3a6ea5", "something else")])
def test_a_window_above_ours_is_no_art(art: ScreenOfArt, colour: str, word: str) -> None:
    """Our frames go on under it; the screen says what people see. Uncovered, art is there again."""
    witness = real_witness(art)
    art.cover(colour)
    asyncio.run(looked_twice(witness))
    found = witness.answer()
    assert (found.art, found.healthy) == (False, False)
    assert word in found.why
    art.uncover()
    asyncio.run(witness.look())
    assert witness.answer().art


@pytest.mark.anyio
async def test_one_different_look_is_looked_at_again_soon() -> None:
    """The second one, a second later, decides; as long as it is art the wall is looked at every ten seconds."""
    wall, clock = Wall(), FakeClock()
    witness = SelfWitness(wall.views(), clock=clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(witness.run())
        await eventually(lambda: clock.sleeping == [LOOK_EVERY_S])
        wall.seen = OTHER
        clock.advance(LOOK_EVERY_S)
        await eventually(lambda: clock.sleeping == [LOOK_AGAIN_S])
        assert witness.answer().art
        clock.advance(LOOK_AGAIN_S)
        await eventually(lambda: wall.looks == 3 and clock.sleeping)
        assert not witness.answer().art
        task.cancel()


@pytest.mark.anyio
async def test_a_piece_that_cannot_be_compared_is_not_judged_by_the_one_before() -> None:
    """After two looks at something else comes a plain piece: frames decide alone, and a later piece is looked at."""
    wall, clock = Wall(seen=OTHER), FakeClock()
    witness = SelfWitness(wall.views(), clock=clock)
    await looked_twice(witness)
    assert not witness.answer().art
    wall.expected = 0
    await witness.look()
    found = witness.answer()
    assert (found.art, found.healthy, found.screen, found.bits_apart) == (True, True, "window", None)
    wall.expected, wall.seen = PRINT, Look(PRINT, 0.2)
    await witness.look()
    assert witness.answer().screen == "x11"


@pytest.mark.anyio
async def test_a_covered_piece_that_cannot_be_compared_is_no_art() -> None:
    """The window system's word stands where the screen has none; uncovered, art is there again."""
    wall = Wall(expected=0, covered=True)
    witness = SelfWitness(wall.views(), clock=FakeClock())
    await witness.look()
    assert (witness.answer().art, witness.answer().healthy) == (False, False)
    assert "another window" in witness.answer().why
    wall.covered = False
    assert witness.answer().art


@pytest.mark.anyio
async def test_a_print_that_changed_meanwhile_is_not_judged() -> None:
    """When the next piece took the glass during the look, what was seen belongs to neither."""
    wall = Wall(seen=OTHER, next_expected=PRINT ^ 0xFF)
    witness = SelfWitness(wall.views(), clock=FakeClock())
    await witness.look()
    assert (wall.looks, witness.answer().screen) == (1, "window")


@pytest.mark.anyio
@pytest.mark.parametrize("wall", [Wall(expected=None), Wall(expected=0), Wall(dark="asleep"), Wall(seen=None)])
async def test_where_nothing_can_be_compared_the_frames_decide(wall: Wall) -> None:
    """During a morph, of a print without contrast, asleep, or on a screen nobody can read there is no verdict."""
    witness = SelfWitness(wall.views(), clock=FakeClock())
    await looked_twice(witness)
    found = witness.answer()
    assert (found.screen, found.bits_apart, found.healthy) == ("window", None, True)
    assert found.art is not bool(wall.dark)


@pytest.mark.anyio
async def test_who_asks_does_not_wait_for_a_look_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes from the frames when the imaging process is busy or stopped."""
    monkeypatch.setattr("kiosk.app.self_witness.ASKED_LIMIT_S", 0.05)
    never = asyncio.Event()

    async def hang() -> Look | None:
        await never.wait()
        return None

    views = replace(Wall().views(), look=hang)
    found = await SelfWitness(views, clock=FakeClock()).asked()
    assert (found.art, found.screen) == (True, "window")
