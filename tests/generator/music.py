"""Sample music for generator tests, and hypothesis strategies for analyses and genomes."""

from typing import Any

from hypothesis import strategies as st

from kiosk.generator.features import KEYS
from kiosk.generator.genome import GROUNDS, SCHEMES, SEED_LIMIT, Genome, PaletteGenes

CALM: dict[str, Any] = {
    "loudnessDbfs": -30.0, "brightnessHz": 800.0, "onsetsPerS": 1.0, "tempoBpm": 67.0, "key": "A", "mode": "minor",
}  # fmt: skip
PARTY: dict[str, Any] = {
    "loudnessDbfs": -11.0, "brightnessHz": 2800.0, "onsetsPerS": 5.3, "tempoBpm": 150.0, "key": "E", "mode": "major",
}  # fmt: skip
EIGHT: dict[str, dict[str, Any] | None] = {  # kinds of music, for contact sheets
    "no music": None,
    "lullaby": CALM,
    "sarabande": {
        "loudnessDbfs": -25.0, "brightnessHz": 1200.0, "onsetsPerS": 2.0, "tempoBpm": 60.0, "key": "D", "mode": "minor",
    },
    "choir": {"loudnessDbfs": -21.0, "brightnessHz": 950.0, "onsetsPerS": 0.8, "key": "G", "mode": "major"},
    "jazz": {
        "loudnessDbfs": -20.0, "brightnessHz": 1900.0, "onsetsPerS": 4.0, "tempoBpm": 118.0,
        "key": "A#", "mode": "major",
    },
    "drone": {"loudnessDbfs": -18.0, "brightnessHz": 520.0, "onsetsPerS": 0.2, "key": "C", "mode": "minor"},
    "rock": {
        "loudnessDbfs": -13.0, "brightnessHz": 2300.0, "onsetsPerS": 4.6, "tempoBpm": 134.0,
        "key": "F#", "mode": "minor",
    },
    "party": PARTY,
}  # fmt: skip
SEEDS = st.integers(0, SEED_LIMIT - 1)
UNIT = st.floats(0, 1)
_ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4) | st.just([])
)


def analyses() -> st.SearchStrategy[dict[str, Any]]:
    """AudioAnalysis records as they may arrive: any value missing, null, absurd or of another type."""
    return st.fixed_dictionaries(
        {},
        optional={
            "loudnessDbfs": st.floats(-90, 0) | _ANYTHING,
            "brightnessHz": st.floats(0, 20000) | _ANYTHING,
            "onsetsPerS": st.floats(0, 30) | _ANYTHING,
            "tempoBpm": st.floats(0, 400) | _ANYTHING,
            "tempoConfidence": UNIT | _ANYTHING,
            "key": st.sampled_from(KEYS) | _ANYTHING,
            "keyConfidence": UNIT | _ANYTHING,
            "mode": st.sampled_from(["major", "minor"]) | _ANYTHING,
            "kind": st.sampled_from(["music", "speech", "noise", "silence"]) | _ANYTHING,
            "silent": st.booleans() | _ANYTHING,
        },
    )


def palettes() -> st.SearchStrategy[PaletteGenes]:
    """Every palette a genome may ask for."""
    return st.builds(
        PaletteGenes,
        hue=st.floats(0, 360, exclude_max=True),
        scheme=st.sampled_from(SCHEMES),
        ground=st.sampled_from(GROUNDS),
        chroma=UNIT,
        contrast=UNIT,
        lightness=UNIT,
        spread=UNIT,
    )


def genomes() -> st.SearchStrategy[Genome]:
    """Genomes with any content the format allows."""
    names = st.text(min_size=1, max_size=10)
    return st.builds(
        Genome,
        style=st.text(min_size=1, max_size=10),
        seed=SEEDS,
        palette=palettes(),
        genes=st.dictionaries(names, UNIT, max_size=6),
        structure=st.dictionaries(names, st.text(max_size=10), max_size=6),
        parents=st.lists(st.text(max_size=36), max_size=3).map(tuple),
        audio=st.dictionaries(names, st.none() | st.integers(-(2**31), 2**31) | st.text(max_size=5), max_size=6),
    )
