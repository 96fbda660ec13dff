"""Flow ribbons: brush strokes that follow a field and keep clear of one another, in one or two layers.

`flow_field` says where strokes run, `flow_trace` lays them, this module chooses widths, colours and textures, and
`flow_draw` paints them. Everything but the drawing is independent of the picture size.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.frame import frame_for
from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map
from kiosk.generator.palette import Palette, build_palette
from kiosk.generator.styles import flow_draw as fd
from kiosk.generator.styles.flow_field import CELLS, MARGIN, Field, build_field, void_region
from kiosk.generator.styles.flow_trace import Ribbons, trace

WIDTHS = ("mixed", "broad", "fine", "even")
TEXTURES = ("flat", "satin", "bristle", "striped", "dashed")
ENDS = ("round", "tapered", "brush")
DEPTHS = ("single", "double")
COLOURING = ("zones", "bearing", "gradient", "scatter")
Floats = NDArray[np.float64]


def render(genome: Genome, width_px: int, height_px: int, *, threads: int = 0) -> NDArray[np.float32]:
    """Return the piece as linear RGB, (height, width, 3)."""
    frame = frame_for(width_px, height_px)
    palette = build_palette(genome.palette)
    rng = np.random.default_rng(genome.stream_seed("flow"))
    field = build_field(genome, frame.aspect)
    layers = _layer(genome, palette, field, frame.aspect, rng, upper=False)
    if genome.choice("depth", DEPTHS) == "double":
        layers += _layer(genome, palette, field, frame.aspect, rng, upper=True)
    far = palette.ground + np.array([0.035 if palette.is_dark else -0.03, 0.0, 0.0])
    out = fd.ground_plane(height_px, width_px, palette.ground, far, genome.gene("angle") * 2 * np.pi)
    lamp = genome.gene("light") * 2 * np.pi
    fd.draw_layers(out, layers, frame, (np.cos(lamp) * 0.5, -abs(np.sin(lamp)) - 0.35), threads=threads)
    return out


def _layer(
    genome: Genome, palette: Palette, field: Field, aspect: float, rng: np.random.Generator, *, upper: bool
) -> list[fd.Layer]:
    """Return the layer, or nothing where no stroke found room."""
    seeds, widths = _candidates(genome, field, aspect, rng, upper=upper)
    stroke = (0.10 + 0.75 * genome.gene("length") ** 1.3) * np.exp(rng.normal(0, 0.45, len(seeds)))
    lengths = np.clip(stroke + 5 * widths, 0.03, 3.0)
    gap = (0.0011 + 0.0050 * genome.gene("gap") ** 2) * (1.6 if upper else 1.0)
    ribbons = trace(field, seeds, widths, lengths, gap, aspect)
    if len(ribbons.candidate) == 0:
        return []
    along, arc = _along(ribbons)
    width = widths[ribbons.candidate]
    looks = _looks(genome, palette, ribbons, width, arc, aspect, rng, upper=upper)
    layer = fd.Layer(
        points=ribbons.points,
        radius=_radius(genome, ribbons, along, arc, width),
        along=along.astype(np.float32),
        first=ribbons.first,
        looks=looks,
        shadow=(0.42 if palette.is_dark else 0.30) if upper else 0.0,
        shadow_blur=0.014,
    )
    return [layer]


def _candidates(
    genome: Genome, field: Field, aspect: float, rng: np.random.Generator, *, upper: bool
) -> tuple[Floats, Floats]:
    """Return where strokes may start and how wide they would be, the widest first."""
    kind = genome.choice("widths", WIDTHS)
    scale = 1.35 - 0.85 * genome.gene("fineness")
    sizes = {  # (width in frame heights, candidates)
        "mixed": ((0.062, 120), (0.030, 700), (0.012, 2600), (0.005, 6000)),
        "broad": ((0.090, 160), (0.052, 500), (0.020, 800)),
        "fine": ((0.010, 5000), (0.0055, 9000)),
        "even": ((0.024, 5000),),
    }[kind]
    density = 0.35 + 0.65 * genome.gene("density")
    if upper:
        sizes = ((0.030, 14 + int(26 * genome.gene("density"))), (0.008, 60))
        density = 1.0
    widths = np.concatenate([np.full(int(n * density), w * scale) for w, n in sizes])
    widths = np.maximum(widths * np.exp(rng.normal(0, 0.16, len(widths))), 0.0022)
    seeds = rng.uniform((-0.08, -0.08), (aspect + 0.08, 1.08), (len(widths), 2))
    keep = rng.random(len(widths)) < _openness(genome, field, seeds, rng, upper=upper)
    return seeds[keep], widths[keep]


def _openness(genome: Genome, field: Field, seeds: Floats, rng: np.random.Generator, *, upper: bool) -> Floats:
    """Return for each seed how likely (0-1) a stroke may start there: negative space is where this is 0."""
    cells = np.clip(np.round((seeds + MARGIN) * CELLS).astype(int), 0, np.array(field.u.shape[::-1]) - 1)
    region = field.region[cells[:, 1], cells[:, 0]]
    clouds = noise_map(field.u.shape, 1.6, int(rng.integers(0, 2**31)), 2.0, 0.4)[cells[:, 1], cells[:, 0]]
    chance = np.where(clouds + 0.62 - 0.55 * genome.gene("void", 0.3) > 0.12, 1.0, 0.0)
    void = void_region(genome, field)
    if void is not None:
        chance = np.where(region == void, 0.0, 1.0)
    elif upper:
        chance = np.where(clouds > -0.05, 1.0, 0.1)
    return chance


def _along(ribbons: Ribbons) -> tuple[Floats, Floats]:
    """Return for each point how far along its ribbon it lies (0-1), and each ribbon's length in frame heights."""
    step = np.hypot(*np.diff(ribbons.points.astype(np.float64), axis=0, prepend=ribbons.points[:1]).T)
    starts, counts = ribbons.first[:-1], np.diff(ribbons.first)
    step[starts] = 0
    total = np.cumsum(step)
    local = total - np.repeat(total[starts], counts)
    arc = local[ribbons.first[1:] - 1]
    return local / np.maximum(np.repeat(arc, counts), 1e-9), arc


