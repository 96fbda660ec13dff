"""An evening of one wall: 500 pieces to eight kinds of music, with votes, and how near any two of them are.

Each is composed or bred as the server does it, previewed against those before it as the renderer does it, and drawn;
the rival is the same evening without that look at what was shown. Then what one vote does to 60 pieces of one music,
and ten votes for a style to an evening, by the genomes: the rival is the same wall without a vote.
"""

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean

import numpy as np

from kiosk.generator.breed import Parent, breed
from kiosk.generator.compose import compose
from kiosk.generator.compositions import composition_of
from kiosk.generator.distance import Signature, distances, signature
from kiosk.generator.dither import to_srgb8
from kiosk.generator.diversity import Settled, settle
from kiosk.generator.genome import SEED_LIMIT, Genome
from kiosk.generator.styles import style_named
from tests.bench.harness import Figure, Options
from tests.generator.music import EIGHT
from tests.generator.taste import wall

NAME = "evening"
PIECES = 500
WALL_PX = (1920, 1080)
JUDGED_PX = (320, 180)
A_MUSIC_LASTS = 12  # pieces
VOTED_UP = 0.15  # of the pieces
PARENTS_MAX = 40


def run(options: Options) -> Iterable[Figure]:
    """Yields the nearest pair and how many are too near, what looking costs, and how often it says no."""
    count = 30 if options.quick else PIECES // 4 if options.small else PIECES
    begun_s = time.process_time()
    settled, looks = _evening(count, look=True)
    spent_s = time.process_time() - begun_s
    _, others = _evening(count, look=False)
    nearest, rival = _nearest(looks), _nearest(others)
    for name, of, unit, goal in (
        ("the nearest two of an evening", np.min, "distance", ">= 0.20"),
        ("nearest one before, 5 % quantile", lambda values: np.quantile(values, 0.05), "distance", None),
        ("pieces under 0.20 from one before", lambda values: (values < 0.20).sum(), "pieces", "<= 0"),
        ("pieces under 0.35 from one before", lambda values: (values < 0.35).sum(), "pieces", None),
    ):
        yield Figure(
            name=name,
            value=float(of(nearest)),
            unit=unit,
            rival="without looking",
            rival_value=float(of(rival)),
            goal=goal,
        )
    redrawn = sum(one.tries > 1 for one in settled) / count
    yield Figure(name="drawn otherwise than wished", value=redrawn, unit="of the pieces")
    yield Figure(name="previews", value=sum(one.tries for one in settled) / count, unit="a piece")
    yield Figure(name="previews and pictures at 320x180, CPU", value=spent_s / count, unit="s a piece")
    yield from _votes()


def _votes() -> Iterable[Figure]:
    """What votes make of walls, in shares of the pieces."""
    liked = Parent("a", compose(EIGHT["rock"], 5, "watercolour"), 1.0)
    walls, bare = (
        [wall(EIGHT[music], parents, seed=seed) for music in ("lullaby", "jazz", "party") for seed in range(4)]
        for parents in ([liked], [])
    )
    for name, of in (
        ("one vote: the commonest composition", _commonest),
        ("one vote: pieces in the parent's style", lambda pieces: _in_style(pieces, liked.genome.style)),
        ("one vote: pieces within 25 degrees of its hue", lambda pieces: _in_hue(pieces, liked.genome.palette.hue)),
        ("one vote: pieces with a parent", lambda pieces: mean(bool(piece.parents) for piece in pieces)),
    ):
        goal = "<= 0.25" if of is _commonest else None
        shares = [of(pieces) for pieces in walls]
        yield Figure(
            name=name,
            value=max(shares) if goal else mean(shares),
            unit="of the pieces",
            rival="no vote",
            rival_value=mean(of(pieces) for pieces in bare),
            goal=goal,
        )
    ten = [Parent(str(seed), compose(EIGHT["jazz"], seed, "watercolour"), 1.0) for seed in range(10)]
    with_ten, without = (
        mean(_in_style(wall(music, parents), "watercolour") for music in EIGHT.values()) for parents in (ten, [])
    )
    yield Figure(
        name="ten votes for a style: pieces in it",
        value=with_ten,
        unit="of the pieces",
        rival="no votes",
        rival_value=without,
    )


def _commonest(pieces: Sequence[Genome]) -> float:
    return max(Counter(map(composition_of, pieces)).values()) / len(pieces)


def _in_style(pieces: Sequence[Genome], style: str) -> float:
    return mean(piece.style == style for piece in pieces)


def _in_hue(pieces: Sequence[Genome], hue_deg: float) -> float:
    return mean(abs((piece.palette.hue - hue_deg + 180) % 360 - 180) < 25 for piece in pieces)


def _evening(count: int, *, look: bool) -> tuple[list[Settled], list[Signature]]:
    stream, musics = random.Random(f"evening/{count}"), list(EIGHT.values())
    settled: list[Settled] = []
    looks: list[Signature] = []
    parents: list[Parent] = []
    recent: list[Genome] = []
    for number in range(count):
        music = musics[number // A_MUSIC_LASTS % len(musics)]
        wished = compose(music, stream.randrange(SEED_LIMIT), recent=recent)
        shown = wished = breed(wished, parents[-PARENTS_MAX:], recent=recent)
        if look:
            settled.append(settle(wished, WALL_PX, [one.signature for one in settled]))
            shown = settled[-1].genome
        looks.append(signature(_drawn(shown)))
        recent.insert(0, shown)
        if stream.random() < VOTED_UP:
            parents.append(Parent(str(number), shown, 1.0))
    return settled, looks


def _drawn(genome: Genome) -> object:
    return to_srgb8(style_named(genome.style)(genome, *JUDGED_PX), genome.stream_seed("dither"))


def _nearest(looks: list[Signature]) -> np.ndarray:
    """How near each piece but the first came to the nearest one before it."""
    return np.array([distances(one, looks[:index]).min() for index, one in enumerate(looks) if index])
