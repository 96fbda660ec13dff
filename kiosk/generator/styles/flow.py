"""Flow ribbons: brush strokes that follow a field and keep clear of one another, in one or two layers.

`flow_field` says where strokes run, `flow_tone` where the picture is strong and where it rests, this module sets out
the strokes, `flow_trace` lays them, `flow_looks` chooses colours and textures, and `flow_draw` paints them. Everything
but the drawing is independent of the picture size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map
from kiosk.generator.palette import Palette, build_palette
from kiosk.generator.styles import flow_draw as fd
from kiosk.generator.styles.flow_field import CELLS, MARGIN, WIDTHS, Field, build_field, void_region
from kiosk.generator.styles.flow_looks import looks_of
from kiosk.generator.styles.flow_tone import Tone, build_tone, is_surround_dim, presence
from kiosk.generator.styles.flow_trace import Ribbons, trace

ENDS = ("round", "tapered", "brush")
DEPTHS = ("single", "double")
_SIZES = {  # (width in frame heights, candidates), the widest first
    "mixed": ((0.062, 120), (0.030, 700), (0.012, 2600), (0.005, 6000)),
    "broad": ((0.090, 160), (0.052, 500), (0.020, 800)),
    "fine": ((0.011, 5000), (0.0062, 9000)),
    "even": ((0.025, 5000),),
}
_LEADS = {"mixed": (0.016, 0), "broad": (0.030, 0), "fine": (0.022, 20), "even": (0.033, 8)}
_BANK_STROKES = 10
_SWELL = {"mixed": 0.30, "broad": 0.22, "fine": 0.55, "even": 0.40}  # how much the light widens strokes
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What all layers of a piece share."""

    genome: Genome
    palette: Palette
    field: Field
    tone: Tone
    aspect: float
    rng: np.random.Generator


@dataclass(frozen=True, slots=True)
class _Strokes:
    """Strokes that may be laid: `seeds` (n, 2), `widths` and greatest `lengths` (n,) in frame heights, and which of
    them lead the eye (n,).
    """

    seeds: Floats
    widths: Floats
    lengths: Floats
    leads: NDArray[np.bool_]


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    field = build_field(genome, frame.aspect)
    tone = build_tone(genome, field, frame.aspect)
    rng = np.random.default_rng(genome.stream_seed("flow"))
    piece = _Piece(genome, palette, field, tone, frame.aspect, rng)
    layers = _layer(piece, upper=False)
    if genome.choice("depth", DEPTHS) == "double":
        layers += _layer(piece, upper=True)
    far = palette.ground + np.array([0.035 if palette.is_dark else -0.03, 0.0, 0.0])
    out = fd.ground_plane(height_px, width_px, palette.ground, far, genome.gene("angle") * 2 * np.pi)
    lamp = genome.gene("light") * 2 * np.pi
    toward = (np.cos(lamp) * 0.5, -abs(np.sin(lamp)) - 0.35)
    fd.draw_layers(out, layers, frame, toward, (palette.ground + far) / 2, threads=threads)
    return out


def _layer(piece: _Piece, *, upper: bool) -> list[fd.Layer]:
    """Return the layer, or nothing where no stroke found room."""
    genome, palette = piece.genome, piece.palette
    strokes = _upper_strokes(piece) if upper else _strokes(piece)
    gap = 0.0011 + (0.0026 if genome.choice("widths", WIDTHS) == "fine" else 0.0050) * genome.gene("gap") ** 2
    gap *= 1.6 if upper else 1.0
    ribbons = trace(piece.field, strokes.seeds, strokes.widths, strokes.lengths, gap, piece.aspect)
    if len(ribbons.candidate) == 0:
        return []
    along, arc = _along(ribbons)
    width = strokes.widths[ribbons.candidate]
    leads = strokes.leads[ribbons.candidate]
    tone = piece.tone.at(ribbons.points)
    swell = _SWELL[genome.choice("widths", WIDTHS)] * np.repeat(~leads, np.diff(ribbons.first))
    radius = _radius(genome, ribbons, along, arc, width, leads) * (1 - swell * np.clip(0.35 - tone, 0, 1))
    look = looks_of(genome, palette, ribbons, width, arc, leads, piece.aspect, piece.rng)
    shown = presence(tone, is_dark=palette.is_dark)
    shown = np.where(np.repeat(leads, np.diff(ribbons.first)), np.clip(shown, 0.85, 1.05), shown)
    layer = fd.Layer(
        points=ribbons.points,
        radius=radius.astype(np.float32),
        along=along.astype(np.float32),
        presence=shown.astype(np.float32),
        first=ribbons.first,
        looks=look,
        shadow=(0.42 if palette.is_dark else 0.30) if upper else 0.0,
        shadow_blur=0.014,
    )
    return [layer]


