"""Hues of keys: a key is at home at one hue, leads elsewhere now and then, and is told from another key."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.generator.compose import compose
from kiosk.generator.features import KEYS, MODES
from kiosk.generator.hues import FIFTHS, HUE_OF_FIFTH, anchors_of, lead, relation_of
from tests.generator.music import SEEDS

MANY = 600


def shares(key: str, mode: str, brightness: float = 0.5) -> Counter[str]:
    """How often a key leads to each of its relations."""
    stream = random.Random(3)
    names = {hue: name for name, hue in reversed(anchors_of(key, mode).items())}
    return Counter(names[lead(key, mode, brightness, stream)] for _ in range(MANY))


def hues(key: str, mode: str) -> Counter[int]:
    """The hues of many pieces in one key, by twelfths of the circle."""
    music = {"key": key, "mode": mode, "loudnessDbfs": -20.0, "tempoBpm": 100.0}
    return Counter(int(compose(music, seed).palette.hue // 30) for seed in range(MANY))


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("mode", MODES)
def test_a_key_is_at_home_oftenest_and_leads_elsewhere(key: str, mode: str) -> None:
    """Home comes more than twice as often as any one relation, and has less than half of all pieces."""
    found = shares(key, mode)
    home = found.pop("home")
    assert 2 * max(found.values()) < home < MANY / 2
    assert min(found.values()) > MANY / 20
    assert len(found) == 5


def test_relations_are_those_of_music() -> None:
    """The relative of A minor is C major's place, its dominant E's; the far side of C is F sharp."""
    minor = -10
    at = dict(zip(FIFTHS, HUE_OF_FIFTH, strict=True))
    assert anchors_of("A", "minor")["relative"] == (at["C"] + minor) % 360
    assert anchors_of("A", "minor")["dominant"] == at["E"] + minor
    assert anchors_of("C", "major")["relative"] == at["A"]
    assert anchors_of("C", "major")["far side"] == at["F#"]


def test_bright_music_leads_to_the_dominant_and_dark_to_the_subdominant() -> None:
    """Brightness of sound decides between the two neighbours on the circle."""
    bright, dark = shares("D", "major", 1.0), shares("D", "major", 0.0)
    assert bright["dominant"] > 2 * dark["dominant"]
    assert dark["subdominant"] > 2 * bright["subdominant"]


@pytest.mark.parametrize(("key", "mode"), [("A", "minor"), ("C", "major"), ("F#", "minor"), ("D#", "major")])
def test_an_hour_of_one_key_is_not_one_colour(key: str, mode: str) -> None:
    """No 60 degrees of the circle have three quarters of the pieces; four or more twelfths have some."""
    found = hues(key, mode)
    widest = max(found[twelfth] + found[(twelfth + 1) % 12] for twelfth in range(12))
    assert widest < 0.75 * MANY
    assert sum(count > 0.04 * MANY for count in found.values()) >= 4


@pytest.mark.parametrize("step", [3, 6])
def test_a_change_of_key_is_seen(step: int) -> None:
    """The pieces of two keys that lie apart on the circle share less than half of their hues."""
    for at in range(0, 12, 4):
        one, other = hues(FIFTHS[at], "major"), hues(FIFTHS[(at + step) % 12], "major")
        assert (one & other).total() < 0.5 * MANY


@given(st.sampled_from(KEYS), st.sampled_from(MODES), SEEDS)
def test_the_relation_is_told_from_the_hue(key: str, mode: str, seed: int) -> None:
    """The hue a key leads to is the nearest to its own relation, or to one of the same hue."""
    hue = lead(key, mode, 0.5, random.Random(seed))
    assert anchors_of(key, mode)[relation_of(hue, key, mode)] == hue