def _radius(genome: Genome, ribbons: Ribbons, along: Floats, arc: Floats, width: Floats) -> NDArray[np.float32]:
    counts = np.diff(ribbons.first)
    half = np.repeat(width, counts) / 2
    ends = genome.choice("ends", ENDS)
    if ends == "round":
        return half.astype(np.float32)
    length = np.repeat(arc, counts)
    tail = np.clip((1 - along) * length / np.maximum(0.45 * length, 4 * half), 0, 1)
    head = np.clip(along * length / np.maximum(0.12 * length if ends == "brush" else 0.45 * length, 2 * half), 0, 1)
    shape = np.sin(head * np.pi / 2) ** 0.7 * np.sin(tail * np.pi / 2) ** 0.8
    return np.maximum(half * shape, np.minimum(half, 0.0005)).astype(np.float32)


def _looks(
    genome: Genome,
    palette: Palette,
    ribbons: Ribbons,
    width: Floats,
    arc: Floats,
    aspect: float,
    rng: np.random.Generator,
    *,
    upper: bool,
) -> NDArray[np.float32]:
    count = len(width)
    pick = _pigment_index(genome, palette, ribbons, width, aspect, rng, upper=upper)
    colour = palette.pigments[pick].copy()
    colour[:, 0] += rng.normal(0, 0.022, count)
    partner = palette.pigments[np.where(pick < 6, pick ^ 1, pick)]  # of its own hue: other hues would meet in mud
    looks = np.zeros((count, fd.LOOK_COLUMNS), np.float32)
    blend = (0.1 + 0.5 * genome.gene("blend")) * rng.random(count)[:, None]
    looks[:, fd.START : fd.START + 3] = colour
    looks[:, fd.END : fd.END + 3] = colour + (partner - colour) * blend
    texture = genome.choice("texture", TEXTURES)
    strength = genome.gene("shading")
    looks[:, fd.EDGE] = 0.05
    looks[:, fd.SATIN] = {"satin": 0.10 + 0.14 * strength, "flat": 0.02}.get(texture, 0.05)
    looks[:, fd.BRISTLE] = 0.05 + 0.10 * strength if texture == "bristle" else 0.022
    looks[:, fd.BRISTLE_COUNT] = np.clip(width * 420, 2.0, 24.0)
    if texture in ("striped", "dashed"):
        patterned = (rng.random(count) < 0.35 + 0.3 * strength) & (width > 0.010)
        looks[:, fd.STRIPE : fd.STRIPE + 3] = palette.pigments[(pick + 2) % 7]
        if texture == "striped":
            looks[:, fd.STRIPES] = np.where(patterned, rng.integers(2, 6, count), 0)
        else:
            looks[:, fd.DASH] = np.where(patterned, width * rng.uniform(0.5, 2.5, count), 0)
    looks[:, fd.SEED] = rng.random(count)
    looks[:, fd.LENGTH] = arc
    return looks


def _pigment_index(
    genome: Genome,
    palette: Palette,
    ribbons: Ribbons,
    width: Floats,
    aspect: float,
    rng: np.random.Generator,
    *,
    upper: bool,
) -> NDArray[np.int64]:
    """Choose a pigment for each ribbon: masses of colour that read from afar, with some strokes out of turn."""
    count = len(width)
    loose = rng.choice(8, count, p=palette.weights)
    if upper:
        return rng.choice((6, 7, 3, 5), count, p=(0.45, 0.25, 0.15, 0.15))
    middle = ribbons.points[(ribbons.first[:-1] + ribbons.first[1:]) // 2].astype(np.float64)
    scheme = genome.choice("colouring", COLOURING)
    if scheme == "zones":
        centres = rng.uniform(0, 1, (6, 2)) * (aspect, 1)
        zone_pigment = rng.choice(7, 6, p=palette.weights[:7] / palette.weights[:7].sum())
        wobble = rng.normal(0, 0.10, (count, 2))
        nearest = np.argmin(((middle + wobble)[:, None] - centres[None]) ** 2 @ np.ones(2), axis=1)
        ordered = zone_pigment[nearest]
    elif scheme == "bearing":
        ends = ribbons.points[ribbons.first[1:] - 1] - ribbons.points[ribbons.first[:-1]]
        turn = (np.arctan2(ends[:, 1], ends[:, 0]) / np.pi + genome.gene("angle")) % 1.0
        ordered = np.array([0, 1, 2, 3, 5, 4])[np.minimum((turn * 6).astype(int), 5)]
    elif scheme == "gradient":
        angle = genome.gene("light") * 2 * np.pi
        t = (middle[:, 0] / aspect - 0.5) * np.cos(angle) + (middle[:, 1] - 0.5) * np.sin(angle)
        t = np.clip(0.5 + 0.95 * t + rng.normal(0, 0.09, count), 0, 0.999)
        ordered = np.array([0, 1, 2, 3, 5, 4])[(t * 6).astype(int)]
    else:
        return np.asarray(loose)
    stray = rng.random(count) < 0.14 + 0.24 * genome.gene("scatter")
    return np.where(stray, loose, ordered)
