"""Stages on the session's virtual screen, and pieces to put on them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.stage.pieces import StageOptions, StagePiece
from tests.stage.screen import SIZE, Screen, noise, plain, write_piece

OpenStage = Callable[..., Screen]


@pytest.fixture
def open_stage(qtbot: QtBot) -> Iterator[OpenStage]:
    """Opens stages of the test's size (options by keyword) and takes them down at the end."""
    screens: list[Screen] = []

    def make(*, up: bool = True, **options: object) -> Screen:
        screen = Screen(qtbot, StageOptions(**{"windowed": SIZE, **options}))  # type: ignore[arg-type]
        screens.append(screen)
        if up:
            screen.open()
        return screen

    yield make
    for screen in screens:
        screen.stage.close()


@pytest.fixture
def pieces(tmp_path: Path) -> dict[str, StagePiece]:
    """Pieces by name: three of noise, one bright, one warm, one cold."""
    pictures = {"first": noise(1), "second": noise(2), "third": noise(3), "bright": plain((240, 240, 240))}
    pictures |= {"warm": plain((200, 120, 40)), "cold": plain((90, 160, 220))}
    return {name: write_piece(tmp_path, name, picture) for name, picture in pictures.items()}
