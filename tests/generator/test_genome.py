"""The genome as JSON: a faithful round trip, and one clear error for anything else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import BadGenome
from kiosk.generator.compose import compose
from kiosk.generator.genome import Genome, genome_from_json
from tests.generator.music import CALM, genomes

SAMPLE = compose(CALM, 7, "flow").to_dict()


@given(genomes())
def test_json_round_trip(genome: Genome) -> None:
    """Every genome reads back from its JSON as an equal value with equal text."""
    again = genome_from_json(genome.to_json())
    assert again == genome
    assert again.to_json() == genome.to_json()


@given(st.text() | st.binary())
def test_other_text_is_refused(text: str | bytes) -> None:
    """Text that is no genome raises BadGenome and nothing else."""
    with pytest.raises(BadGenome):
        genome_from_json(text)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=3), st.lists))
def test_other_json_is_refused(value: Any) -> None:
    """JSON that is no genome raises BadGenome and nothing else."""
    with pytest.raises(BadGenome):
        genome_from_json(json.dumps(value))


@pytest.mark.parametrize("name", sorted(SAMPLE))
@pytest.mark.parametrize("value", [None, True, [1], {"a": []}, "?" * 70, 1.5, -1, float("nan")])
def test_faulty_value_is_named(name: str, value: object) -> None:
    """A value of the wrong type or range is refused in one line that names its key."""
    with pytest.raises(BadGenome) as caught:
        genome_from_json(json.dumps({**SAMPLE, name: value}))
    assert name in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("palette", "hue", 360),
        ("palette", "hue", "red"),
        ("palette", "scheme", "loud"),
        ("palette", "ground", ""),
        ("palette", "chroma", 1.01),
        ("genes", "density", -0.1),
        ("genes", "density", float("inf")),
        ("structure", "field", 3),
        ("audio", "energy", 0.5),
        ("audio", "tempo", 10**400),
    ],
)
def test_faulty_part_is_named(part: str, key: str, value: object) -> None:
    """A faulty value inside a part is named by its path."""
    with pytest.raises(BadGenome, match=rf"{part}\.{key}"):
        genome_from_json(json.dumps({**SAMPLE, part: {**SAMPLE[part], key: value}}))


def test_missing_and_unknown_keys_are_named() -> None:
    """A missing key and an unknown one are each named."""
    with pytest.raises(BadGenome, match="lacks seed"):
        genome_from_json(json.dumps({k: v for k, v in SAMPLE.items() if k != "seed"}))
    with pytest.raises(BadGenome, match="unknown keys: mood"):
        genome_from_json(json.dumps({**SAMPLE, "mood": 1}))


def test_deep_nesting_is_refused() -> None:
    """Nesting beyond the parser's depth is a BadGenome, not a RecursionError."""
    with pytest.raises(BadGenome):
        genome_from_json("[" * 100_000)


def test_streams_differ_by_purpose_seed_and_music() -> None:
    """The seeds of logical streams depend on purpose, seed, style and music, and on nothing else."""
    genome = compose(CALM, 7, "flow")
    others = [
        replace(genome, seed=8), replace(genome, style="silk"), replace(genome, audio={**genome.audio, "energy": 6}),
    ]  # fmt: skip
    seeds = {genome.stream_seed("a"), genome.stream_seed("b"), *(other.stream_seed("a") for other in others)}
    assert len(seeds) == 5
    assert replace(genome, genes={}).stream_seed("a") == genome.stream_seed("a")