def _strokes(piece: _Piece) -> _Strokes:
    """Return the strokes of the lower layer, the widest first; they grow and shrink with the light."""
    genome, rng = piece.genome, piece.rng
    kind = genome.choice("widths", WIDTHS)
    scale = 1.35 - (0.50 if kind == "fine" else 0.85) * genome.gene("fineness")
    density = 0.35 + 0.65 * genome.gene("density")
    widths = np.concatenate([np.full(int(count * density), width * scale) for width, count in _SIZES[kind]])
    seeds = rng.uniform((-0.08, -0.08), (piece.aspect + 0.08, 1.08), (len(widths), 2))
    widths = widths * np.exp(rng.normal(0, 0.16, len(widths)) + _SWELL[kind] * piece.tone.at(seeds))
    keep = rng.random(len(widths)) < _openness(piece, seeds)
    seeds, widths = seeds[keep], np.maximum(widths[keep], 0.0026)
    lengths = _lengths(piece, widths)
    lead_width, most = _LEADS[kind]
    first = np.concatenate([_on_the_bank(piece), _round_the_focus(piece, most)])
    lead_widths = lead_width * scale * np.exp(rng.normal(0, 0.3, len(first)))
    return _Strokes(
        seeds=np.concatenate([first, seeds]),
        widths=np.concatenate([lead_widths, widths]),
        lengths=np.concatenate([0.5 + 1.3 * _lengths(piece, lead_widths), lengths]),
        leads=np.arange(len(first) + len(seeds)) < len(first),
    )


def _upper_strokes(piece: _Piece) -> _Strokes:
    """Return a few long strokes that lie over the others, most of them near the focus."""
    count = 8 + int(14 * piece.genome.gene("density"))
    scale = 1.35 - 0.85 * piece.genome.gene("fineness")
    seeds = _round_the_focus(piece, 2 * count)
    widths = np.where(np.arange(len(seeds)) < count, 0.023, 0.009) * scale
    widths *= np.exp(piece.rng.normal(0, 0.3, len(seeds)))
    return _Strokes(seeds, widths, 0.35 + 1.6 * _lengths(piece, widths), np.ones(len(widths), bool))


def _round_the_focus(piece: _Piece, count: int) -> Floats:
    """Return up to `count` places (n, 2) in the drawn part of the picture, most of them near its focus."""
    spread = (0.22 * piece.aspect, 0.26)
    seeds: Floats = np.array(piece.tone.focus) + piece.rng.normal(0, 1, (4 * count, 2)) * spread
    rows, columns = _cells(piece.field, seeds)
    seeds = seeds[piece.field.region[rows, columns] != void_region(piece.genome, piece.field)]
    return seeds[:count]


def _on_the_bank(piece: _Piece) -> Floats:
    """Return places (n, 2) from which strokes draw the edge of a void, or none where there is no void."""
    bank, region = piece.field.bank, piece.field.region
    cells = np.argwhere((bank > 0.8) & (bank < 0.95) & (region != void_region(piece.genome, piece.field)))
    chosen = cells[piece.rng.permutation(len(cells))[:_BANK_STROKES]]
    return np.asarray(chosen[:, ::-1] / CELLS - MARGIN, dtype=np.float64)


def _lengths(piece: _Piece, widths: Floats) -> Floats:
    stroke = 0.13 + 0.72 * piece.genome.gene("length") ** 1.3
    lengths: Floats = np.clip(stroke * np.exp(piece.rng.normal(0, 0.45, len(widths))) + 5 * widths, 0.03, 3.0)
    return lengths


def _openness(piece: _Piece, seeds: Floats) -> Floats:
    """Return for each seed how likely (0-1) a stroke may start there: negative space is where this is 0."""
    genome, field = piece.genome, piece.field
    rows, columns = _cells(field, seeds)
    clouds = noise_map(field.u.shape, 1.6, int(piece.rng.integers(0, 2**31)), 2.0, 0.4)
    void = void_region(genome, field)
    if void is None or is_surround_dim(genome, field):
        chance: Floats = np.clip((clouds[rows, columns] + 0.58 - 0.40 * genome.gene("void", 0.3)) / 0.28, 0.0, 1.0)
        return chance
    return np.where(field.region[rows, columns] == void, 0.0, 1.0)


def _cells(field: Field, points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    columns, rows = np.clip(np.round((points + MARGIN) * CELLS).astype(int), 0, np.array(field.u.shape[::-1]) - 1).T
    return rows, columns


def _along(ribbons: Ribbons) -> tuple[Floats, Floats]:
    """Return for each point how far along its ribbon it lies (0-1), and each ribbon's length in frame heights."""
    step = np.hypot(*np.diff(ribbons.points.astype(np.float64), axis=0, prepend=ribbons.points[:1]).T)
    starts, counts = ribbons.first[:-1], np.diff(ribbons.first)
    step[starts] = 0
    total = np.cumsum(step)
    local = total - np.repeat(total[starts], counts)
    arc = local[ribbons.first[1:] - 1]
    return local / np.maximum(np.repeat(arc, counts), 1e-9), arc


def _radius(
    genome: Genome, ribbons: Ribbons, along: Floats, arc: Floats, width: Floats, leads: NDArray[np.bool_]
) -> Floats:
    """Return the radius at each point; leading strokes are always tapered."""
    counts = np.diff(ribbons.first)
    half = np.repeat(width, counts) / 2
    ends = genome.choice("ends", ENDS)
    is_tapered = np.repeat(leads | (ends != "round"), counts)
    head_share = np.repeat(np.where(leads | (ends != "brush"), 0.45, 0.12), counts)
    length = np.repeat(arc, counts)
    tail = np.clip((1 - along) * length / np.maximum(0.45 * length, 4 * half), 0, 1)
    head = np.clip(along * length / np.maximum(head_share * length, 2 * half), 0, 1)
    shape = np.sin(head * np.pi / 2) ** 0.7 * np.sin(tail * np.pi / 2) ** 0.8
    return np.where(is_tapered, np.maximum(half * shape, np.minimum(half, 0.0005)), half)
